"""What a language model is asked when it answers a question from a passage."""

from __future__ import annotations

SENTENCES = 3
"""How many of the passage's sentences, the closest to the question, it reads."""

MOST_WRITTEN = 32


def asked(passage: str, question: str) -> str:
    """One turn of the conversation."""
    return f"Passage: {passage}\nQuestion: {question.strip()}\nAnswer:"


SHOWN = (
    (
        asked(
            "The Eiffel Tower was finished in 1889. It is 330 metres tall.", "How tall is the Eiffel Tower?"
        ),
        "330 metres",
    ),
)
"""Turns that come before the question, so that the model sees how short an answer is."""
