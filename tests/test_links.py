"""What a link carries comes back unchanged, and nothing else is taken for it."""

from __future__ import annotations

import base64
import json
import random
import re
import tracemalloc
import zlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from demos import links
from demos.errors import BadInput
from demos.links import from_fragment, to_fragment
from demos.nlp.prompt_task import ready_tasks
from demos.prompting.task.draft import draft_from_json, draft_of_task, draft_to_json

ANY_TEXT = st.text(st.characters(), max_size=200)
"""All of Unicode, halves of surrogate pairs too."""


def packed(data: bytes) -> str:
    return "1." + base64.urlsafe_b64encode(zlib.compress(data, 9)).decode().rstrip("=")


@settings(deadline=None)
@given(ANY_TEXT)
def test_every_text_comes_back(text):
    fragment = to_fragment(text)
    assert from_fragment(fragment) == from_fragment(f" #{fragment}\n") == text
    assert re.fullmatch(r"1\.[A-Za-z0-9_-]+", fragment)


@settings(deadline=None)
@given(st.dictionaries(ANY_TEXT, st.lists(ANY_TEXT, max_size=2), max_size=2))
def test_json_comes_back(data):
    assert json.loads(from_fragment(to_fragment(json.dumps(data, ensure_ascii=False)))) == data


@pytest.mark.parametrize("text", ["", "정말 좋아요", "🎭👩‍👩‍👧 e\u0301", "\ud800", "\x00\u2028\u202e"])
def test_korean_emoji_and_odd_characters_come_back(text):
    assert from_fragment(to_fragment(text)) == text


@pytest.mark.parametrize("name", sorted(ready_tasks()))
def test_every_ready_task_fits_into_a_link_with_its_test_rows(name):
    draft = draft_of_task(ready_tasks()[name])
    assert draft_from_json(from_fragment(to_fragment(draft_to_json(draft)))) == draft


def test_what_is_too_long_is_refused_when_the_link_is_made():
    noise = random.Random(0).randbytes(links.MAX_CHARACTERS).hex()
    with pytest.raises(BadInput, match="too long for a link. Save it as JSON instead"):
        to_fragment(noise)
    with pytest.raises(BadInput, match="too long for a link"):
        to_fragment("a" * (links.MAX_BYTES + 1))
    longest = "a" * links.MAX_BYTES
    assert from_fragment(to_fragment(longest)) == longest


def test_a_link_that_unpacks_to_too_much_is_refused_without_unpacking_it():
    bomb = packed(b"a" * 5_900_000)
    assert len(bomb) < links.MAX_CHARACTERS
    tracemalloc.start()
    with pytest.raises(BadInput, match="unpacks to more"):
        from_fragment(bomb)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 3 * links.MAX_BYTES


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "nothing that can be read"),
        ("2.eJwDAAAAAAE", "nothing that can be read"),
        ("javascript:alert(1)", "nothing that can be read"),
        ("1.", "damaged"),
        ("1.!!!!", "damaged"),
        ("1.가나다", "damaged"),
        ("1.A", "damaged"),
        ("1.AAAA", "damaged"),
        ("1.eJw=DAAAAAAE", "damaged"),
        (packed(b"\xff\xfe"), "damaged"),
        ("1." + "A" * links.MAX_CHARACTERS, "longer"),
    ],
)
def test_what_is_no_link_gets_a_sentence(text, problem):
    with pytest.raises(BadInput, match=problem):
        from_fragment(text)


def test_a_second_stream_behind_the_first_is_refused():
    data = zlib.compress(b"{}") + zlib.compress(b"{}")
    with pytest.raises(BadInput, match="damaged"):
        from_fragment("1." + base64.urlsafe_b64encode(data).decode().rstrip("="))


@settings(deadline=None)
@given(ANY_TEXT, st.data())
def test_a_truncated_link_is_refused(text, data):
    fragment = to_fragment(text)
    cut = data.draw(st.integers(0, len(fragment) - 1))
    with pytest.raises(BadInput):
        from_fragment(fragment[:cut])


@settings(deadline=None)
@given(st.text(max_size=200))
def test_nothing_but_a_sentence_comes_of_any_text(text):
    for candidate in (text, "1." + text):
        try:
            from_fragment(candidate)
        except BadInput as error:
            assert error.problem.endswith(".") and error.remedy.endswith(".")
