"""Write a folder of plain English texts for `training.mlm`.

Each line is a sentence or paragraph; an empty line separates documents, each of which is held out as a whole.

    python -m training.texts --wordnet FOLDER --bible FOLDER --captions FOLDER --out texts

--wordnet   /usr/share/wordnet of Debian's package wordnet-base (WordNet licence: free to use, change and
            distribute): definitions with the word they define, and the examples of its use; a document
            is a set of synonyms
--bible     /usr/share/sword/modules/texts/ztext/engWEB2015eb of Debian's package sword-text-web: the World
            English Bible, a modern translation in the public domain; a document is a chapter
--captions  folder of train.{1..5}.en.gz: five captions of each image of Flickr30k (Multi30k task 2,
            github.com/multi30k/dataset); a document is an image
"""

from __future__ import annotations

import argparse
import gzip
import re
import struct
import zlib
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

SPEECH = {"noun": "n", "verb": "v", "adj": "a", "adv": "r"}
Document = list[str]
"""Lines that say nearly the same, or continue one another."""


def wordnet(folder: Path) -> Iterator[Document]:
    """Definitions and examples of each set of synonyms. A name's definition is written in both directions."""
    for part in SPEECH:
        for line in (folder / f"data.{part}").read_text(encoding="utf-8").splitlines():
            if not line.startswith("  "):  # the licence
                yield list(_defined(line))


def _defined(line: str) -> Iterator[str]:
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


def bible(folder: Path) -> Iterator[Document]:
    """Chapters in paragraphs, without headings and notes, from compressed books (SWORD's zText format)."""
    for testament in ("ot", "nt"):
        index, books = (folder / f"{testament}.{kind}" for kind in ("bzs", "bzz"))
        packed = books.read_bytes()
        for start, size, _ in struct.iter_unpack("<III", index.read_bytes()):
            if size:
                book = zlib.decompress(packed[start : start + size]).decode()
                book = re.sub(r"<(note|title)\b.*?</\1>", " ", book, flags=re.DOTALL)
                yield from map(_paragraphs, re.split(r"(?=<chapter [^>]*sID)", book))


def _paragraphs(chapter: str) -> Document:
    verses = re.split(r"<[^>]*x-preverse[^>]*eID[^>]*>|<[^>]*eID[^>]*x-preverse[^>]*>", chapter)
    texts = (re.sub(r"\s+", " ", re.sub(r"<[^>]+>", "", verse)).strip() for verse in verses)
    return [text for text in texts if text.count(" ") > 3]


def captions(folder: Path) -> Iterator[Document]:
    """The captions of each image."""
    with ExitStack() as stack:
        names = (folder / f"train.{number}.en.gz" for number in range(1, 6))
        files = [stack.enter_context(gzip.open(name, "rt", encoding="utf-8")) for name in names]
        for lines in zip(*files, strict=True):
            yield [line.strip() for line in lines]


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    sources = {"wordnet": wordnet, "bible": bible, "captions": captions}
    for name in sources:
        parser.add_argument(f"--{name}", type=Path)
    parser.add_argument("--out", type=Path, required=True)
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    for name, documents in sources.items():
        if folder := getattr(options, name):
            texts = ("".join(f"{line}\n" for line in document) for document in documents(folder) if document)
            (options.out / f"{name}.txt").write_text("\n".join(texts), encoding="utf-8")


if __name__ == "__main__":
    main()
