"""How sure the model was of the text that it wrote, in one sentence."""

from __future__ import annotations

from demos.nlp.wording import counted, quoted, whole_per_cent
from demos.nlp.writing import GenerateResult


def headline(_: object, result: GenerateResult) -> str:
    """The mean probability of a token, and the piece that the model was least sure of; "" while it writes."""
    if not result.finished:
        return ""
    seen = [piece for piece in result.pieces if piece.text.strip()]
    if result.probability is None or not seen:
        return "The model wrote nothing."
    least = min(seen, key=lambda piece: piece.probability)
    cut = "; cut off at the limit" if result.finished == "length" else ""
    tokens = counted(result.new_tokens, "token")
    said = f"The model gave its {tokens} {whole_per_cent(result.probability)} on average"
    least_to = f"least to {quoted(least.text, 24)}, {whole_per_cent(least.probability)}"
    return f"{said}, {least_to}: how sure it is of the wording, not of facts{cut}."
