"""The words that two texts share: what a topic is here, and all that it is.

Content words are runs of letters in lower case that are not in FUNCTION_WORDS, a list that was written for
this. Nothing is stemmed: "dog" and "dogs" are two words.
"""

from __future__ import annotations

import re

FUNCTION_WORDS = frozenset(
    "a an the this that these those some any all both each every no none one two three four five six many "
    "several few another other others more most and or but nor so than as if while when where who whom "
    "whose which what he she it they them him her his hers its their theirs i me my we us our you your "
    "himself herself itself themselves someone something there here of in on at to from by with without for"
    " into onto over under above below behind beside between through across along around near next against "
    "up down out off away is are was were be been being am has have had having do does doing did can could "
    "will would may "
    "might must not very just only also too about after before during toward towards upon s t".split()
)
_LETTERS = re.compile(r"[^\W\d_]+")


def content_words(text: str) -> tuple[str, ...]:
    """The different content words of a text, in the order in which they appear."""
    words = dict.fromkeys(_LETTERS.findall(text.casefold()))
    return tuple(word for word in words if word not in FUNCTION_WORDS)


def shared(first: str, second: str) -> tuple[str, ...]:
    """The content words that stand in both texts, in the order of the first."""
    other = set(content_words(second))
    return tuple(word for word in content_words(first) if word in other)
