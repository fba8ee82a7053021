"""An answer that is withheld: what stands on the page."""

import re

from demos.ui.withheld import withheld

ANSWER = '<p class="task-verdict">42</p><button class="task-copy">Copy</button>'


def test_the_reason_stands_before_and_the_whole_answer_inside():
    before, inside = withheld("Nobody <knows>.", ANSWER).split("<details", 1)
    assert re.sub("<[^>]+>", "", before) == "Nobody &lt;knows&gt;."
    assert inside.split("</summary>", 1)[1] == f"{ANSWER}</details>"


def test_without_a_reason_the_answer_stands_as_it_is():
    assert withheld("", ANSWER) == ANSWER
