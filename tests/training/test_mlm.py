"""The gap filler's texts: what says much the same is one document, and documents are held out whole."""

from __future__ import annotations

import gzip
import json

from demos.models.catalog import ASSETS
from training.mlm import HELD_OUT, known_again, split
from training.texts import captions, wordnet

SYNSETS = """  1 This is the licence
00001 03 n 02 dog 0 hound 0 001 @ 00002 n 0000 | a domestic animal; "the dog barked all night"
00003 04 n 01 Bonn 0 001 @i 00004 n 0000 | a city on the Rhine; once a capital
"""


def test_the_captions_of_an_image_are_one_document(tmp_path):
    for number in range(1, 6):
        with gzip.open(tmp_path / f"train.{number}.en.gz", "wt") as file:
            file.write(f"First image, caption {number}.\nSecond image, caption {number}.\n")
    first, second = captions(tmp_path)
    assert first == [f"First image, caption {number}." for number in range(1, 6)]
    assert second[4] == "Second image, caption 5."


def test_all_that_wordnet_says_of_a_set_of_synonyms_is_one_document(tmp_path):
    for part in ("noun", "verb", "adj", "adv"):
        (tmp_path / f"data.{part}").write_text(SYNSETS if part == "noun" else "")
    assert list(wordnet(tmp_path)) == [
        ["dog: a domestic animal.", "the dog barked all night."],
        [
            "Bonn: a city on the Rhine; once a capital.",
            "Bonn is a city on the Rhine.",
            "a city on the Rhine is Bonn.",
        ],
    ]


def test_documents_are_held_out_whole(tmp_path):
    path = tmp_path / "texts.txt"
    documents = [[f"{number} says one thing", f"{number} says it again"] for number in range(2 * HELD_OUT)]
    path.write_text("\n".join("".join(f"{line}\n" for line in document) for document in documents))
    train, held_out = split(path)
    assert held_out == documents[0] + documents[HELD_OUT]
    assert train == sum((d for i, d in enumerate(documents) if i % HELD_OUT), [])
    assert known_again(path) == 0
    path.write_text(path.read_text() + "\nheld out too\n\n0 says it again\n20 SAYS, it again!\n")
    assert known_again(path) == 2 / 5


def test_the_card_says_what_was_measured():
    folder = ASSETS / "models" / "bert-tiny-mlm"
    figures, card = json.loads((folder / "figures.json").read_text()), (folder / "README.md").read_text()
    for text, right in figures["held_out_masked_accuracy"].items():
        assert f"| {text} | {figures['held_out_rows'][text]:,} | {right:.1%} |" in card
    assert "twentieth document" in card and f"{figures['epochs']} epochs" in card
    for name in ("minilm-ner", "korean-mlm"):
        said = " ".join((ASSETS / "models" / name / "README.md").read_text().split())
        assert "reported once" not in said and "looked at for two versions" in said
