"""The lessons of the Foundations tab against plain programs that do the same.

    python -m benchmarks.foundations

Byte-pair encoding and shapes as in benchmarks.foundations_tokens and benchmarks.foundations_shapes; then, in
the processor's seconds, with one thread, each side once before it counts:

- **bias**: `/bias` on its first example, with a forward pass for each sentence and model: the same numbers;
- **forgetting**: the live fine-tuning with all that the visitor watches, with its steps alone;
- **moved controls**: what the server does when a control of a lesson is moved, through the runner and drawn,
  with the smallest forward pass, BERT-tiny's of one sentence. The queue and the browser come on top. What a
  page's own script draws alone (tokens, bucketing) asks nobody and is not here.
"""

from __future__ import annotations

import os
import statistics
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

from benchmarks import foundations_shapes, foundations_tokens

ROUNDS, SECONDS = 9, 5
SENTENCE = "Two dogs are playing in the snow."


def main() -> None:
    os.environ["STAGE_MODELS"] = "bundled"
    foundations_tokens.main()
    foundations_shapes.main()
    import torch

    torch.set_num_threads(1)
    bias()
    forgetting()
    moved_controls()


def bias() -> None:
    """All sentences in one batch for each model, with one after the other."""
    import numpy as np
    import torch

    from demos.foundations.bias import EXAMPLES, compute
    from demos.foundations.bias.pairs import MASK, pairs_of
    from demos.foundations.film_reviews import fine_tuned
    from demos.models.cache import shared_cache
    from demos.models.specs import Spec

    inputs = EXAMPLES[0].inputs
    with shared_cache().lease(Spec(inputs.model, "masked-lm")) as loaded:
        tokenizer: Any = loaded.tokenizer
        # In the order of the answer, without the words that are no single piece.
        words = [lean.word for lean in compute.bias(inputs, loaded).words]
        pieces = tokenizer.convert_tokens_to_ids(words)
        sentences = [text for pair in pairs_of(inputs) for text in (pair.first, pair.second)]

        def plain() -> np.ndarray:
            models: list[Any] = [loaded.model]
            if later := fine_tuned(loaded):
                models.append(later.model)
            found = []
            for model in models:
                for sentence in sentences:
                    batch = tokenizer(sentence.replace(MASK, tokenizer.mask_token), return_tensors="pt")
                    with torch.inference_mode():
                        logits = model(**batch).logits[batch["input_ids"] == tokenizer.mask_token_id]
                    found.append(logits.double().log_softmax(-1)[0, pieces].numpy())
            scores = np.array(found).reshape(len(models), -1, 2, len(words))
            return np.array([compute.differences(one) for one in scores])

        result = compute.bias(inputs, loaded)
        ours = np.array([[lean.before for lean in result.words], [lean.after for lean in result.words]])
        assert np.abs(ours - plain().swapaxes(1, 2)).max() < 1e-4, "other numbers"
        ratios, took = _ratios(lambda: compute.bias(inputs, loaded), plain)
    print(f"/bias, {len(sentences)} sentences: {took * 1e3:.0f} ms, {_said(ratios)} a pass for each sentence")


def forgetting() -> None:
    """Live fine-tuning with its curve and its gap, with its steps alone."""
    from demos.foundations.film_reviews import BASE
    from demos.foundations.forgetting.live import lessons
    from demos.foundations.forgetting.reviews import reviews_of
    from demos.foundations.forgetting.schemas import LiveInputs
    from demos.foundations.forgetting.two_heads import Learner, encoded
    from demos.models.cache import shared_cache
    from demos.models.specs import Spec
    from demos.nlp.live_training import split

    inputs, ratios, steps = LiveInputs(seconds=SECONDS), [], 0
    with shared_cache().lease(Spec(BASE, "masked-lm")) as loaded:
        own, _ = split(reviews_of(inputs.reviews))
        rows = encoded([one.text for one in own], loaded)
        for _ in range(3):
            shown = [turn for turn in lessons(inputs, loaded, time.process_time) if hasattr(turn, "step")]
            steps = shown[-1].step
            learner = Learner(loaded, rows, [one.label for one in own], inputs.rate, inputs.seed)
            begin = time.process_time()
            for _ in range(steps):
                learner.step()
            ratios.append(shown[-1].seconds / (time.process_time() - begin))
    print(f"live fine-tuning, {steps} steps in {SECONDS} s: {_said(ratios)} the steps alone")


