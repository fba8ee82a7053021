"""How often a sentiment checkpoint's answer is withheld because of the language: of its own and of the other.

    python -m training.measure_legibility --english val.en.gz --korean nsmc/dev.tsv.gz

The English texts are Multi30k's captions of val, one a line; the Korean ones the first 1,000 reviews of
NSMC's development part (a column "document"). They are only measured on. Prints the shares that the page
names.
"""

from __future__ import annotations

import argparse
import csv
import gzip
from itertools import islice
from pathlib import Path

from demos.models.cache import shared_cache
from demos.models.specs import Spec
from demos.nlp.legibility import legibility

REVIEWS = 1000


def main() -> None:
    """Prints the share of texts, by checkpoint and language, that count as unreadable for the checkpoint."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--english", type=Path, required=True)
    parser.add_argument("--korean", type=Path, required=True)
    options = parser.parse_args()
    with gzip.open(options.english, "rt", encoding="utf-8") as file:
        english = [line.strip() for line in file]
    with gzip.open(options.korean, "rt", encoding="utf-8") as file:
        rows = csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE)
        korean = [row["document"] for row in islice(rows, REVIEWS)]
    for name in ("minilm-sst", "korean-sentiment"):
        with shared_cache().lease(Spec(name, "sequence-classification")) as loaded:
            for language, texts in (("English", english), ("Korean", korean)):
                withheld = sum(bool(legibility(text, loaded).withheld) for text in texts if text.strip())
                print(f"{name}: withheld of {len(texts)} {language} texts: {withheld / len(texts):.1%}")


if __name__ == "__main__":
    main()
