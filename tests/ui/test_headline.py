"""The first line of an answer: escaped, and whole where a line must not end."""

from __future__ import annotations

import re

from demos.ui.headline import sentence_html


def test_what_is_quoted_is_escaped_and_isolated():
    html = sentence_html("“<b>שלום</b>” is 7 % of it.")
    assert "<b>" not in html
    assert "<bdi>“&lt;b&gt;שלום&lt;/b&gt;”</bdi>" in html


def test_no_line_ends_between_a_number_and_its_per_cent():
    html = sentence_html("From 46 % to 8.5 %, and &#39; % stays.")
    assert re.findall(r"nowrap\">([^<]+)</span>", html) == ["46 %", "8.5 %"]


def test_nothing_said_is_no_line():
    assert sentence_html("") == ""
