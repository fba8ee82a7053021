"""The prompt builder's endpoints: the rendered prompt, and the scores of the labels."""

from __future__ import annotations

from demos.contract import Endpoint
from demos.errors import BadInput
from demos.models.specs import Loaded
from demos.nlp.effort import MOST_SECONDS_AT_ONCE, Asking, effort_of
from demos.nlp.labels import LabelScores, calibrate, content_free, label_warnings, score_labels
from demos.nlp.prompt import budget, content_free_rows, render, token_roles, tokens
from demos.nlp.prompt_task import Labels, Row, check_label
from demos.prompting.builder.fitting import Fitted, fit
from demos.prompting.builder.schemas import (
    Fields,
    LabelRow,
    PromptInputs,
    PromptToken,
    RenderAnswer,
    ScoreAnswer,
    Word,
)
from demos.prompting.builder.verdict import expected_label
from demos.prompting.task.ready import task_of


def check_prompt(inputs: PromptInputs) -> None:
    """Raise `BadInput` for what can be known to be wrong without a model."""
    task = task_of(inputs.task)
    if inputs.k > len(task.shots):
        raise BadInput(
            f"The task has {len(task.shots)} shots, fewer than {inputs.k}.", "Ask for fewer shots."
        )
    check_fields(inputs.query, "query")
    for choice in inputs.choices:
        check_label(choice, "choice of the query")
    if inputs.query and not any(value.strip() for _, value in inputs.query):
        name = inputs.query[0][0]
        raise BadInput("The query is empty.", f"Type into the field {name!r}, or choose an example.")
    render(task, task.shots[: inputs.k], query_of(inputs), "plain")


def check_fields(fields: Fields, where: str) -> None:
    """Raise `BadInput` unless every field is a pair of texts, and none is there twice."""
    for number, pair in enumerate(fields, 1):
        if not isinstance(pair, tuple) or len(pair) != 2 or not all(isinstance(text, str) for text in pair):
            raise BadInput(
                f"Field {number} of the {where} is no pair of a name and a text.",
                'Write the fields as an object, like {"text": "A warm film."}.',
            )
    if len(dict(fields)) < len(fields):
        raise BadInput(f"The {where} has a field twice.", "Give every field once.")


def render_prompt(inputs: PromptInputs, loaded: Loaded) -> RenderAnswer:
    """The exact prompt for a query after k shots, token by token, against the model's window."""
    from demos.nlp.scoring import window

    fitted = fitted_prompt(inputs, loaded, inputs.reserve)
    prompt = fitted.prompt
    encoded = tokens(loaded.tokenizer, prompt.text)
    names = loaded.tokenizer.convert_ids_to_tokens(encoded["input_ids"])
    texts, shown_up_to = [], 0
    for name, (start, end) in zip(names, encoded["offset_mapping"], strict=True):
        # A special token that the tokenizer adds stands nowhere in the text.
        texts.append(prompt.text[max(start, shown_up_to) : end] if end > start else name)
        shown_up_to = max(shown_up_to, end)
    roles = token_roles(loaded.tokenizer, prompt)
    shown = tuple(
        PromptToken(text, int(i), role, None if shot is None else shot + len(fitted.dropped))
        for text, i, (role, shot) in zip(texts, encoded["input_ids"], roles, strict=True)
    )
    room = budget(loaded.tokenizer, prompt, window(loaded), inputs.reserve)
    return RenderAnswer(prompt.text, shown, room, fitted.notice, loaded.origin)


def score(inputs: PromptInputs, loaded: Loaded) -> ScoreAnswer:
    """Score every label by its log-probability after the prompt, plain and calibrated.

    No text is sampled, so temperature has no part in it, and no gradient flows: the checksum of the
    parameters is the same before and after.
    """
    from demos.prompting.builder.checksum import parameter_checksum

    before = parameter_checksum(loaded.model)
    fitted = fitted_prompt(inputs, loaded, inputs.reserve)
    labels = _labels(inputs)
    effort_of(loaded, [Asking(task_of(inputs.task), fitted.shots, (query_of(inputs),))], MOST_SECONDS_AT_ONCE)
    free = [
        render(task_of(inputs.task), fitted.shots, row, inputs.style, loaded.tokenizer)
        for row in content_free_rows(task_of(inputs.task))
    ]
    prompts = [fitted.prompt, *free]
    own, *nothing = score_labels(loaded, prompts, [labels] * len(prompts))
    return ScoreAnswer(
        prompt=fitted.prompt.text,
        k=len(fitted.shots),
        labels=_label_rows(loaded, own, nothing),
        warnings=label_warnings(loaded.tokenizer, fitted.prompt, labels),
        notice=fitted.notice,
        checksum_before=before,
        checksum_after=parameter_checksum(loaded.model),
        origin=loaded.origin,
        expected=expected_label(task_of(inputs.task), query_of(inputs)),
    )


def _label_rows(loaded: Loaded, own: LabelScores, nothing: list[LabelScores]) -> tuple[LabelRow, ...]:
    import numpy as np

    free = content_free(np.stack([item.probabilities["sum"] for item in nothing]))
    calibrated = calibrate(own.probabilities["sum"], free)
    rows = []
    for i, label in enumerate(own.labels):
        words = tuple(
            Word(word.word, tuple(loaded.tokenizer.decode([t]) for t in word.tokens), word.greedy)
            for word in own.words
            if word.label == label
        )
        row = LabelRow(
            label=label,
            words=words,
            log_likelihood=float(own.scores["sum"][i]),
            per_character=float(own.scores["characters"][i]),
            per_byte=float(own.scores["bytes"][i]),
            mutual_information=float(own.scores["mutual_information"][i]),
            probability=float(own.probabilities["sum"][i]),
            content_free=float(free[i]),
            calibrated=float(calibrated[i]),
        )
        rows.append(row)
    return tuple(rows)


def fitted_prompt(inputs: PromptInputs, loaded: Loaded, reserve: int) -> Fitted:
    from demos.nlp.scoring import window

    task = task_of(inputs.task)
    shots = task.shots[: inputs.k]
    return fit(loaded.tokenizer, task, shots, query_of(inputs), window(loaded), reserve, inputs.style)


def query_of(inputs: PromptInputs) -> Row:
    return Row(inputs.query, "", inputs.choices)


def _labels(inputs: PromptInputs) -> Labels:
    labels = task_of(inputs.task).labels_of(query_of(inputs))
    if len(labels) < 2:
        raise BadInput("There is nothing to choose from.", "Give at least two choices.")
    if len({label for label, _ in labels}) < len(labels):
        raise BadInput("Two choices are the same.", "Change one of them.")
    return labels


DECODERS = {"decoder": "causal-lm"}

RENDER = Endpoint("render_prompt", render_prompt, DECODERS, check=check_prompt)

SCORE = Endpoint("score_labels", score, DECODERS, check=check_prompt)
