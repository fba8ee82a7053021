"""A process that unpacks a packed model of the tests: python -m tests.faults.unpacking ASSETS [wait]

Says "half-way" when half of the weights are written, then waits for a line if it was told to; and at last the
folder with the unpacked model, or the sentence that says why there is none.
"""

from __future__ import annotations

import hashlib
import sys
from pathlib import Path

from demos.errors import ModelUnavailable
from demos.models import bundled
from demos.models.catalog import BundledSource, Checkpoint

PACKED = b"a packed model"
WEIGHTS = bytes(range(256)) * 4096
"""What is unpacked: 1 MB."""


def main(assets: str, *wait: str) -> None:
    def unpack(folder: Path, file: str, into: Path) -> None:
        (into / "config.json").write_text("{}")
        (into / "tokenizer.json").write_text("{}")
        with (into / "model.safetensors").open("wb") as weights:
            weights.write(WEIGHTS[: len(WEIGHTS) // 2])
            weights.flush()
            print("half-way", flush=True)
            if wait:
                sys.stdin.readline()
            weights.write(WEIGHTS[len(WEIGHTS) // 2 :])

    bundled.ASSETS, bundled._unpack = Path(assets), unpack
    source = BundledSource("packed", "gguf", {"weights.gguf": hashlib.sha256(PACKED).hexdigest()})
    packed = Checkpoint("tiny", "Tiny", "encoder", ("base",), "MIT", 1, 1, bundled=source)
    try:
        print(bundled.ready_folder(packed))
    except ModelUnavailable as error:
        print(error)


if __name__ == "__main__":
    main(*sys.argv[1:])
