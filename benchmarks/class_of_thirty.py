"""A class played by scripts, while a speaker gives a talk in Chromium.

    python -m benchmarks.class_of_thirty [--visitors 30] [--minutes 2]

Each visitor opens home, three demos and the prompt experiments; in each demo a text of its own is asked, and
the experiment is a small one. The traffic is that of a browser (benchmarks/page_visitor.py). Meanwhile
Chromium goes through the examples of ten pages in talk mode, by key; each is shown from its recording, and
then computed, as `run=1` does. Measured is the time from the key until the answer is drawn, by the page's own
clock: without a class, then with it, for so many minutes each, at a fresh gallery whose models are loaded.
Ends with 1 if a bound does not hold.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import random
import statistics
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

from playwright.sync_api import Browser, Page, TimeoutError, sync_playwright

from benchmarks.bounds import Bound, quantile
from benchmarks.chromium import chromium
from benchmarks.crowd import Visitor, functions_of
from benchmarks.page_visitor import PageVisitor
from benchmarks.questions import PREFIXES, asked_endpoints
from benchmarks.service import end_in_order, gallery

DEMOS = "attention trial sentiment entities fill-mask zero-shot translation similarity shared-encoder"
DEMOS += " caption-world who-sees-what tokens teacher-forcing bias next-sentence dialects"
TALK = "attention sentiment fill-mask translation similarity caption-world who-sees-what tokens bias trial"
EXPERIMENTS = "prompt-experiments"
EACH = 3
"""Demos that a visitor opens."""
WITHIN = 2.0
"""Seconds within which the speaker sees an answer."""
PATIENCE = 60.0
"""Seconds after which nothing is waited for any longer."""
SETTLE = 2.0
"""Seconds in which the further answers of a page come, too, before the speaker goes on."""

# Since when an answer is waited for, when it was drawn (two frames after the page has been told of it), and
# which answers are still on their way: a page may have more than the first one.
CLOCK = """
  addEventListener("keydown", () => (window.began = performance.now()), true);
  window.drawn = 0;
  window.waiting = new Set();
  document.addEventListener("stage-asked", ({ detail }) => window.waiting.add(detail));
  document.addEventListener("stage-made", ({ detail }) => window.waiting.delete(detail));
  document.addEventListener("stage-answered", () =>
    requestAnimationFrame(() => requestAnimationFrame(() => (window.drawn = performance.now()))));
