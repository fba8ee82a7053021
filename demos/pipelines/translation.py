"""A sentence from one language to another.

An *encoder* reads the whole sentence, a *decoder* writes the translation token by token and looks back at it
through *cross-attention*, which the link below an answer opens in the attention viewer. *Beam search* keeps
the best few beginnings instead of only the best one. The bundled checkpoints learnt from captions of
photographs and know little else: they translate "two dogs run on the beach", not the news.
"""

from __future__ import annotations

import math
import re
import statistics
import time
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from typing import Any, Literal

from demos.attention.link import link_to
from demos.attention.measure import Selection
from demos.contract import Endpoint, Example, Info, Run
from demos.errors import BadInput, StageError
from demos.models.catalog import ASSETS
from demos.models.specs import Origin
from demos.models.tokenizing import reading
from demos.pipelines.bars import COPY, careful, per_cent
from demos.pipelines.batches import answer_all, only
from demos.pipelines.beam_search import Written, beam_search
from demos.pipelines.classify import encode, window
from demos.pipelines.csv_batch import Batch
from demos.pipelines.languages import NAMES, Direction, direction, rare_words
from demos.pipelines.translation_snippets import snippet
from demos.texts import check_text

INFO = Info(
    slug="translation",
    title="Translation",
    tab="Pipelines",
    limits=(
        "The bundled checkpoints are tiny and read 29,000 captions of photographs: on any other text they "
        "write sentences about something else, and words that they never read become other words. The "
        "probability is the model's own trust in what it wrote, not a judgement of the translation: the "
        "page warns where it is low, and it is high for some wrong ones. More beams find likelier "
        "translations, which are not always better."
    ),
)
STYLES = (ASSETS / "css" / "pipelines.css",)
DEFAULT, ONLINE = "marian-en-fr", "opus-mt-en-fr"
MOST_BEAMS, MOST_TOKENS = 5, 256
TOKENS = 256
"""Tokens of a batch that the encoder reads: the decoder keeps every text in as many beams."""


@dataclass(frozen=True)
class TranslateInputs:
    """text: as long as the model reads; source, target: codes of two letters, "" for the checkpoint's own;
    beams: 1 (greedy) to 5; max_new_tokens: 1 to 256; model: a translator of the catalog."""

    text: str
    source: str = ""
    target: str = ""
    beams: int = 4
    max_new_tokens: int = 96
    model: str = DEFAULT


@dataclass(frozen=True)
class TranslateResult:
    """translation, from `source` to `target`; probability: of a token of it, the geometric mean; low: what 19
    of 20 texts like those that the checkpoint learned from exceed with four beams, or null if nobody measured
    it; finished:
    "end" where the model ended, "length" where it had to stop; tokens, new_tokens: read and written; words:
    how many the text has; rare: those that the vocabulary has only in pieces, or not at all; seconds: of the
    computation, which several texts of a column may have shared."""

    text: str
    translation: str
    source: str
    target: str
    probability: float
    low: float | None
    finished: Literal["end", "length"]
    tokens: int
    new_tokens: int
    words: int
    rare: tuple[str, ...]
    seconds: float
    origin: Origin


@dataclass(frozen=True)
class Asked:
    """A text ready to be translated, as token ids."""

    inputs: TranslateInputs
    way: Direction
    ids: list[int]

    def __len__(self) -> int:
        return len(self.ids)


def translate(inputs: TranslateInputs, loaded: Any) -> TranslateResult:
    """Translate a text by beam search."""
    return only(translations([inputs], loaded))


def translations(many: Sequence[TranslateInputs], loaded: Any) -> list[TranslateResult | StageError]:
    """Translations of texts that are asked with the same languages and search, those of similar length in
    one batch, or what is wrong with a text."""
    tokenizer = loaded.tokenizer

    def prepare(inputs: TranslateInputs) -> Asked:
        check_inputs(inputs)
        way = direction(inputs.source, inputs.target, loaded)
        with reading(tokenizer, way.source_code):
            return Asked(inputs, way, encode(way.prefix + inputs.text, loaded).ids)

    def compute(texts: Sequence[Asked]) -> list[TranslateResult]:
        inputs, way = texts[0].inputs, texts[0].way
        first = tokenizer.convert_tokens_to_ids(way.target_code) if way.target_code else None
        most = min(inputs.max_new_tokens, window(loaded) - 1)
        begin = time.perf_counter()
        written = beam_search([text.ids for text in texts], loaded, inputs.beams, most, first)
        seconds = time.perf_counter() - begin
        return [result(text, new, seconds) for text, new in zip(texts, written, strict=True)]

    def result(text: Asked, new: Written, seconds: float) -> TranslateResult:
        words = re.findall(r"\w+", text.inputs.text)
        return TranslateResult(
            text.inputs.text,
            tokenizer.decode(new.ids, skip_special_tokens=True),
            text.way.source,
            text.way.target,
            math.exp(statistics.fmean(new.logprobs)) if new.logprobs else 0.0,
            getattr(loaded.model.config, "stage_low_probability", None),
            "end" if new.ended else "length",
            len(text),
            len(new.ids),
            len(words),
            rare_words(words, tokenizer),
            seconds,
            loaded.origin,
        )

    return answer_all(many, prepare, compute, TOKENS)


