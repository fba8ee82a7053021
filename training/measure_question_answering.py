"""How often the bundled question answering is right (exact match and F1 on 200 questions of XQuAD), and how
often it rightly and wrongly says that there is no answer.

    python -m training.measure_question_answering --data xquad.en.json [--abstention-only]

The data are on https://github.com/google-deepmind/xquad (English part, CC BY-SA 4.0: questions of SQuAD's
development set). They are only measured on. Writes assets/cards/question_answering.md.
"""

from __future__ import annotations

import argparse
import json
import math
import random
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from statistics import fmean

import torch

from demos.models.cache import shared_cache
from demos.models.catalog import ASSETS, checkpoint
from demos.models.specs import Spec
from demos.nlp.vectors import readable_sentences, vectors
from demos.runner import Runner
from demos.tasks.question_answering import instruction as prompts
from demos.tasks.question_answering.answer_matching import exact_match, f1, normalise
from demos.tasks.question_answering.compute import ANSWER
from demos.tasks.question_answering.schemas import AnswerInputs

CARD = ASSETS / "cards" / "question_answering.md"
SEED, QUESTIONS = 0, 200
SEEN = range(600, 1000, 10)
"""Questions on which the wording of the prompt was chosen, by their index in the file: not used here."""

NEWLINE = "\n"
Question = tuple[str, str, list[str]]


def questions(path: Path) -> Iterator[Question]:
    """Passage, question and true answers, in the order of the file."""
    for article in json.loads(path.read_text(encoding="utf-8"))["data"]:
        for paragraph in article["paragraphs"]:
            for asked in paragraph["qas"]:
                yield paragraph["context"], asked["question"], [one["text"] for one in asked["answers"]]


def measure(asked: list[Question], run: Runner, model: str, write: bool) -> dict[str, float]:
    """Means over the questions, in per cent, and seconds per question."""
    rows = []
    start = time.perf_counter()
    for number, (passage, question, truths) in enumerate(asked, 1):
        result = run(ANSWER, AnswerInputs(passage, question, model, write))
        sentences = result.sentences if write else result.sentences[:1]
        read = normalise(" ".join(passage[one.start : one.end] for one in sentences))
        rows.append(
            {
                "exact match": exact_match(result.answer, truths),
                "F1": f1(result.answer, truths),
                "quotations": result.quoted is not None,
                "right quotations": result.quoted is not None and exact_match(result.answer, truths),
                "answer in the sentences read": any(normalise(truth) in read for truth in truths),
                "answer in the closest sentence": any(
                    normalise(truth)
                    in normalise(passage[result.sentences[0].start : result.sentences[0].end])
                    for truth in truths
                ),
            }
        )
        if number % 20 == 0 or number == len(asked):
            means = {name: fmean(row[name] for row in rows) for name in ("exact match", "F1")}
            print(model, write, number, {name: f"{mean:.1%}" for name, mean in means.items()}, flush=True)
    seconds = (time.perf_counter() - start) / len(asked)
    return {name: 100 * fmean(row[name] for row in rows) for name in rows[0]} | {"seconds": seconds}


def evidence(path: Path) -> dict[str, dict[str, list[float]]]:
    """By half of the articles, "choose" (the first, third, ...) and "test": the cosine of the closest
    sentence to each question in its own passage, in one of another article, and in another one of its own
    article."""
    articles = json.loads(path.read_text(encoding="utf-8"))["data"]
    rng = random.Random(SEED)
    found: dict[str, dict[str, list[float]]] = {}
    with shared_cache().lease(Spec("minilm")) as loaded:
        for half, first in (("choose", 0), ("test", 1)):
            passages = [[one["context"] for one in article["paragraphs"]] for article in articles[first::2]]
            said = [
                [vectors(loaded, [s.of(text) for s in readable_sentences(text, loaded)]) for text in texts]
                for texts in passages
            ]
            rows: dict[str, list[float]] = {"own": [], "another article": [], "same article": []}
            for number, article in enumerate(articles[first::2]):
                for place, paragraph in enumerate(article["paragraphs"]):
                    for asked in vectors(loaded, [one["question"] for one in paragraph["qas"]]):
                        other = rng.choice([i for i in range(len(said)) if i != number])
                        beside = rng.choice([i for i in range(len(said[number])) if i != place])
                        foreign = said[other][rng.randrange(len(said[other]))]
                        of = (said[number][place], foreign, said[number][beside])
                        for name, sentences in zip(rows, of, strict=True):
                            rows[name].append(float((sentences @ asked).max()))
            found[half] = rows
    return found


