"""The captions: five English ones of each image, and one of each image in English, German and French.

FOLDER holds {train,val,test_2016_flickr}.{en,de,fr}.gz, line by line translations of each other, and
five_captions/{train,val,test_2016}.{1..5}.en.gz, line by line about the same images: Multi30k (Elliott et al.
2016, arXiv:1605.00459). The five are sorted by length, the longest first.
"""

from __future__ import annotations

import gzip
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Generic, TypeVar

LANGUAGES = ("en", "de", "fr")
TEST = "test_2016_flickr"
T = TypeVar("T")


@dataclass(frozen=True)
class Captions(Generic[T]):
    """One part of the data, as texts or as token ids without special tokens."""

    images: list[list[T]]
    """Of each image its five English captions."""
    aligned: dict[str, list[T]]
    """Of each language one caption of each image; those at the same place are translations."""

    @property
    def english(self) -> list[T]:
        """All captions of all images."""
        return [caption for image in self.images for caption in image]


def read(folder: Path, part: str) -> Captions[str]:
    """The captions of train, val or test_2016_flickr."""
    five = part.removesuffix("_flickr")
    columns = [lines(folder / "five_captions" / f"{five}.{number}.en.gz") for number in range(1, 6)]
    return Captions(
        [list(image) for image in zip(*columns, strict=True)],
        {language: lines(folder / f"{part}.{language}.gz") for language in LANGUAGES},
    )


def lines(path: Path) -> list[str]:
    """The captions of one file."""
    with gzip.open(path, "rt", encoding="utf-8") as file:
        return [unicodedata.normalize("NFC", line.strip()) for line in file]


def encoded(captions: Captions[str], encode: Callable[[list[str]], list[list[int]]]) -> Captions[list[int]]:
    """The same captions as token ids; `encode` turns many texts into ids."""
    flat = iter(encode(captions.english))
    return Captions(
        [[next(flat) for _ in image] for image in captions.images],
        {language: encode(texts) for language, texts in captions.aligned.items()},
    )
