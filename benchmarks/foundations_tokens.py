"""What training byte-pair encoding costs in Python, against the library, which is written in Rust.

    python -m benchmarks.foundations_tokens

The page's longest text, and one ten times as long: both sides make the same merges, which is checked. The two
take turns; medians of the processor's seconds in 9 rounds, in each of which a ratio is taken; one thread.
"""

from __future__ import annotations

import json
import os
import random
import statistics
import time
from typing import Any

from demos.foundations.tokens.bpe import alphabet, train
from demos.foundations.tokens.learn import LEAST
from demos.foundations.tokens.pre_tokens import MARKS, word_counts
from demos.foundations.tokens.schemas import MAX_CHARACTERS, MAX_MERGES

ROUNDS = 9


def main() -> None:
    os.environ["TOKENIZERS_PARALLELISM"] = "false"
    for times in (1, 10):
        text = made_text(times * MAX_CHARACTERS)
        rows = [(_ours(text), _librarys(text)) for _ in range(ROUNDS + 1)][1:]
        assert all(ours[1] == librarys[1] for ours, librarys in rows), "other merges"
        mine, theirs = (statistics.median(row[side][0] for row in rows) for side in (0, 1))
        ratios = sorted(ours[0] / librarys[0] for ours, librarys in rows)
        print(
            f"{len(text):6,} characters, {len(rows[0][0][1])} merges: {mine * 1e3:6.1f} ms, "
            f"library {theirs * 1e3:5.1f} ms; {statistics.median(ratios):.1f} times, "
            f"{ratios[0]:.1f} to {ratios[-1]:.1f}"
        )


def made_text(characters: int) -> str:
    """Words of syllables, some of them much more frequent than others, as in a language."""
    chance = random.Random(0)
    syllables = [one + other for one in "bdfgklmnprst" for other in "aeiou"]
    words = ["".join(chance.choices(syllables, k=chance.randint(1, 4))) for _ in range(2_000)]
    weights = [1 / rank for rank in range(1, len(words) + 1)]
    return " ".join(chance.choices(words, weights, k=characters // 4))[:characters]


def _ours(text: str) -> tuple[float, list[tuple[str, str]]]:
    begin = time.process_time()
    pieces, merges = train(word_counts(text), LEAST, MAX_MERGES)
    took = time.process_time() - begin
    return took, [(pieces[merge.left], pieces[merge.right]) for merge in merges]


def _librarys(text: str) -> tuple[float, list[tuple[str, str]]]:
    from tokenizers import Regex, Tokenizer, models, pre_tokenizers, trainers

    tokenizer: Any = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [
            pre_tokenizers.WhitespaceSplit(),
            pre_tokenizers.Metaspace(),
            pre_tokenizers.Split(Regex(MARKS), "isolated"),
        ]
    )
    size = len(alphabet(word_counts(text))) + MAX_MERGES
    trainer = trainers.BpeTrainer(vocab_size=size, min_frequency=LEAST, show_progress=False)
    begin = time.process_time()
    tokenizer.train_from_iterator([text], trainer)
    took = time.process_time() - begin
    return took, [tuple(pair) for pair in json.loads(tokenizer.to_str())["model"]["merges"]]


if __name__ == "__main__":
    main()
