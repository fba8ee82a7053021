"""Candidates for every gap of a text, by a masked or a causal language model."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from demos.contract import Endpoint
from demos.errors import BadInput, StageError
from demos.held_turn import clock
from demos.models.precision import at_least_single
from demos.models.specs import Loaded
from demos.nlp.batches import answer_all, one_by_one
from demos.nlp.classify import Encoded, encode
from demos.nlp.csv_batch import Batch
from demos.nlp.legibility import Legibility, legibility
from demos.nlp.other_models import remedied
from demos.tasks.fill_mask.headline import headline
from demos.tasks.fill_mask.infill import infill
from demos.tasks.fill_mask.schemas import Candidate, FillMaskInputs, FillMaskResult
from demos.texts import check_text

PLACEHOLDER = "The capital of France is [MASK]."

MASK = "[MASK]"

LOGITS = 512
"""Tokens of a batch: each has a score for the whole vocabulary, which takes most of the memory."""


def fill_all(many: Sequence[FillMaskInputs], loaded: Loaded) -> list[FillMaskResult | StageError]:
    """The likeliest words for every [MASK] of each text; by masked models in batches of similar length."""
    if loaded.spec.head == "causal-lm":
        return one_by_one(rescored)(many, loaded)
    mask = loaded.tokenizer.mask_token_id

    def prepare(inputs: FillMaskInputs) -> Asked:
        check_inputs(inputs)
        encoded = encode(inputs.text.replace(MASK, loaded.tokenizer.mask_token), loaded)
        return Asked(encoded, inputs.top_k, legibility(inputs.text.replace(MASK, " "), loaded))

    def compute(texts: Sequence[Asked]) -> list[FillMaskResult]:
        import torch

        begin = clock()
        rows = {"input_ids": [text.encoded.ids for text in texts]}
        batch = loaded.tokenizer.pad(rows, return_tensors="pt", verbose=False)
        found = []
        with torch.inference_mode():
            logits = at_least_single(loaded.model(**batch).logits)
            for text, row, ids in zip(texts, logits, batch["input_ids"], strict=True):
                values, pieces = row[ids == mask].softmax(-1).topk(min(text.top_k, row.shape[-1]))
                found.append((values.tolist(), pieces.tolist()))
        seconds = clock() - begin
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


def rescored(inputs: FillMaskInputs, loaded: Loaded) -> FillMaskResult:
    """The stand-in: a causal language model fills one gap."""
    check_inputs(inputs)
    if (gaps := inputs.text.count(MASK)) > 1:
        raise BadInput(
            f"The text has {gaps} gaps; a causal language model fills one, as it reads only what is before.",
            "Leave one [MASK], or choose a masked language model.",
        )
    encoded = encode(inputs.text, loaded)
    begin = clock()
    left, _, right = inputs.text.partition(MASK)
    words = infill(left, right, loaded)[: inputs.top_k]
    seconds = clock() - begin
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
    """Raises `BadInput` for a text without a gap."""
    check_text(inputs.text)
    if MASK not in inputs.text:
        raise BadInput("There is no [MASK] in the text.", "Write [MASK] where a word is missing.")
    if not inputs.text.replace(MASK, "").strip():
        raise BadInput("There is nothing but gaps.", "Write a sentence around [MASK].")


FILL_MASK = Endpoint(
    "fill_mask",
    fill_all,
    {"encoder": "masked-lm", "decoder": "causal-lm"},
    check=check_inputs,
    batched=True,
    headline=headline,
)


def columns(result: FillMaskResult) -> dict[str, object]:
    """The CSV columns of one text: the likeliest words of every gap, and the first one's probability."""
    found: dict[str, object] = {}
    for number, gap in enumerate(result.gaps, 1):
        found[f"gap {number}"] = " | ".join(one.word for one in gap)
        found[f"p(gap {number})"] = f"{gap[0].probability:.6f}"
    return found | {"method": result.method}


BATCH = Batch(fill_all, columns)
