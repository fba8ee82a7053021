"""How well the bundled models fill gaps: what chooses the page's model.

    python -m training.measure_fill_mask

The sentences are made up; each has words that anybody would accept. `caption` are scenes as on a picture,
which the masked model was trained on, `everyday` are common knowledge and things of the house. A stand-in
reads only what is before the gap, so that no gap stands first. Acceptable was the first word, one of five:

| | scenes | everyday |
|-|-|-|
| BERT tiny | 12 and 14 of 15 | 4 and 10 of 15 |
| SmolLM2 | 13 and 15 of 15 | 12 and 15 of 15 |
"""

from __future__ import annotations

import argparse

from demos.models.cache import shared_cache
from demos.runner import Runner
from demos.tasks.fill_mask.compute import FILL_MASK
from demos.tasks.fill_mask.schemas import FillMaskInputs

SENTENCES = {
    "caption": {
        "A man is riding a [MASK] down the street.": "bike bicycle horse motorcycle skateboard scooter",
        "Two dogs are playing in the [MASK].": "snow grass water park field sand yard",
        "A little girl is blowing out the candles on her [MASK].": "cake birthday",
        "The goalkeeper caught the [MASK] before it crossed the line.": "ball",
        "A woman in a red [MASK] is walking along the beach.": "dress shirt coat jacket hat bikini skirt top",
        "People are standing in [MASK] for the bus.": "line queue",
        "A boy is kicking a soccer [MASK].": "ball",
        "A man is playing the [MASK] on a stage.": "guitar piano drums violin saxophone trumpet",
        "The children are swimming in the [MASK].": "pool water lake river sea ocean",
        "A chef is cutting vegetables in the [MASK].": "kitchen restaurant",
        "A dog is catching a ball in its [MASK].": "mouth",
        "A man with a [MASK] is taking a picture of a church.": "camera beard phone hat",
        "Three people are sitting on a [MASK] in the park.": "bench",
        "A woman is reading a [MASK] on the train.": "book newspaper magazine paper",
        "A climber is hanging from a [MASK] above the valley.": "rope cliff rock mountain",
    },
    "everyday": {
        "The sky is [MASK].": "blue clear dark grey gray cloudy",
        "The capital of France is [MASK].": "paris",
        "She opened the [MASK] and went into the house.": "door gate window",
        "A knife is used to [MASK] bread.": "cut slice",
        "The opposite of hot is [MASK].": "cold",
        "In winter the weather is [MASK].": "cold cool freezing",
        "I would like to drink a cup of [MASK].": "tea coffee water milk",
        "He forgot his umbrella, so he got [MASK] in the rain.": "wet soaked drenched caught",
        "The sun rises in the [MASK].": "east morning sky",
        "A week has seven [MASK].": "days",
        "Birds can [MASK] because they have wings.": "fly",
        "She was hungry, so she made a [MASK].": "sandwich meal cake pizza salad soup",
        "The baby began to [MASK] when the lights went out.": "cry scream sleep",
        "He paid with his credit [MASK].": "card",
        "Please wash your [MASK] before dinner.": "hands",
    },
}


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--models", nargs="+", default=["bert-tiny-mlm", "smollm2"])
    options = parser.parse_args()
    runner = Runner(shared_cache())
    for model in options.models:
        for group, sentences in SENTENCES.items():
            first = five = 0
            for text, accepted in sentences.items():
                words = [
                    one.word.casefold() for one in runner(FILL_MASK, FillMaskInputs(text, 5, model)).gaps[0]
                ]
                first += words[0] in accepted.split()
                five += bool(set(words) & set(accepted.split()))
                print(f"  {model}: {text} {', '.join(words)}", flush=True)
            print(f"{model}, {group}: first {first} of {len(sentences)}, among five {five}", flush=True)


if __name__ == "__main__":
    main()
