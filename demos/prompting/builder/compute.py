"""The prompt builder's endpoints: the rendered prompt, and the scores of the labels."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from demos.contract import Endpoint
from demos.models.specs import Loaded
from demos.nlp.effort import MAX_SECONDS_AT_ONCE, Asking, effort_of
from demos.nlp.labels import LabelScores, calibrate, content_free, label_warnings, score_labels
from demos.nlp.prompt import budget, content_free_prompts, token_roles, tokens
from demos.nlp.window import window
from demos.prompting.builder.fitting import Fitted, fit
from demos.prompting.builder.headline import render_headline, score_headline
from demos.prompting.builder.question import Question, check_prompt, question_of
from demos.prompting.builder.schemas import LabelRow, PromptInputs, PromptToken, RenderAnswer, ScoreAnswer
from demos.prompting.builder.verdict import expected_label


def render_prompt(inputs: PromptInputs, loaded: Loaded) -> RenderAnswer:
    """The exact prompt for a query after k shots, token by token, against the model's window."""
    fitted = fitted_prompt(question_of(inputs), loaded, inputs.reserve)
    return rendered(fitted, inputs.reserve, loaded)


def score(inputs: PromptInputs, loaded: Loaded) -> ScoreAnswer:
    """Score every label by its log-probability after the prompt, plain and calibrated.

    No text is sampled, so temperature has no effect, and no gradient flows: the checksum of the parameters is
    the same before and after.
    """
    question = question_of(inputs)
    return scored(question, fitted_prompt(question, loaded, inputs.reserve), loaded)


def fitted_prompt(question: Question, loaded: Loaded, reserve: int) -> Fitted:
    """The prompt of a question with as many shots as leave `reserve` tokens of the model's window free."""
    room, style = window(loaded), question.style
    return fit(loaded.tokenizer, question.task, question.shots, question.query, room, reserve, style)


def rendered(fitted: Fitted, reserve: int, loaded: Loaded) -> RenderAnswer:
    """A prompt's tokens, and their use."""
    prompt = fitted.prompt
    encoded = tokens(loaded.tokenizer, prompt.text)
    names = loaded.tokenizer.convert_ids_to_tokens(encoded["input_ids"])
    texts, shown_up_to = [], 0
    for name, (start, end) in zip(names, encoded["offset_mapping"], strict=True):
        # A special token that the tokenizer adds has no place in the text.
        texts.append(prompt.text[max(start, shown_up_to) : end] if end > start else name)
        shown_up_to = max(shown_up_to, end)
    roles = token_roles(loaded.tokenizer, prompt)
    shown = tuple(
        PromptToken(text, int(i), role, None if shot is None else shot + len(fitted.dropped))
        for text, i, (role, shot) in zip(texts, encoded["input_ids"], roles, strict=True)
    )
    room = budget(loaded.tokenizer, prompt, window(loaded), reserve)
    return RenderAnswer(prompt.text, shown, room, fitted.notice, loaded.origin)


def scored(question: Question, fitted: Fitted, loaded: Loaded) -> ScoreAnswer:
    """The scores of a question's labels after its prompt."""
    from demos.prompting.builder.checksum import parameter_checksum

    before = parameter_checksum(loaded.model)
    task, labels = question.task, question.labels
    effort_of(loaded, [Asking(task, fitted.shots, (question.query,))], MAX_SECONDS_AT_ONCE)
    nothing = content_free_prompts(task, fitted.shots, question.style, loaded.tokenizer)
    own, *free = score_labels(loaded, (fitted.prompt, *nothing), [labels] * (1 + len(nothing)))
    return ScoreAnswer(
        prompt=fitted.prompt.text,
        k=len(fitted.shots),
        labels=_label_rows(own, free),
        warnings=label_warnings(loaded.tokenizer, fitted.prompt, labels),
        notice=fitted.notice,
        checksum_before=before,
        checksum_after=parameter_checksum(loaded.model),
        origin=loaded.origin,
        expected=expected_label(task, question.query),
    )


def _label_rows(own: LabelScores, nothing: Sequence[LabelScores]) -> tuple[LabelRow, ...]:
    free = content_free(np.stack([item.probabilities["sum"] for item in nothing]))
    calibrated = calibrate(own.probabilities["sum"], free)
    return tuple(
        LabelRow(
            label=label,
            words=own.words[i],
            log_likelihood=float(own.scores["sum"][i]),
            per_character=float(own.scores["characters"][i]),
            per_byte=float(own.scores["bytes"][i]),
            mutual_information=float(own.scores["mutual_information"][i]),
            probability=float(own.probabilities["sum"][i]),
            content_free=float(free[i]),
            calibrated=float(calibrated[i]),
        )
        for i, label in enumerate(own.labels)
    )


DECODERS = {"decoder": "causal-lm"}

RENDER = Endpoint("render_prompt", render_prompt, DECODERS, check=check_prompt, headline=render_headline)

SCORE = Endpoint("score_labels", score, DECODERS, check=check_prompt, headline=score_headline)
