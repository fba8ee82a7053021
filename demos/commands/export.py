"""`python app.py export DIR`: the gallery without a server, with the recorded answers to all examples."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any


def add_to(commands: Any) -> None:
    """Adds the subcommand's parser."""
    parser = commands.add_parser(
        "export",
        help="write the gallery as a folder of files that needs no server",
        description="Writes home and all demos, with the recorded answers to their examples, as files that "
        "open from disk or from any host of static files. No model is loaded.",
    )
    parser.add_argument("folder", type=Path, metavar="DIR", help="a new or empty folder")
    parser.add_argument("--force", action="store_true", help="replace the folder if it is not empty")
    parser.set_defaults(run=export)


def export(options: argparse.Namespace) -> int:
    """Writes the site and says where its first page is; returns 0."""
    from demos.errors import StageError
    from demos.models.cache import shared_cache
    from demos.runner import Runner
    from demos.shell.export_site import export_site

    try:
        pages = export_site(options.folder, Runner(shared_cache()), options.force)
    except OSError as error:
        raise StageError(
            f"{options.folder} could not be written: {error.strerror or error}.", "Name another folder."
        ) from error
    print(f"{len(pages)} pages. Open {options.folder / 'index.html'}")
    return 0