"""
RUN = """() => { window.began = performance.now(); document.querySelector("button.primary").click(); }"""


@dataclass
class Seen:
    """What the speaker saw: seconds of each answer by page, recorded or computed; and what never came."""

    recorded: list[tuple[str, float]] = field(default_factory=list)
    computed: list[tuple[str, float]] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)


@dataclass
class Lesson:
    """What the class met: seconds of each opening and of each press, by page; and what was refused."""

    openings: list[tuple[str, float]] = field(default_factory=list)
    presses: list[tuple[str, float]] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)


def main(arguments: Sequence[str] = ()) -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--visitors", type=int, default=30)
    parser.add_argument("--minutes", type=float, default=2.0)
    parser.add_argument("--talk", nargs="*", metavar="SLUG", default=TALK.split())
    options = parser.parse_args(arguments)
    end_in_order()
    os.environ |= {"STAGE_MODELS": "bundled", "STAGE_PUBLIC": "1"}
    alone, _ = played(options.talk, 0, options.minutes)
    said("the speaker alone, recorded", alone.recorded)
    said("the speaker alone, computed", alone.computed)
    seen, lesson = played(options.talk, options.visitors, options.minutes)
    print(f"{options.visitors} visitors in {options.minutes:g} minutes")
    said("  open a page", lesson.openings)
    said("  press a button", lesson.presses)
    print(f"  {len(lesson.refused)} presses refused")
    for text, count in Counter(lesson.refused).most_common(5):
        print(f"  {count:5} x {text}")
    said("the speaker, recorded", seen.recorded)
    said("the speaker, computed", seen.computed)
    answers = [seconds for _, seconds in [*seen.recorded, *seen.computed]]
    bounds = [
        Bound("answers that the speaker did not see", len(seen.missing), 0, ""),
        Bound("the speaker's slowest answer", max(answers, default=PATIENCE), WITHIN, "s"),
        Bound("presses of the class that were refused", len(lesson.refused), 0, ""),
    ]
    print("\nbounds")
    for bound in bounds:
        print(f"  {bound}")
    for slug in seen.missing:
        print(f"  not seen: {slug}")
    return 0 if all(bound.holds for bound in bounds) else 1


def said(name: str, times: Sequence[tuple[str, float]]) -> None:
    """Prints the median, the 95th percentile and the worst of some seconds by page."""
    if not times:
        return print(f"{name:30} none")
    seconds = [one for _, one in times]
    slug, worst = max(times, key=lambda one: one[1])
    print(
        f"{name:30} {len(times):4} times, median {statistics.median(seconds):5.2f} s, "
        f"p95 {quantile(seconds, 0.95):5.2f} s, worst {worst:5.2f} s (/{slug})"
    )


def played(slugs: Sequence[str], visitors: int, minutes: float) -> tuple[Seen, Lesson]:
    """A talk at a fresh gallery, with so many visitors; it ends with the lesson, if there is one."""
    over, lesson = threading.Event(), Lesson()
    with gallery() as (url, _):
        asyncio.run(warmed(url, {*slugs, *DEMOS.split()}))  # Playwright has a loop of its own, in this thread
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=chromium(), args=["--no-sandbox"])
            work = lesson_of(url, visitors, 60 * minutes, lesson)
            crowd = threading.Thread(target=lambda: (asyncio.run(work), over.set()), daemon=True)
            alone = threading.Timer(60 * minutes, over.set)
            if visitors:
                crowd.start()
            else:
                work.close()
                alone.start()
            try:
                return talk(browser, url, slugs, 1.0 if visitors else 0.0, over), lesson
            finally:
                alone.cancel()
                if visitors:
                    crowd.join(60 * minutes + PATIENCE)
                browser.close()


async def warmed(url: str, slugs: set[str]) -> None:
    """Loads the models of some demos, by questions that nobody asks later."""
    functions = await functions_of(url)
    for number, asked in enumerate(asked_endpoints()):
        if asked.slug in slugs and not asked.grows:
            visitor = Visitor(url, functions, number, "r")
            for example in range(len(asked.examples)):
                await visitor.press(asked.name, asked.question(example))
            visitor.leave()


async def lesson_of(url: str, visitors: int, seconds: float, lesson: Lesson) -> None:
    """The class; who has opened all pages has gone."""

    async def visit(number: int) -> None:
        chance = random.Random(number)
        browser = PageVisitor(url, f"10.1.0.{number + 1}", f"class{number}")
        demos = chance.sample(DEMOS.split(), EACH)
        pause = seconds / (2 * EACH + 3)  # each page is opened and, but for home, asked once
        await asyncio.sleep(chance.random() * pause)
        for slug in ("", *demos, EXPERIMENTS):
            lesson.openings.append((slug, await browser.open(f"/{slug}")))
            await asyncio.sleep(pause * chance.uniform(0.5, 1.5))
            if not slug:
                continue
            if slug == EXPERIMENTS:
                for label, value in small_experiment(chance).items():
                    browser.choose(label, value)
            else:
                browser.type(lambda text: PREFIXES[chance.randrange(len(PREFIXES))] + text)
            shown = await browser.press()
            if shown.refusal:
                lesson.refused.append(f"/{slug}: {shown.refusal[:150]}")
            else:
                lesson.presses.append((slug, shown.seconds))
            await asyncio.sleep(pause * chance.uniform(0.5, 1.5))
        await browser.leave()

    await asyncio.wait_for(asyncio.gather(*map(visit, range(visitors))), 2 * seconds + PATIENCE)


def small_experiment(chance: random.Random) -> dict[str, int]:
    """What a visitor moves so as not to wait: by the labels of the page."""
    return {"Test rows": 4 + chance.randrange(5), "Seeds": 1}


def talk(browser: Browser, url: str, slugs: Sequence[str], read: float, over: threading.Event) -> Seen:
    """Goes through all examples of the pages once, and talks about each answer for `read` seconds."""
    seen = Seen()
    for slug in slugs:
        with opened(browser, f"{url}/{slug}?stage=1") as page:
            count = page.locator(".stage-examples button").count()
            for example in range(count):
                if over.is_set():
                    return seen
                steps = [] if example == 0 else [("recorded", lambda page=page: page.keyboard.press("n"))]
                for kind, act in [*steps, ("computed", lambda page=page: page.evaluate(RUN))]:
                    took = answered(page, act)
                    if took is None:
                        seen.missing.append(f"/{slug}, example {example + 1}, {kind}")
                    else:
                        getattr(seen, kind).append((slug, took))
                    time.sleep(read)
    return seen


@contextmanager
def opened(browser: Browser, address: str) -> Iterator[Page]:
    """A page in talk mode that shows its first answer."""
    page = browser.new_context(viewport={"width": 1280, "height": 720}).new_page()
    page.add_init_script(CLOCK)
    try:
        page.goto(address)
        page.locator("[data-stage-shown]").wait_for(timeout=PATIENCE * 1000)
        page.wait_for_timeout(500)
        yield page
    finally:
        page.context.close()


def answered(page: Page, act: object) -> float | None:
    """Seconds from what the speaker does to the drawn answer; None if there is none in PATIENCE."""
    page.evaluate("window.drawn = 0, window.waiting.clear()")
    assert callable(act)
    act()
    try:
        page.wait_for_function("window.drawn", timeout=PATIENCE * 1000)
    except TimeoutError:
        return None
    took = page.evaluate("(window.drawn - window.began) / 1000")
    with suppress(TimeoutError):  # the empty answer of a second model that nobody chose is never told
        page.wait_for_function("!window.waiting.size", timeout=SETTLE * 1000)
    return took


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
