"""An answer is heard though its page's stream of answers was just being closed.

A page gets its answers in one stream, which the server ends when nothing is left to answer. If the page asks
again at that moment, its script may learn that the question was taken before it reads that the stream is
over: it keeps to the old stream, and the answer never comes. The file that does so is mended when it is
served: who reads that the stream is over opens another one if an answer is still to come. For that, an answer
that comes before the question's name does must count as having come, which it did not.
"""

from __future__ import annotations

import re

FILE = "index-"
# (status and controller of the stream that is over)
_OVER = re.compile(rb"\.msg===`close_stream`\)\{\w+\((\w+),(\w+)\.abort_controller\);return\}")
_UNANSWERED = re.compile(rb"unclosed_events:(\w+),[^{}]*\}=this,(\w+)=this;")
# Messages that came before the question's name are handed on, and then the question is noted: first, now.
_NOTED = re.compile(
    rb"(\w+) in (\w+)&&\(\2\[\1\]\.forEach\((\w+)=>(\w+)\(\3\)\),delete \2\[\1\]\),"
    rb"(\w+\[\1\]=\4,(\w+)\.add\(\1\),)(\w+\.open\|\|await this\.open_stream\(\))"
)
_FIRST_NOTED = (
    rb"\5\1 in \2&&(\2[\1].forEach(\3=>{\3.msg===`process_completed`&&\6.delete(\1),\4(\3)}),delete \2[\1]),"
    rb"\6.size&&(\7)"
)


def with_reopened_stream(name: str, content: bytes) -> bytes:
    """A file of Gradio's, which listens for as long as an answer is to come; as it is, if it is another one
    or looks otherwise than it did."""
    over = _OVER.search(content) if name.startswith(FILE) else None
    if not over or not _NOTED.search(content):
        return content
    before = [found.groups() for found in _UNANSWERED.finditer(content, 0, over.start())]
    if not before or before[-1][1] != over[2]:  # the nearest one: the function in which the stream is read
        return content
    names, client = before[-1]
    again = over[0].replace(b"return}", names + b".size&&" + client + b".open_stream();return}")
    return _NOTED.sub(_FIRST_NOTED, content.replace(over[0], again))
