"""Writes what the catalog says of the five encoders, in front of caption world's part.

python -m training.positions.entry
"""

from __future__ import annotations

from training.caption_world.entries import CATALOG, Entry, written
from training.caption_world.entries import HEADER as NEXT
from training.scratch import ASSETS

HEADER = "# Positions, written by training/positions/entry.py"
ENTRY = Entry(
    "five ways to know positions", "positions", (), "Five encoders that differ in their positions alone."
)


def main() -> None:
    before, _, after = CATALOG.read_text(encoding="utf-8").partition(NEXT)
    kept = before.partition(HEADER)[0].rstrip()
    entry = written("positions", ENTRY, ASSETS / "positions")
    CATALOG.write_text("\n".join([f"{kept}\n", f"{HEADER}\n", entry, f"{NEXT}{after}"]), encoding="utf-8")


if __name__ == "__main__":
    main()