def check_inputs(inputs: TranslateInputs) -> None:
    """Raise `BadInput` for a text that no model can read, and for numbers out of range."""
    check_text(inputs.text)
    if not 1 <= inputs.beams <= MOST_BEAMS:
        raise BadInput("beams is out of range.", f"It must be 1 to {MOST_BEAMS}.")
    if not 1 <= inputs.max_new_tokens <= MOST_TOKENS:
        raise BadInput("max_new_tokens is out of range.", f"It must be 1 to {MOST_TOKENS}.")


TRANSLATE = Endpoint(
    "translate", translate, {"encoder-decoder": "seq2seq-lm"}, check=check_inputs, task="translation"
)
ENDPOINTS = (TRANSLATE,)

EXAMPLES = (
    Example("A caption", TranslateInputs("Two dogs are running on the beach.")),
    Example(
        "Into German",
        TranslateInputs("A man in a red shirt is playing the guitar on stage.", model="marian-en-de"),
    ),
    Example("Wrong, and no warning", TranslateInputs("A bank on the river.")),
    Example("Wrong: not a caption", TranslateInputs("The central bank raised interest rates again.")),
)


def columns(result: TranslateResult) -> dict[str, object]:
    """What a CSV says about one text: its translation, and how far to trust it."""
    return {
        "translation": result.translation,
        "p(token)": f"{result.probability:.6f}",
        "finished": result.finished,
        "rare words": " ".join(result.rare),
    }


BATCH = Batch(translations, columns, most=32)


def build(run: Run) -> None:
    """Lay out text, languages and search; languages only where a checkpoint with several can be had."""
    import gradio as gr

    from demos.pipelines.layout import task_page
    from demos.runner import suitable

    text = gr.Textbox(label="Text", lines=2, max_lines=12, placeholder="Two dogs are running on the beach.")
    several = any(entry.bundled is None for entry in suitable(TRANSLATE))
    choices = [("The model's own", ""), *((name, code) for code, name in NAMES.items())]
    with gr.Row():
        source = gr.Dropdown(choices, value="", label="From", visible=several)
        target = gr.Dropdown(choices, value="", label="Into", visible=several)
        beams = gr.Slider(1, MOST_BEAMS, value=4, step=1, label="Beams (1: greedy)")
        most = gr.Slider(8, MOST_TOKENS, value=96, step=8, label="New tokens at most")
    fields = {"text": text, "source": source, "target": target, "beams": beams, "max_new_tokens": most}
    task_page(run, TRANSLATE, DEFAULT, fields, EXAMPLES, show, snippet, BATCH, online=ONLINE)


def show(result: TranslateResult) -> str:
    """The translation, its languages and probability, words to be careful about, the way to its attention."""
    pair = f"{NAMES.get(result.source, result.source)} to {NAMES.get(result.target, result.target)}"
    trust = f"probability of a token, on average (geometric mean): {per_cent(result.probability)}"
    written = f"<bdi>{escape(result.translation)}</bdi>" if result.translation.strip() else "(nothing)"
    parts = [
        f'<p class="task-verdict task-copied" lang="{escape(result.target, quote=True)}">{written}</p>',
        COPY if result.translation.strip() else "",
        f'<p class="task-note">{escape(pair)} · {result.new_tokens} tokens · {trust}</p>',
    ]
    if result.rare:
        listed = ", ".join(result.rare[:12]) + (" …" if len(result.rare) > 12 else "")
        parts.append(
            careful(
                f"{len(result.rare)} of {result.words} words are rare or unknown to this model, whose "
                f"vocabulary has them only in pieces: {listed}."
            )
        )
    if result.low is not None and result.probability < result.low:
        parts.append(
            careful(
                "the model itself hardly trusts this. With four beams, 19 of 20 captions that it never read "
                f"got more than {per_cent(result.low)}."
            )
        )
    if result.finished == "length":
        parts.append(careful("the model had to stop here; the translation is not complete."))
    selection = Selection(result.text, target=result.translation, model=result.origin.checkpoint)
    if result.translation.strip() and (address := link_to(selection)):
        parts.append(
            f'<p class="task-note"><a href="{escape(address, quote=True)}" target="_blank" rel="noopener">'
            "See the cross-attention of this pair in the viewer</a></p>"
        )
    return "".join(parts)
