"""How often the heads for pairs of caption world are right about kinds of pairs: who is fooled by topic?

    python -m training.measure_next_sentence --data multi30k

The captions are the five of each of the 1,000 pictures of Multi30k's test_2016, on which nothing was trained.
For each picture the first caption is drawn, and beside it:

- same picture: another caption of the picture, drawn;
- other picture: a caption, drawn, of another picture, drawn;
- other, same words: of all captions of other pictures the one that shares most content words with it (see
  `topic`; of several the one with the fewest content words of its own, then the first one in the file); left
  out where fewer than LEAST are shared;
- halves in order, halves swapped: the caption cut near its middle as for ALBERT's training (training of
  caption world: no capital in front, no full stop behind), the same cut for both.

Measures every head whose weights are in the catalog, and beside them rules that put halves in order by their
outermost words alone (order_rules, with counts of the halves of the training captions). Writes
assets/figures/next_sentence.json, which holds counts alone.
"""

from __future__ import annotations

import argparse
import json
import random
import time
from collections import Counter, defaultdict
from collections.abc import Sequence
from pathlib import Path

import torch

from demos.caption_world.next_sentence.compute import Pair, asked, yes
from demos.caption_world.next_sentence.figures import KINDS, PATH, Count
from demos.caption_world.next_sentence.schemas import HEADS
from demos.caption_world.next_sentence.topic import content_words
from demos.models.cache import shared_cache
from training import order_rules
from training.caption_world import data

SEED, LEAST = 0, 2
SAME, OTHER, TOPIC, ORDER, SWAPPED = KINDS


def topic_match(images: Sequence[Sequence[str]]) -> dict[tuple[int, int], str]:
    """For each caption, by image and number, the one of another image that shares most content words."""
    words = {
        (i, n): set(content_words(text)) for i, image in enumerate(images) for n, text in enumerate(image)
    }
    having = defaultdict(list)
    for place, own in words.items():
        for word in own:
            having[word].append(place)
    found = {}
    for place, own in words.items():
        common = Counter(other for word in own for other in having[word] if other[0] != place[0])
        if not common:
            continue
        best = min(common, key=lambda other: (-common[other], len(words[other]), other))
        if common[best] >= LEAST:
            found[place] = images[best[0]][best[1]]
    return found


def halves(text: str, draw: random.Random) -> Pair | None:
    """A caption cut at a word in its middle third, without its capital and its full stop."""
    words = text.removesuffix(".").split()
    third = len(words) // 3
    cuts = range(max(1, third), len(words) - third)
    if len(words) < 2 or not cuts:
        return None
    words[0] = words[0][:1].lower() + words[0][1:]
    cut = draw.choice(cuts)
    return " ".join(words[:cut]), " ".join(words[cut:])


def pairs(images: Sequence[Sequence[str]], seed: int = SEED) -> dict[str, list[Pair]]:
    """The pairs of each kind."""
    draw, match = random.Random(seed), topic_match(images)
    made: dict[str, list[Pair]] = {kind: [] for kind in KINDS}
    for place, image in enumerate(images):
        number, second = draw.sample(range(len(image)), 2)
        first = image[number]
        made[SAME].append((first, image[second]))
        other = images[(place + draw.randrange(1, len(images))) % len(images)]
        made[OTHER].append((first, draw.choice(other)))
        if (place, number) in match:
            made[TOPIC].append((first, match[place, number]))
        if parts := halves(first, draw):
            made[ORDER].append(parts)
            made[SWAPPED].append((parts[1], parts[0]))
    return made


def main() -> None:
    """Measures the heads that are here and writes the counts."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--data", type=Path, required=True, help="folder of Multi30k, with five_captions")
    parser.add_argument("--out", type=Path, default=PATH)
    parser.add_argument("--heads", nargs="*", default=HEADS, help="those to measure; others stay as they are")
    options = parser.parse_args()
    torch.set_num_threads(1)
    made = pairs(data.read(options.data, data.TEST).images)
    print({kind: len(each) for kind, each in made.items()}, flush=True)
    draw, captions = random.Random(SEED), data.read(options.data, "train").english
    rules = order_rules.measured(made[ORDER], [parts for text in captions if (parts := halves(text, draw))])
    print(rules, flush=True)
    heads = {}
    for one in (one for one in asked() if one.name in options.heads):
        begin, counts = time.perf_counter(), {}
        with shared_cache().lease(one.spec) as loaded:
            for kind, each in made.items():
                right = sum((share >= 0.5) == KINDS[kind] for share in yes(loaded, each))
                counts[kind] = {"right": right, "pairs": len(each)}
                print(
                    one.name, kind, f"{right / len(each):.3f}", Count(right, len(each)).interval, flush=True
                )
        heads[one.name] = counts
        print(f"{one.name}: {time.perf_counter() - begin:.0f} s", flush=True)
    command = f"python -m training.measure_next_sentence --data {options.data.name}"
    options.out.parent.mkdir(parents=True, exist_ok=True)
    if options.out.exists():
        heads = json.loads(options.out.read_text(encoding="utf-8"))["heads"] | heads
    heads = {name: heads[name] for name in HEADS if name in heads}
    written = {"made_by": command, "seed": SEED, "part": data.TEST, "heads": heads, "rules": rules}
    options.out.write_text(json.dumps(written, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
