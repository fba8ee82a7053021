"""The corpora of named entities: reading, one set of classes, splits, and the F1 of whole entities.

- WNUT-17 (Derczynski et al. 2017): its own train, dev and test. person -> PER, location -> LOC; corporation
  and group (bands, teams, clubs by its guidelines) -> ORG; product and creative-work -> MISC.
- Wikigold (Balasuriya et al. 2009): whole documents by their position in the file, counted from 0: those
  that end in 5 are dev, in 3 or 7 test, the others train.
- Broad Twitter Corpus (Derczynski et al. 2016): section h is test, every tenth tweet of the others dev. It
  has no MISC: there MISC is neither taught nor counted. It tags user names as persons or organisations,
  WNUT does not; here they are no entities.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import torch
from torch import nn

from training.common import Example, Task

CLASSES = ("PER", "LOC", "ORG", "MISC")
TAGS = ("O", *(f"{place}-{name}" for name in CLASSES for place in "BI"))
WNUT = {
    "person": "PER",
    "location": "LOC",
    "corporation": "ORG",
    "group": "ORG",
    "product": "MISC",
    "creative-work": "MISC",
}
CORPORA = ("wikigold", "wnut17", "btc")

Sentence = list[tuple[str, str]]
Span = tuple[int, int, str]


def task(folder: Path, tokenizer: Any, repeats: int) -> Task:
    """Tagging of tokens; `measured` has dev, and dev and test of each corpus. Train contains Wikigold
    `repeats` times, since visitors mostly write edited text, and it is the smallest corpus of the three."""
    splits = read(folder)
    encoded = {
        name: {part: [_example(words, tokenizer, name) for words in found] for part, found in parts.items()}
        for name, parts in splits.items()
    }
    measured = {f"{name}-{part}": encoded[name][part] for name in CORPORA for part in ("dev", "test")}
    measured["dev"] = [example for name in CORPORA for example in encoded[name]["dev"]]
    often = {"wikigold": repeats}
    train = [example for name in CORPORA for example in encoded[name]["train"] * often.get(name, 1)]
    return Task("entities", train, measured, loss, score)


def read(folder: Path) -> dict[str, dict[str, list[Sentence]]]:
    """The sentences of each corpus and split, as words with BIO tags."""
    found = {name: {part: [] for part in ("train", "dev", "test")} for name in CORPORA}
    wnut = {"train": "wnut17train.conll", "dev": "emerging.dev.conll", "test": "emerging.test.annotated"}
    for part, file in wnut.items():
        found["wnut17"][part] = [_renamed(words) for words in _sentences(folder / file)]
    document = -1
    for words in _sentences(folder / "wikigold.conll.txt"):
        if words[0][0] == "-DOCSTART-":
            document += 1
            continue
        part = {5: "dev", 3: "test", 7: "test"}.get(document % 10, "train")
        found["wikigold"][part].append(_begun(words))
    for section in "abefgh":
        for number, words in enumerate(_sentences(folder / f"btc_{section}.conll")):
            part = "test" if section == "h" else "dev" if number % 10 == 9 else "train"
            found["btc"][part].append(_without_user_names(words))
    return found


def _sentences(path: Path) -> Iterator[Sentence]:
    for block in re.split(r"\n\s*\n", path.read_text(encoding="utf-8")):
        pairs = [line.split() for line in block.split("\n") if line.strip()]
        words = [(pair[0], pair[-1]) for pair in pairs if len(pair) > 1]
        if words:
            yield words


def _renamed(words: Sentence) -> Sentence:
    return [(word, tag if tag == "O" else f"{tag[:2]}{WNUT[tag[2:]]}") for word, tag in words]


def _begun(words: Sentence) -> Sentence:
    """Wikigold's tags, which only say inside, with the beginning of every entity marked."""
    before = ["O", *(tag for _, tag in words[:-1])]
    return [
        (word, f"B-{tag[2:]}" if tag != "O" and previous != tag else tag)
        for (word, tag), previous in zip(words, before, strict=True)
    ]


def _without_user_names(words: Sentence) -> Sentence:
    """Removes the tags of user names: "@" and the next word, or one word that begins with "@"."""
    before = ["", *(word for word, _ in words[:-1])]
    return [
        (word, "O" if word.startswith("@") or previous == "@" else tag)
        for (word, tag), previous in zip(words, before, strict=True)
    ]


def _example(words: Sentence, tokenizer: Any, corpus: str) -> Example:
    """Tags every token, the later ones of a word as inside; `target` is the tags of tokens (-1 for [CLS] and
    [SEP]), the position of every word's first token, and the entities in words. If token types tell capital
    letters, training reads one sentence in four without their information."""
    encoded = tokenizer([word for word, _ in words], is_split_into_words=True, truncation=True)
    owners = encoded.word_ids()
    tags, firsts = [], {}
    for position, owner in enumerate(owners):
        if owner is None:
            tags.append(-1)
            continue
        tag = words[owner][1]
        inside = owner in firsts and tag != "O"
        tags.append(TAGS.index(f"I-{tag[2:]}" if inside else tag))
        firsts.setdefault(owner, position)
    places = [firsts.get(i) for i in range(len(words))]  # None: a word of characters that no tokenizer keeps
    spellings = (encoded,)
    if any(encoded["token_type_ids"]):
        spellings = (*[encoded] * 3, {**encoded, "token_type_ids": [0] * len(owners)})
    return Example(spellings, (tags, places, spans([tag for _, tag in words])), corpus)


def spans(tags: Sequence[str]) -> set[Span]:
    """The entities of BIO tags as (first, end, class); an I- tag after another class begins one, too."""
    found, first, name = set(), 0, ""
    for i, tag in enumerate([*tags, "O"]):
        if name and tag != f"I-{name}":
            found.add((first, i, name))
            name = ""
        if tag != "O" and not name:
            first, name = i, tag[2:]
    return found


def loss(logits: torch.Tensor, examples: Sequence[Example]) -> torch.Tensor:
    """Cross-entropy of logits [b, t, tags] over tokens; the Broad Twitter Corpus has no labels for MISC."""
    rows = [torch.tensor(example.target[0]) for example in examples]
    tags = nn.utils.rnn.pad_sequence(rows, batch_first=True, padding_value=-1)
    unknown = torch.tensor([example.corpus == "btc" for example in examples])
    misc = torch.tensor([tag.endswith("MISC") for tag in TAGS])
    logits = logits.masked_fill(unknown[:, None, None] & misc, -1e4)
    return nn.functional.cross_entropy(logits.flatten(0, 1), tags.flatten(), ignore_index=-1)


def score(logits: Sequence[torch.Tensor], examples: Sequence[Example]) -> dict[str, float]:
    """F1, precision and recall of whole entities with their class, from each word's first token."""
    hits = said = gold = 0
    for values, example in zip(logits, examples, strict=True):
        _, places, truth = example.target
        tags = values.argmax(-1).tolist()
        found = spans(["O" if place is None else TAGS[tags[place]] for place in places])
        if example.corpus == "btc":
            found = {span for span in found if span[2] != "MISC"}
        hits, said, gold = hits + len(found & truth), said + len(found), gold + len(truth)
    precision, recall = hits / max(1, said), hits / max(1, gold)
    return {"f1": 2 * hits / max(1, said + gold), "precision": precision, "recall": recall}
