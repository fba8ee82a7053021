"""What every headline keeps, whatever the result holds."""

from __future__ import annotations

import re
from collections.abc import Iterable

from hypothesis import strategies as st

from demos.nlp.wording import LONGEST, whole_per_cent

HOSTILE = "</p><script>alert(1)</script>“”\u202e\x00\r\n\u2028 & so on"
ANY_TEXT = st.one_of(
    st.text(max_size=300),
    st.just(HOSTILE),
    st.text("“”.;:\n\u202e<&'\"% 1", max_size=80),
    st.just("x" * 500),
)
SHARE = st.floats(0, 1)
SECRET = "zyxwvut"


def check_sentence(said: str) -> str:
    """One line of plain text, not too long, that turns no direction, and ends; returns it."""
    assert said == " ".join(said.split())
    assert all(c.isprintable() or c in "\u200c\u200d" for c in said)
    assert len(said) <= LONGEST, (len(said), said)
    assert said.endswith(".") and not re.search(r"[“”]", re.sub("“[^“”]*”", "", said))
    return said


def unquoted(said: str) -> str:
    """A headline without what it quotes."""
    return re.sub("“[^“”]*”", "", said)


def shares(said: str) -> set[str]:
    """The percentages that a headline names by itself."""
    return set(re.findall(r"(?:over |under )?\d+ %", unquoted(said)))


def are_of(said: str, numbers: Iterable[float]) -> None:
    """Every percentage is one of these numbers."""
    known = {whole_per_cent(number) for number in numbers}
    assert shares(said) <= known, (said, known)
