"""The endpoint that lets the model continue the prompt."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from contextlib import closing
from dataclasses import replace

from demos.contract import Endpoint
from demos.models.specs import Loaded
from demos.nlp import gpu_writing, writing_engine
from demos.nlp.decoding import Decoding, check_decoding
from demos.nlp.encoding import encode
from demos.nlp.writing import GenerateResult, Piece, written
from demos.prompting.builder.compute import DECODERS, fitted_prompt
from demos.prompting.builder.headline import complete_headline
from demos.prompting.builder.question import Question, check_prompt, question_of
from demos.prompting.builder.schemas import CompleteAnswer, CompleteInputs
from demos.prompting.builder.stop_strings import cut, stop_strings
from demos.prompting.builder.verdict import expected_label, is_right
from demos.stream import Waiting


def check_completion(inputs: CompleteInputs) -> None:
    """Validates inputs before a model is loaded; raises `BadInput`."""
    check_prompt(inputs)
    check_decoding(decoding_of(inputs))


def decoding_of(inputs: CompleteInputs) -> Decoding:
    """How to choose the next token."""
    return Decoding(inputs.max_new_tokens, inputs.temperature, inputs.top_p, inputs.seed)


def complete(inputs: CompleteInputs, loaded: Loaded) -> Iterator[CompleteAnswer]:
    """Let the model continue the prompt, token by token, up to where the template's next field would begin;
    each result holds the text so far."""
    question = question_of(inputs)
    fitted = fitted_prompt(question, loaded, inputs.max_new_tokens)
    batch = encode(loaded.tokenizer, fitted.prompt.text, return_tensors="pt")
    decoding = decoding_of(inputs)
    model, write = writing_engine.chosen(loaded, decoding, gpu_writing.tokens)
    results = written(model, fitted.prompt.text, batch, decoding, write)
    return _up_to_the_next_field(results, question)


def _up_to_the_next_field(results: Generator[GenerateResult], question: Question) -> Iterator[CompleteAnswer]:
    stops = stop_strings(question.task, question.style)
    label = expected_label(question.task, question.query)
    words = () if label is None else dict(question.task.labels or ((label, (label,)),))[label]
    with closing(results):  # closing stops the model: the text behind a stop string is not written
        for result in results:
            if isinstance(result, Waiting):
                yield result  # pyright: ignore[reportReturnType] (no reader of results sees it)
                continue
            text, stop = cut(result.text, stops, ended=bool(result.finished))
            finished = "field" if stop else result.finished
            yield CompleteAnswer(
                **vars(result)
                | {
                    "text": text,
                    "pieces": _spelling(text, result.pieces),
                    "finished": finished,
                    "stop": stop,
                },
                expected=words[0] if words else None,
                right=is_right(text, words) if words and finished else None,
            )
            if stop:
                return


def _spelling(text: str, pieces: tuple[Piece, ...]) -> tuple[Piece, ...]:
    """The pieces that spell `text`; the last one is cut if it extends beyond the text."""
    kept, length = [], 0
    for piece in pieces:
        if length < len(text):
            kept.append(replace(piece, text=piece.text[: len(text) - length]))
        length += len(piece.text)
    return tuple(kept)


COMPLETE = Endpoint("complete", complete, DECODERS, check=check_completion, headline=complete_headline)
