"""Four ways to answer a question from a passage, and the decision that there is no answer.

Each returns the fields of an `AnswerResult` that it knows.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from demos.errors import BadInput
from demos.models.specs import Loaded
from demos.nlp.instructions import chat_prompt, follow
from demos.tasks.question_answering import instruction as prompts
from demos.tasks.question_answering.answer_matching import Quotation, quotation
from demos.tasks.question_answering.extraction import extract
from demos.tasks.question_answering.retrieval import in_order, retrieve
from demos.tasks.question_answering.span_scoring import choose, stretches

MAX_READ, CHOICES = 1536, 5
EVIDENCE = {"minilm": 0.31}
"""By sentence encoder, the cosine of the closest sentence below which an answer is withheld; chosen on XQuAD
with passages of other articles (assets/cards/question_answering.md)."""


def no_answer(found: Mapping[str, Any]) -> str:
    """Why the passage probably has no answer, or "": none of its sentences is close to the question, or the
    model itself says so."""
    if found["unanswerable"]:
        return "No answer found here: the model scores no answer higher than the best span."
    retriever, best = found["retriever"], found["sentences"][:1]
    least = EVIDENCE.get(retriever.checkpoint, -1.0) if retriever else -1.0
    if not best or best[0].cosine >= least:
        return ""
    return (
        "No answer found here: no sentence of the passage is close to the question (best cosine "
        f"{best[0].cosine:.2f}, needed {least:.2f})."
    )


def extracted(question: str, passage: str, loaded: Loaded) -> dict[str, Any]:
    """The best span according to a model that was trained for it."""
    found = extract(question, passage, loaded)
    best = found.spans[0]
    return {
        "answer": passage[best.start : best.end],
        "quoted": Quotation(best.start, best.end, "exact"),
        "method": "extracted",
        "probability": best.probability,
        "unanswerable": found.null_score > best.score,
        "spans": found.spans,
        "null_score": found.null_score,
    }


def chosen(question: str, passage: str, loaded: Loaded) -> dict[str, Any]:
    """The stretch of the closest sentence that a language model finds likeliest."""
    sentences = retrieve(question, passage, loaded.required_helper)[: prompts.SENTENCES]
    best = sentences[0]
    text = passage[best.start : best.end]
    places, longest = stretches(text, question)
    if not places:
        raise BadInput("The passage has no words.", "Type words.")
    prompt = chat_prompt(prompts.asked(text, question), loaded.tokenizer) + prompts.BEGUN
    ranked = [
        replace(choice, start=best.start + choice.start, end=best.start + choice.end)
        for choice in choose(prompt, text, places, prompts.UNTIL, loaded)
    ]
    return {
        "answer": passage[ranked[0].start : ranked[0].end],
        "quoted": Quotation(ranked[0].start, ranked[0].end, "exact"),
        "method": "chosen",
        "probability": ranked[0].probability,
        "choices": tuple(ranked[:CHOICES]),
        "scored": len(ranked),
        "longest": longest,
        "sentences": sentences,
        "prompt": prompt,
        "retriever": loaded.required_helper.origin,
    }


def written(question: str, passage: str, loaded: Loaded) -> dict[str, Any]:
    """What a language model writes after reading the closest sentences."""
    chosen = retrieve(question, passage, loaded.required_helper)[: prompts.SENTENCES]
    asked = prompts.asked(in_order(passage, chosen), question)
    found = follow(asked, loaded, MAX_READ, prompts.MAX_WRITTEN, prompts.BEGUN, prompts.UNTIL)
    within = [(sentence.start, sentence.end) for sentence in chosen]
    return {
        "answer": found.text,
        "quoted": quotation(passage, found.text, within),
        "method": "written",
        "probability": found.probability,
        "sentences": chosen,
        "prompt": found.prompt,
        "ended": found.ended,
        "retriever": loaded.required_helper.origin,
    }


def sentence(question: str, passage: str, loaded: Loaded) -> dict[str, Any]:
    """The closest sentence, whole."""
    chosen = retrieve(question, passage, loaded)[: prompts.SENTENCES]
    best = chosen[0]
    return {
        "answer": passage[best.start : best.end],
        "quoted": Quotation(best.start, best.end, "exact"),
        "method": "sentence",
        "sentences": chosen,
        "retriever": loaded.origin,
    }