def moved_controls() -> None:
    """Each lesson's moved control, every time to a place where it has not been."""
    import torch

    from demos.foundations.film_reviews import BASE
    from demos.models.cache import shared_cache
    from demos.models.specs import Spec
    from demos.runner import Runner

    runner = Runner(shared_cache())
    with shared_cache().lease(Spec(BASE, "masked-lm")) as loaded:
        ids = loaded.tokenizer(SENTENCE, return_tensors="pt")

        def smallest() -> None:
            with torch.inference_mode():
                loaded.model(**ids)

        for title, moves in _moves(runner):
            ratios, took = _ratios(lambda moves=moves: moves.pop()(), smallest)
            print(f"moved control, {title:24} {took * 1e3:5.1f} ms, {_said(ratios)} the smallest pass")


def _moves(run: Any) -> Iterator[tuple[str, list[Callable[[], Any]]]]:
    """By lesson and control: what each further move of it asks of the server, ROUNDS + 1 of them."""
    from demos.foundations.dialects import DIALECTS
    from demos.foundations.dialects import EXAMPLES as LAYERS
    from demos.foundations.dialects import show as dialects
    from demos.foundations.forgetting import GRID, GridInputs
    from demos.foundations.forgetting.grid import measured_epochs, measured_rates
    from demos.foundations.forgetting.show import show_grid
    from demos.foundations.positions import wire as positions
    from demos.foundations.positions.schemas import ShuffleInputs
    from demos.foundations.positions.shuffle import SHUFFLE_WORDS
    from demos.foundations.shapes import SHAPES, picture
    from demos.foundations.shapes import show as shapes
    from demos.foundations.shapes.schemas import ShapesInputs
    from demos.foundations.teacher_forcing import wire as forcing
    from demos.foundations.teacher_forcing.compute import CHANGE_HISTORY
    from demos.foundations.teacher_forcing.schemas import ChangeInputs

    def asked(endpoint: Any, inputs: Any, *draw: Callable[[Any, Any], Any]) -> Callable[[], Any]:
        def move() -> None:
            result = run(endpoint, inputs)
            for one in draw:
                one(inputs, result)

        return move

    count = range(ROUNDS + 1)
    cells = [GridInputs(rate, epochs) for rate in measured_rates() for epochs in range(measured_epochs() + 1)]
    yield "forgetting's cell", [asked(GRID, cells[i], show_grid) for i in count]

    def layers_drawn(_: Any, result: Any) -> None:
        dialects.answer(result)
        dialects.table(result)

    layers = [replace(LAYERS[i % 3].inputs, text=f"{SENTENCE} {i}") for i in count]
    yield "dialects' layer", [asked(DIALECTS, one, layers_drawn) for one in layers]
    drawn = (shapes.figures, picture.picture, shapes.tree)
    yield "shapes' length", [asked(SHAPES, ShapesInputs(length=16 + i), *drawn) for i in count]
    orders = [ShuffleInputs(seed=i) for i in count]
    yield (
        "positions' order",
        [asked(SHUFFLE_WORDS, one, lambda _, found: positions.shuffle(found)) for one in orders],
    )
    words = "rot blau grün kalt warm alt neu lang kurz gut".split()
    changes = [
        ChangeInputs(SENTENCE, 1, word, "Zwei Hunde spielen im Schnee.") for word in words[: ROUNDS + 1]
    ]
    yield (
        "teacher forcing's word",
        [
            asked(CHANGE_HISTORY, one, lambda _, found: forcing.change(found.change, found.replaced))
            for one in changes
        ],
    )


def _ratios(ours: Callable[[], Any], plain: Callable[[], Any]) -> tuple[list[float], float]:
    """The ratio of both sides' processor seconds in each of ROUNDS rounds, and the median of ours."""
    rows = [(_seconds(ours), _seconds(plain)) for _ in range(ROUNDS + 1)][1:]
    return [mine / theirs for mine, theirs in rows], statistics.median(mine for mine, _ in rows)


def _seconds(work: Callable[[], Any]) -> float:
    begin = time.process_time()
    work()
    return time.process_time() - begin


def _said(ratios: list[float]) -> str:
    return f"{statistics.median(ratios):.2f} times ({min(ratios):.2f} to {max(ratios):.2f})"


if __name__ == "__main__":
    main()
