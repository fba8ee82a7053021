"""`python -m demos.models.prepare`: check and unpack every bundled checkpoint that is installed."""

from __future__ import annotations

import sys
import time

from demos.errors import ModelUnavailable
from demos.models import bundled
from demos.models.catalog import catalog


def main() -> int:
    """Prepares all; returns 1 if an installed source is damaged, otherwise 0."""
    damaged = False
    for checkpoint in catalog().values():
        if checkpoint.bundled is None:
            continue
        try:
            bundled.locate(checkpoint.bundled)
        except ModelUnavailable as error:
            print(f"{checkpoint.name}: skipped. {error}")
            continue
        start = time.monotonic()
        try:
            folder = bundled.ready_folder(checkpoint, report=print)
            print(f"{checkpoint.name}: ready in {time.monotonic() - start:.1f} s ({folder})")
        except ModelUnavailable as error:
            print(f"{checkpoint.name}: {error}", file=sys.stderr)
            damaged = True
    return int(damaged)


if __name__ == "__main__":
    sys.exit(main())
