"""What the bundled translators lose by their own history, and how far a changed word reaches: many captions.

    python -m training.measure_teacher_forcing --data multi30k

The captions are 200 of Multi30k's test_2016_flickr (https://github.com/multi30k/dataset), drawn with a fixed
seed; they are only measured on. Writes assets/figures/teacher_forcing.json, which holds figures alone.

**Loss with the right history**, at place t of the reference y: -log p(y_t | x, y_<t).

**Loss with its own history**, at place t of z, what the model writes by itself (greedy): no token of the
reference stands at that place as such, since the two may differ in length and order. So it is
-log of the sum of p(a | x, z_<t) over the tokens a with which the reference could go on there: each y_i for
which y_<i is nearest to z_<t among all beginnings of y, by edit distance (as for the optimal policy of Sabour
et al. 2019, arXiv:1810.01398, section 3). Where z_<t is a beginning of y, only the next token of y is such an
a, and the loss is the usual one. Weaknesses: right words that are not the reference's count as wrong; after a
departure several beginnings are often equally near, and then the sum is lenient; the places of the one are
counted in y and those of the other in z.

**How far a changed word reaches**: the changes of the page, on the model's own translation of each caption.
"""

from __future__ import annotations

import argparse
import gzip
import json
import math
import random
import time
from collections.abc import Sequence
from pathlib import Path
from statistics import fmean, stdev
from typing import Any

import torch

from demos.foundations.teacher_forcing.compute import teacher_forcing
from demos.foundations.teacher_forcing.figures import FAR, PATH
from demos.foundations.teacher_forcing.passes import read, write
from demos.foundations.teacher_forcing.schemas import MAX_TOKENS, TeacherInputs
from demos.models.cache import shared_cache
from demos.models.specs import Loaded, Spec

CAPTIONS, CHANGED, SEED = 200, 50, 0
"""Captions for the losses, and the first of them for the changed words."""
MODELS = {"marian-en-de": "de", "marian-en-fr": "fr"}
PLACES = ((1, 3), (4, 6), (7, 9), (10, 12), (13, None))
"""Ranges of positions, from 1."""


def goes_on(reference: Sequence[int], written: Sequence[int]) -> set[int]:
    """The tokens of a reference, its end the last, that follow its beginnings nearest to a written text."""
    distances = list(range(len(reference)))  # of the beginnings with 0, 1, ... tokens from an empty text
    for count, token in enumerate(written, 1):
        row = [count]
        for i, own in enumerate(reference[:-1], 1):
            row.append(min(row[-1] + 1, distances[i] + 1, distances[i - 1] + (own != token)))
        distances = row
    nearest = min(distances)
    return {reference[i] for i, distance in enumerate(distances) if distance == nearest}


def right_losses(logprobs: torch.Tensor, reference: Sequence[int]) -> list[float]:
    """-log p of each token of a reference, from log-probabilities [tokens, vocabulary]."""
    return [-float(row[token]) for row, token in zip(logprobs, reference, strict=True)]


def own_losses(logprobs: torch.Tensor, written: Sequence[int], reference: Sequence[int]) -> list[float]:
    """At each place of a written text the loss of what the reference could go on with."""
    return [
        -float(row[sorted(goes_on(reference, written[:place]))].logsumexp(0))
        for place, row in enumerate(logprobs)
    ]


def mean_and_error(values: Sequence[float]) -> tuple[float, float]:
    """Mean, and its standard error, rounded."""
    return round(fmean(values), 4), round(stdev(values) / math.sqrt(len(values)), 4)


def at_places(losses: Sequence[Sequence[float]], first: int, last: int | None) -> list[float]:
    """Of each caption that has any the mean loss at places first to last."""
    kept = [row[first - 1 : last] for row in losses]
    return [fmean(row) for row in kept if row]


def measure(pairs: Sequence[tuple[str, str]], loaded: Loaded) -> dict[str, Any]:
    """All losses of one model on captions and their references."""
    right, own, same = [], [], 0
    tokenizer: Any = loaded.tokenizer
    for text, reference in pairs:
        source = tokenizer(text)["input_ids"]
        wanted = tokenizer(text_target=reference)["input_ids"]
        right.append(right_losses(read(loaded, source, [wanted])[0], wanted))
        written = write(loaded, source, [[]], MAX_TOKENS)[0]
        own.append(own_losses(written.logprobs, written.ids, wanted))
        same += written.ids == wanted
    places = []
    for first, last in PLACES:
        a, a_error = mean_and_error(at_places(right, first, last))
        b, b_error = mean_and_error(at_places(own, first, last))
        places.append(
            {"first": first, "last": last, "right": a, "right_error": a_error, "own": b, "own_error": b_error}
        )
    gap, error = mean_and_error([fmean(b) - fmean(a) for a, b in zip(right, own, strict=True)])
    return {
        "captions": len(pairs),
        "places": places,
        "right": mean_and_error(list(map(fmean, right)))[0],
        "own": mean_and_error(list(map(fmean, own)))[0],
        "difference": gap,
        "error": error,
        "same": same,
    }


def reach(texts: Sequence[str], model: Any, loaded: Loaded) -> dict[str, Any]:
    """The share of first choices that a changed word moves, by how many tokens they stand behind it, with its
    standard error: each caption is one unit."""
    moved: list[list[list[bool]]] = []
    for text in texts:
        changes = teacher_forcing(TeacherInputs(text, "", model), [loaded]).changes
        moved.append([list(change.moved) for change in changes])
    far = []
    for distance in range(1, FAR + 1):
        last = None if distance == FAR else distance
        each = [[step for change in rows for step in change[distance - 1 : last]] for rows in moved]
        share, error = mean_and_error([fmean(row) for row in each if row])
        far.append({"distance": distance, "share": share, "error": error})
    moving, error = mean_and_error([fmean(map(any, rows)) for rows in moved if rows])
    counts = {"captions": len(texts), "changes": sum(map(len, moved))}
    return counts | {"moving": moving, "moving_error": error, "far": far}


def main() -> None:
    """Measures both translators and writes the figures."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--data", type=Path, required=True, help="folder of Multi30k")
    parser.add_argument("--captions", type=int, default=CAPTIONS)
    parser.add_argument("--out", type=Path, default=PATH)
    options = parser.parse_args()
    torch.set_num_threads(1)
    columns = {}
    for language in ("en", *MODELS.values()):
        with gzip.open(options.data / f"test_2016_flickr.{language}.gz", "rt", encoding="utf-8") as file:
            columns[language] = [line.strip() for line in file]
    drawn = random.Random(SEED).sample(range(len(columns["en"])), options.captions)
    found = {}
    for model, language in MODELS.items():
        begin = time.perf_counter()
        pairs = [(columns["en"][i], columns[language][i]) for i in drawn]
        with shared_cache().lease(Spec(model, "seq2seq-lm")) as loaded:
            found[model] = measure(pairs, loaded)
            print(model, found[model], f"{time.perf_counter() - begin:.0f} s", flush=True)
            short = [text for text, _ in pairs if len(loaded.tokenizer(text)["input_ids"]) <= MAX_TOKENS]
            found[model]["reach"] = reach(short[:CHANGED], model, loaded)
        print(model, found[model]["reach"], f"{time.perf_counter() - begin:.0f} s", flush=True)
    command = f"python -m training.measure_teacher_forcing --data {options.data.name}"
    options.out.parent.mkdir(parents=True, exist_ok=True)
    written = {"made_by": command, "seed": SEED, "part": "test_2016_flickr", "models": found}
    options.out.write_text(json.dumps(written, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
