"""`python app.py rehearse SLIDES.md`: runs every link of a deck before the audience does."""

from __future__ import annotations

import argparse
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

SECONDS = 60.0


def add_to(commands: Any) -> None:
    """Adds the subcommand's parser."""
    parser = commands.add_parser(
        "rehearse",
        help="run the gallery's links in a deck: seconds, memory, failures",
        description="Finds the gallery's links in a deck (Markdown, HTML, or a list), loads the models, runs "
        "each link's example, and opens each page in Chromium if there is one. Ends with 1 if a link fails.",
    )
    parser.add_argument("deck", type=Path, help="the file: SLIDES.md, talk.html, links.txt")
    parser.add_argument(
        "--at",
        action="append",
        default=[],
        metavar="HOST",
        help="a further host under which the deck names the gallery; this machine, local networks and "
        "*.hf.space are known",
    )
    parser.add_argument(
        "--seconds", type=float, default=SECONDS, help=f"how long what grows may grow ({SECONDS:.0f})"
    )
    parser.add_argument("--save", type=Path, metavar="DIR", help="write each link's answer as one HTML file")
    parser.add_argument("--force", action="store_true", help="write into a folder that is not empty")
    parser.add_argument("--no-browser", action="store_true", help="do not open the pages")
    parser.set_defaults(run=rehearse)


def rehearse(options: argparse.Namespace) -> int:
    """Rehearses a deck; prints as it goes, and returns 1 if a link would fail, else 0."""
    os.environ.setdefault("STAGE_PUBLIC", "0")

    from demos.commands.rehearse import deck as decks
    from demos.commands.rehearse.report import lines_of, summary
    from demos.errors import BadInput
    from demos.shell.load_demos import load_programme, working

    if options.seconds <= 0:
        raise BadInput("--seconds is not above 0.", "Give it a number of seconds.")
    if options.save:
        from demos.commands.rehearse.fallback import ready_folder

        ready_folder(options.save, options.force)
    demos = {demo.INFO.slug: demo for demo in working(load_programme())}
    deck = decks.links_in(decks.read_deck(options.deck), demos, decks.named_hosts(options.at))
    done = []
    for one in _rehearsed(deck, demos, options):
        print("\n".join(lines_of(one)), flush=True)
        done.append(one)
    print("\n".join(summary(done, deck)))
    return int(any(one.problems for one in done))


def _rehearsed(deck: Any, demos: Any, options: argparse.Namespace) -> Iterator[Any]:
    """Runs the links one after the other, each first in the runner, then on its page."""
    from demos.commands.rehearse.browser import open_page
    from demos.commands.rehearse.report import Rehearsed
    from demos.commands.rehearse.runs import failed, run_link
    from demos.models.cache import shared_cache
    from demos.recordings import Recordings
    from demos.runner import Runner

    # A page opens with what is recorded; what a visitor asks there is computed, and that is rehearsed too.
    runner = Runner(shared_cache(), recordings=Recordings(Path(os.devnull)))
    with _pages(Runner(shared_cache()), deck, options) as (running, home):
        for number, link in enumerate(deck.links, 1):
            demo = demos.get(link.slug)
            title = demo.INFO.title if demo else "Home" if link.slug == "" else "Models" if link.slug else ""
            if link.slug is None:
                yield Rehearsed(link, title, failed("This leads to no page of the gallery."))
                continue
            keep = _keeping(options.save, number, demo) if options.save and demo else None
            ran = run_link(link, demo, runner, options.seconds, keep) if demo else None
            seen = None
            if running and not (ran and ran.problem):
                seen = open_page(running, home + _below(link), options.seconds)
            yield Rehearsed(link, title, ran, seen)


def _keeping(folder: Path, number: int, demo: Any) -> Any:
    """What saves the answer of the deck's link with this number, and says so."""
    from demos.commands.rehearse.fallback import save

    def keep(visitor: Any, label: str) -> None:
        path = folder / f"{number:02}-{demo.INFO.slug}.html"
        if save(path, demo, visitor, label):
            print(f"saved  {path}")

    return keep


def _below(link: Any) -> str:
    query = f"?{link.query}" if link.query else ""
    return f"{link.slug}{query}{f'#{link.fragment}' if link.fragment else ''}"


@contextmanager
def _pages(runner: Any, deck: Any, options: argparse.Namespace) -> Iterator[tuple[Any, str]]:
    """A browser and the address of a gallery for it, or (None, "") if no page can or should be opened."""
    from demos.commands.rehearse.browser import browser, missing

    why = "you said so" if options.no_browser else missing()
    if why or not deck.links:
        if why:
            print(f"No page is opened: {why}.")
        yield None, ""
        return
    from demos.shell.gallery import build, launch_options

    home = build(runner)
    _, address, _ = home.launch(
        server_name="127.0.0.1", prevent_thread_lock=True, quiet=True, **launch_options(runner)
    )
    try:
        with browser() as running:
            yield running, str(address)
    finally:
        home.close(verbose=False)
