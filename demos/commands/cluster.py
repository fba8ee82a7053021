"""`python app.py cluster`: workers in Ray Serve, and Gradio processes in front of them."""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import time
from importlib.util import find_spec
from pathlib import Path
from typing import Any

APP = Path(__file__).parents[2] / "app.py"
PAUSE = 5.0
"""Seconds after which a front that has ended is started again."""


def add_to(commands: Any) -> None:
    """Adds the subcommand's parser."""
    parser = commands.add_parser(
        "cluster",
        help="serve from several processes or machines (needs requirements-ray.txt)",
        description="Starts the workers of cluster.toml in Ray Serve, and fronts on the ports from --port "
        "on. docs/cluster.md says what to put before them.",
    )
    parser.add_argument("--fronts", type=int, default=1, metavar="N", help="Gradio processes (default 1)")
    parser.add_argument("--settings", type=Path, metavar="FILE", help="instead of cluster.toml")
    parser.add_argument("--ray", metavar="HOST:PORT", help="a Ray that runs; by default a new one here")
    parser.set_defaults(run=cluster)


def cluster(options: argparse.Namespace) -> int:
    """Serves until it is interrupted, or terminated: Ray makes that a SystemExit."""
    from demos.cluster.settings import FILE, read
    from demos.errors import StageError

    if not 0 <= options.fronts <= 64:
        raise StageError(f"{options.fronts} fronts cannot be started.", "Choose 0 to 64.")
    settings = read(options.settings or FILE)
    if find_spec("ray") is None:
        raise StageError(
            "A cluster needs Ray.", "Install it: pip install -r requirements-ray.txt -c constraints.txt"
        )
    from demos.cluster.ray_serve import start

    address = start(settings, options.ray)
    print(f"Workers are ready. A front on a machine of this Ray: STAGE_CLUSTER={address} python app.py")
    fronts = [Front(options.host, options.port + number, address) for number in range(options.fronts)]
    try:
        while True:
            for front in fronts:
                front.keep()
            time.sleep(0.2)
    except KeyboardInterrupt:
        return 0
    finally:
        for front in fronts:
            front.end()
        for front in fronts:
            front.wait()


class Front:
    """A Gradio process, which is started anew where it ends."""

    def __init__(self, host: str, port: int, address: str) -> None:
        self._command = [sys.executable, str(APP), "--host", host, "--port", str(port)]
        self._environment = {**os.environ, "STAGE_CLUSTER": address}
        self._process: subprocess.Popen[bytes] | None = None
        self._started = -PAUSE

    def keep(self) -> None:
        """Starts the process unless it runs, or has just been started."""
        ended = self._process is None or self._process.poll() is not None
        if ended and time.monotonic() - self._started >= PAUSE:
            self._started = time.monotonic()
            self._process = subprocess.Popen(self._command, env=self._environment)

    def end(self) -> None:
        """Tells the process to end."""
        if self._process is not None:
            self._process.terminate()

    def wait(self) -> None:
        """Waits until it has ended."""
        if self._process is not None:
            self._process.wait()
