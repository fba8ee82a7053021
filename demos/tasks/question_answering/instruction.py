"""What a language model is asked when it answers a question from a passage."""

from __future__ import annotations

SENTENCES = 3
"""How many of the passage's sentences, the closest to the question, it reads when it writes."""

MAX_WRITTEN = 24

BEGUN, UNTIL = 'The answer is "', '"'
"""Its answer is begun with a quotation mark and ends at the next: otherwise it writes a whole sentence."""


def asked(passage: str, question: str) -> str:
    """The one turn of the conversation."""
    return (
        f"Passage: {passage}\n\nQuestion: {question.strip()}\n"
        "Quote the words of the passage that answer the question, as few as possible."
    )