def threshold(own: list[float], foreign: list[float]) -> float:
    """The cosine, in hundredths, below which abstaining makes right and wrong abstentions differ most."""
    candidates = [step / 100 for step in range(101)]
    return max(candidates, key=lambda at: below(foreign, at) - below(own, at))


def below(cosines: list[float], at: float) -> float:
    """The share of cosines below a threshold."""
    return fmean(cosine < at for cosine in cosines)


def abstention(path: Path) -> str:
    """The part of the card about questions that a passage does not answer."""
    halves = evidence(path)
    at = threshold(halves["choose"]["own"], halves["choose"]["another article"])
    rows = [
        f"| {half} | " + " | ".join(f"{100 * below(cosines, at):.1f}" for cosines in found.values()) + " |"
        for half, found in halves.items()
    ]
    counts = {half: len(found["own"]) for half, found in halves.items()}
    return f"""## No answer here

Where no sentence of the passage has a cosine of {at:.2f} with the question, the answer is withheld. That
figure was chosen on the questions of every second article ({counts["choose"]}), where abstaining on
passages of another article exceeds abstaining on the own passage most; the other half ({counts["test"]})
was looked at once. In per cent, how often it abstains on the passage of the question (wrongly) and on
others (rightly):

| questions | own passage | of another article | another of the same article |
|-|-|-|-|
{NEWLINE.join(rows)}

Closeness is evidence that a passage speaks of what is asked, not that it says it: of passages about the same
matter that lack the answer, many are not noticed.
"""


def card(figures: dict[str, dict[str, float]], without: str, command: str) -> str:
    """The card: what was measured, on which data, how, and the results."""
    reader, finder = checkpoint("smollm2").title, checkpoint("minilm").title
    names = [name for name in next(iter(figures.values())) if name != "seconds"]
    head = "| in per cent | " + " | ".join(figures) + " |"
    rows = [f"| {row} | " + " | ".join(f"{one[row]:.1f}" for one in figures.values()) + " |" for row in names]
    error = max(
        math.sqrt(one["exact match"] * (100 - one["exact match"]) / QUESTIONS) for one in figures.values()
    )
    return f"""# Question answering without a network

{finder} finds the sentence closest to the question, and {reader} chooses among its short
stretches. Or it writes freely after reading the {prompts.SENTENCES} closest sentences. Neither was trained
for extractive question answering. Beside them, the closest sentence alone, taken whole as the answer.

{head}
{"|-" * (1 + len(figures))}|
{NEWLINE.join(rows)}

{QUESTIONS} questions of the English part of XQuAD (Artetxe et al. 2020, arXiv:1910.11856; CC BY-SA 4.0; from
SQuAD's development set), drawn with seed {SEED} from those that the wording of the prompt was not chosen on.
The method and the prompt were chosen on 20 to 40 other questions each. An earlier run, which only wrote
freely, was stopped after 40 of these 200: that writing does badly was known from them as well.
One standard error of the exact match is at most {error:.1f} points. Every question has an answer in its
passage; withheld answers count here as given. Answers are normalised as in SQuAD's evaluation script.

{without}
Made by `{command}`.
"""


def main() -> None:
    """Measures the bundled methods and writes the card."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--out", type=Path, default=CARD)
    parser.add_argument("--abstention-only", action="store_true", help="print that part of the card")
    options = parser.parse_args()
    torch.set_num_threads(1)
    without = abstention(options.data)
    print(without)
    if options.abstention_only:
        return
    everything = list(questions(options.data))
    unseen = [question for place, question in enumerate(everything) if place not in SEEN]
    asked = random.Random(SEED).sample(unseen, QUESTIONS)
    run = Runner(shared_cache())
    figures = {
        title: measure(asked, run, model, write)
        for title, model, write in (
            ("closest sentence", "minilm", False),
            ("chosen", "smollm2", False),
            ("written", "smollm2", True),
        )
    }
    print(json.dumps(figures, indent=1))
    options.out.parent.mkdir(parents=True, exist_ok=True)
    command = f"python -m training.{Path(sys.argv[0]).stem} --data {options.data.name}"
    options.out.write_text(card(figures, without, command), encoding="utf-8")


if __name__ == "__main__":
    main()
