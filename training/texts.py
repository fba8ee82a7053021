"""Write a folder of plain English texts, one sentence or paragraph a line, for `training.mlm`.

    python -m training.texts --wordnet FOLDER --bible FOLDER --captions FOLDER --out texts

--wordnet   /usr/share/wordnet of Debian's package wordnet-base (WordNet licence: free to use, change and
            distribute): definitions with the word they define, and the examples of its use
--bible     /usr/share/sword/modules/texts/ztext/engWEB2015eb of Debian's package sword-text-web: the World
            English Bible, a modern translation in the public domain
--captions  folder of train.{1..5}.en.gz: five captions of each image of Flickr30k (Multi30k task 2,
            github.com/multi30k/dataset)
"""

from __future__ import annotations

import argparse
import gzip
import re
import struct
import zlib
from collections.abc import Iterator
from pathlib import Path

SPEECH = {"noun": "n", "verb": "v", "adj": "a", "adv": "r"}


def wordnet(folder: Path) -> Iterator[str]:
    """Definitions and examples. A name's definition is written in both directions."""
    for part in SPEECH:
        for line in (folder / f"data.{part}").read_text(encoding="utf-8").splitlines():
            if line.startswith("  "):
                continue  # the licence
            fields, _, gloss = line.partition(" | ")
            word = re.sub(r"\(.*\)", "", fields.split()[4]).replace("_", " ")
            meaning = re.split(r'; (?=")|: (?=")', gloss)[0].strip().strip(";")
            if meaning and not meaning.startswith('"'):
                yield f"{word}: {meaning}."
                if " @i " in fields:
                    first = meaning.split(";")[0]
                    yield f"{word} is {first}."
                    yield f"{first} is {word}."
            for example in re.findall(r'"([^"]+)"', gloss):
                if example.count(" ") > 1:
                    yield example if example[-1] in ".?!" else f"{example}."


def bible(folder: Path) -> Iterator[str]:
    """Paragraphs, without headings and notes, from compressed books (SWORD's zText format)."""
    for testament in ("ot", "nt"):
        index, books = (folder / f"{testament}.{kind}" for kind in ("bzs", "bzz"))
        packed = books.read_bytes()
        for start, size, _ in struct.iter_unpack("<III", index.read_bytes()):
            if not size:
                continue
            book = zlib.decompress(packed[start : start + size]).decode()
            book = re.sub(r"<(note|title)\b.*?</\1>", " ", book, flags=re.DOTALL)
            for verse in re.split(r"<[^>]*x-preverse[^>]*eID[^>]*>|<[^>]*eID[^>]*x-preverse[^>]*>", book):
                text = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", "", verse)).strip()
                if text.count(" ") > 3:
                    yield text


def captions(folder: Path) -> Iterator[str]:
    """Every caption."""
    for number in range(1, 6):
        with gzip.open(folder / f"train.{number}.en.gz", "rt", encoding="utf-8") as file:
            yield from (line.strip() for line in file)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    sources = {"wordnet": wordnet, "bible": bible, "captions": captions}
    for name in sources:
        parser.add_argument(f"--{name}", type=Path)
    parser.add_argument("--out", type=Path, required=True)
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    for name, lines in sources.items():
        if folder := getattr(options, name):
            (options.out / f"{name}.txt").write_text(
                "".join(f"{x}\n" for x in lines(folder)), encoding="utf-8"
            )


if __name__ == "__main__":
    main()
