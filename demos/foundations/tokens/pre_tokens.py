"""Where merging may not cross: a text cut into words and marks, each word with its space in front of it.

The rule is that of `tokenizers`' WhitespaceSplit, Metaspace and Split, one after another; a test compares
them.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping

SPACE = "▁"
"""Takes the place of the space before a word (U+2581), as in SentencePiece (Kudo and Richardson 2018)."""
MARKS = r"[!-/:-@\[-`{-~“”‘’„«»…–—、。！？「」『』·]"
"""One punctuation mark or symbol. Each is a word of its own."""
BLANK = "[\t-\r \x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]+"
"""White space as Unicode has it; Python's `split` also takes U+001C to U+001F for it."""


def pre_tokens(text: str) -> list[str]:
    """The words of a text: a new one begins after white space, at SPACE, and around each of MARKS."""
    chunks = (chunk if chunk.startswith(SPACE) else SPACE + chunk for chunk in re.split(BLANK, text) if chunk)
    words = (word for chunk in chunks for word in re.findall(f"{SPACE}[^{SPACE}]*", chunk))
    return [part for word in words for part in re.split(f"({MARKS})", word) if part]


def word_counts(text: str) -> Mapping[str, int]:
    """How often each word stands in a text, in the order in which they first appear."""
    return Counter(pre_tokens(text))


def lines_of(text: str) -> list[str]:
    """The lines of a text that are not blank, each as it is; line breaks are among the white space that parts
    words."""
    return [line for line in re.split("[\n-\r\x85\u2028\u2029]", text) if re.sub(BLANK, "", line)]
