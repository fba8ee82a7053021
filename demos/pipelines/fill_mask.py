"""Which word belongs into the gap?

Write **[MASK]** where a word is missing. A *masked language model* reads what stands on both sides and gives
every piece of its vocabulary a probability; "##ing" is a piece that goes on with the word before it. With
several gaps, each is filled for itself, while the others stay open.

A *causal* language model reads from left to right only. As a stand-in its likeliest next words are judged by
the likelihood of the whole sentence: causal rescoring, not a masked model.

Without a network the stand-in answers first, since it knows more. The masked model that is here, *BERT tiny*,
reads both sides and several gaps, but learned from captions of pictures, a dictionary and the Bible only: ask
it about scenes. Of 15 everyday sentences its first word was acceptable in 4, the stand-in's in 12; of 15
scenes in 12 and 13.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

from demos.contract import Endpoint, Example, Info, Run
from demos.errors import BadInput, StageError
from demos.models.catalog import ASSETS
from demos.models.precision import at_least_single
from demos.models.specs import Origin
from demos.pipelines.batches import answer_all, one_by_one, only
from demos.pipelines.classify import Encoded, encode
from demos.pipelines.company import remedied
from demos.pipelines.csv_batch import Batch
from demos.pipelines.fill_mask_show import show
from demos.pipelines.fill_mask_snippets import snippet
from demos.pipelines.infill import infill
from demos.pipelines.legibility import Legibility, legibility
from demos.texts import check_text

INFO = Info(
    slug="fill-mask",
    title="Fill the gap",
    tab="Pipelines",
    limits=(
        "A masked model offers pieces of its vocabulary, so a word that it would have to spell in several "
        "pieces never appears. A probability says what usually stands there, not what is true: facts are "
        "wrong as fluently as right. The causal stand-in finds only words that the beginning alone makes "
        "likely; its shares are among those."
    ),
)
STYLES = (ASSETS / "css" / "pipelines.css",)
DEFAULT, SMALL, ONLINE = "smollm2", "bert-tiny-mlm", "distilbert"  # ONLINE comes first with a network
PLACEHOLDER = "The capital of France is [MASK]."
MASK = "[MASK]"
MOST = 20
LOGITS = 512
"""Tokens of a batch: each has a score for the whole vocabulary, which is what fills the memory."""


@dataclass(frozen=True)
class FillMaskInputs:
    """text: with [MASK] where a word is missing, at least once; top_k: candidates per gap, 1 to 20; model: a
    masked language model of the catalog, or a causal one as a stand-in, which takes one gap."""

    text: str
    top_k: int = 5
    model: str = DEFAULT


@dataclass(frozen=True)
class Candidate:
    """word: as a reader sees it; token: the piece of the vocabulary, None for a stand-in's word; continues:
    whether it goes on with the word before it; probability: of the piece, or the share among candidates."""

    word: str
    token: str | None
    continues: bool
    probability: float


@dataclass(frozen=True)
class FillMaskResult:
    """gaps: for each [MASK] in the order of the text, its candidates, the likeliest first.

    method: "masked", where probabilities are over the whole vocabulary, or "causal rescoring", where they are
    shares among the candidates that were found. tokens: how many were read; withheld: why the candidates say
    nothing (the model cannot read most of the text), or ""; instead: a checkpoint that can read it, or "";
    warning: what of the text was not read, or "".
    """

    gaps: tuple[tuple[Candidate, ...], ...]
    method: Literal["masked", "causal rescoring"]
    tokens: int
    withheld: str
    instead: str
    warning: str
    seconds: float
    origin: Origin


def fill_mask(inputs: FillMaskInputs, loaded: Any) -> FillMaskResult:
    """The likeliest words for every [MASK] of a text."""
    return only(fill_all([inputs], loaded))


def fill_all(many: Sequence[FillMaskInputs], loaded: Any) -> list[FillMaskResult | StageError]:
    """The same for many texts; of masked models in batches of similar length."""
    if loaded.spec.head == "causal-lm":
        return one_by_one(rescored)(many, loaded)
    mask = loaded.tokenizer.mask_token_id

    def prepare(inputs: FillMaskInputs) -> Asked:
        check_inputs(inputs)
        encoded = encode(inputs.text.replace(MASK, loaded.tokenizer.mask_token), loaded)
        return Asked(encoded, inputs.top_k, legibility(inputs.text.replace(MASK, " "), loaded))

    def compute(texts: Sequence[Asked]) -> list[FillMaskResult]:
        import torch

        begin = time.perf_counter()
        rows = {"input_ids": [text.encoded.ids for text in texts]}
        batch = loaded.tokenizer.pad(rows, return_tensors="pt", verbose=False)
        found = []
        with torch.inference_mode():
            logits = at_least_single(loaded.model(**batch).logits)
            for text, row, ids in zip(texts, logits, batch["input_ids"], strict=True):
                values, pieces = row[ids == mask].softmax(-1).topk(min(text.top_k, row.shape[-1]))
                found.append((values.tolist(), pieces.tolist()))
        seconds = time.perf_counter() - begin
        return [
            FillMaskResult(
                tuple(tuple(map(candidate, p, v)) for v, p in zip(*gaps, strict=True)),
                "masked",
                len(text),
                *remedied(text.judged, FILL_MASK, loaded),
                text.judged.warning,
                seconds,
                loaded.origin,
            )
            for text, gaps in zip(texts, found, strict=True)
        ]

    def candidate(piece: int, probability: float) -> Candidate:
        token = loaded.tokenizer.convert_ids_to_tokens(piece)
        word = loaded.tokenizer.decode([piece]).strip().removeprefix("##")
        return Candidate(word, token, token.startswith("##"), probability)

    return answer_all(many, prepare, compute, LOGITS)


@dataclass(frozen=True)
class Asked:
    """A text ready for a masked model, how many candidates are wanted, and how well its words are read."""

    encoded: Encoded
    top_k: int
    judged: Legibility

    def __len__(self) -> int:
        return len(self.encoded)


def rescored(inputs: FillMaskInputs, loaded: Any) -> FillMaskResult:
    """The stand-in: a causal language model fills one gap."""
    check_inputs(inputs)
    if (gaps := inputs.text.count(MASK)) > 1:
        raise BadInput(
            f"The text has {gaps} gaps; a causal language model fills one, as it reads only what is before.",
            "Leave one [MASK], or choose a masked language model.",
        )
    encoded = encode(inputs.text, loaded)
    begin = time.perf_counter()
    words = infill(*inputs.text.split(MASK), loaded)[: inputs.top_k]
    seconds = time.perf_counter() - begin
    shown = tuple(Candidate(one.word, None, False, one.share) for one in words)
    judged = legibility(inputs.text.replace(MASK, " "), loaded)
    return FillMaskResult(
        (shown,),
        "causal rescoring",
        len(encoded),
        *remedied(judged, FILL_MASK, loaded),
        judged.warning,
        seconds,
        loaded.origin,
    )


def check_inputs(inputs: FillMaskInputs) -> None:
    """Raise `BadInput` for a text without a gap and for a number of candidates out of range."""
    check_text(inputs.text)
    if MASK not in inputs.text:
        raise BadInput("There is no [MASK] in the text.", "Write [MASK] where a word is missing.")
    if not inputs.text.replace(MASK, "").strip():
        raise BadInput("There is nothing but gaps.", "Write a sentence around [MASK].")
    if not 1 <= inputs.top_k <= MOST:
        raise BadInput("top_k is out of range.", f"It must be 1 to {MOST}.")


FILL_MASK = Endpoint(
    "fill_mask",
    fill_mask,
    {"encoder": "masked-lm", "decoder": "causal-lm"},
    check=check_inputs,
    batched=fill_all,
)
ENDPOINTS = (FILL_MASK,)

EXAMPLES = (
    Example("Common knowledge", FillMaskInputs("The opposite of hot is [MASK].")),
    Example("Wrong: counting legs", FillMaskInputs("A spider has [MASK] legs.")),
    Example(
        "Both sides count",
        FillMaskInputs("The goalkeeper caught the [MASK] before it crossed the line.", model=SMALL),
    ),
    Example("Two gaps", FillMaskInputs("Two [MASK] are playing in the [MASK].", model=SMALL)),
    Example("A habit of its texts", FillMaskInputs("The nurse said that [MASK] was tired.", model=SMALL)),
    Example("Wrong: a capital", FillMaskInputs("The capital of Australia is [MASK].", model=SMALL)),
    Example("Wrong: an opposite", FillMaskInputs("The opposite of hot is [MASK].", model=SMALL)),
    Example("한국어", FillMaskInputs("시간이 [MASK] 영화.", model="korean-mlm")),
    Example("Wrong: 한국의 수도", FillMaskInputs("한국의 수도는 [MASK]이다.", model="korean-mlm")),
)


def columns(result: FillMaskResult) -> dict[str, object]:
    """What a CSV says about one text: the likeliest words of every gap, and the first one's probability."""
    found: dict[str, object] = {}
    for number, gap in enumerate(result.gaps, 1):
        found[f"gap {number}"] = " | ".join(one.word for one in gap)
        found[f"p(gap {number})"] = f"{gap[0].probability:.6f}"
    return found | {"method": result.method}


BATCH = Batch(fill_all, columns)


def build(run: Run) -> None:
    """Lay out the text, the number of candidates, and everything that the tasks' pages share."""
    import gradio as gr

    from demos.pipelines.layout import task_page

    with gr.Row():
        text = gr.Textbox(
            label="Text with [MASK]",
            lines=1,
            max_lines=12,
            placeholder=PLACEHOLDER,
            scale=4,
        )
        top_k = gr.Slider(1, MOST, value=5, step=1, label="Candidates per gap", scale=1, min_width=160)
    fields = {"text": text, "top_k": top_k}
    task_page(run, FILL_MASK, DEFAULT, fields, EXAMPLES, show, snippet, BATCH, online=ONLINE)
