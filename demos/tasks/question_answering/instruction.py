"""The instruction for a language model that answers a question from a passage."""

from __future__ import annotations

SENTENCES = 3
"""How many of the passage's sentences, those closest to the question, the model reads when it writes."""

MAX_WRITTEN = 24

BEGUN, UNTIL = 'The answer is "', '"'
"""The answer starts with a given quotation mark and ends at the next, or it would be a whole sentence."""


def asked(passage: str, question: str) -> str:
    """The only turn of the conversation."""
    return (
        f"Passage: {passage}\n\nQuestion: {question.strip()}\n"
        "Quote the words of the passage that answer the question, as few as possible."
    )
