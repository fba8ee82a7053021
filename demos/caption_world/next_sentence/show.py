"""Both heads' answers as bars, and their accuracy on kinds of pairs; everything that was typed is escaped."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape

from demos.caption_world.architectures import architectures
from demos.caption_world.next_sentence.figures import HALVES, KINDS, PICTURES, Count, Rule, measured, rules
from demos.caption_world.next_sentence.headline import TITLES, says
from demos.caption_world.next_sentence.schemas import QUESTIONS, PairResult, Verdict
from demos.nlp.in_context import wilson
from demos.nlp.wording import listed, quoted
from demos.texts import per_cent
from demos.ui.bars import score_bars
from demos.ui.guess import Told, number, told
from demos.ui.withheld import withheld

OBJECTIVES = {"bert": "next sentence", "albert": "sentence order"}
BY_RULE = (
    "Which half is the first? A rule knows no language: an article or “two” begins the first half; or it "
    "compares how often the first word, or the first and the last, stood there in first and in second halves "
    "of the training captions. Where a rule says nothing, a coin is tossed"
)
MADE = (
    "Pairs of held-out captions of test_2016, one of each kind for each picture where there is one. Other, "
    "same words: of all captions of other pictures the one that shares most content words with the first, "
    "at least two. Halves: one caption cut at a word near its middle, without capital and full stop. A "
    "guess is right about 50 %."
)


def show(result: PairResult) -> str:
    """A panel for each head, and the words that both sentences have."""
    panels = "".join(map(_panel, result.verdicts))
    named = listed([quoted(word, 20) for word in result.shared], 8)
    common = f"Content words in both: {named}." if named else "No content word is in both."
    html = f'<div class="pair-heads">{panels}</div><p class="task-note">{escape(common)}</p>'
    return withheld(result.withheld, html) + told(to_guess(result))


def to_guess(result: PairResult) -> Told:
    """BERT's probability of yes, in per cent; None where it is not here, or should not have been asked."""
    found = [verdict.forward for verdict in result.verdicts if verdict.name == "bert"]
    return number(100 * found[0]) if found and not result.withheld else None


def _panel(verdict: Verdict) -> str:
    rows = [
        (f"{way}: {says(verdict.name, share)}", share)
        for way, share in (("as typed", verdict.forward), ("exchanged", verdict.backward))
    ]
    title = escape(_title(verdict.name))
    return (
        f'<section class="pair-head"><h3 class="stage-panel">{title}</h3>'
        f"{score_bars(rows, f'{QUESTIONS[verdict.name]} The probability of yes.')}</section>"
    )


def _title(name: str) -> str:
    return f"{next(one.title for one in architectures() if one.name == name)}: {OBJECTIVES[name]}"


def accuracy_html() -> str:
    """How often each head is right about each kind of pair, or ""."""
    found = measured()
    if not found:
        return ""
    panels = "".join(
        f'<section class="pair-head"><h4>{escape(_title(name))}</h4>{_bars(kinds)}</section>'
        for name, kinds in found.items()
    )
    said = " ".join(fooled(name, kinds) for name, kinds in found.items())
    return (
        '<h3 class="stage-panel">Over many pairs: who is fooled by topic?</h3>'
        f'<p class="pair-said">{escape(said)}</p><div class="pair-heads stage-measured">{panels}</div>'
        f"{_without_model(found.get('albert', {}), rules())}"
        f'<p class="task-note stage-not-on-slides">{MADE}</p>'
    )


def _bars(kinds: Mapping[str, Count]) -> str:
    rows = [(_named(kind), count.share) for kind, count in kinds.items()]
    said = {count.share: _interval(count) for count in kinds.values()}
    pairs = " and ".join(dict.fromkeys(f"{count.pairs:,}" for count in kinds.values()))
    caption = f"Share of right answers, n = {pairs} pairs; in brackets the 95 % interval (Wilson)"
    return score_bars(rows, caption, lambda share: escape(said[share]))


def _without_model(albert: Mapping[str, Count], found: Mapping[str, Rule]) -> str:
    """How well outermost words alone put halves in order, beside ALBERT; "" where that was not measured."""
    if not albert or not found:
        return ""
    said = easy(albert, found)
    rows = [(name, rule.share, rule.interval) for name, rule in found.items()]
    rows.append(("ALBERT's head", *both_ways(albert)))
    texts = {share: f"{per_cent(share)} ({100 * low:.0f}–{100 * high:.0f})" for _, share, (low, high) in rows}
    pairs = " and ".join(dict.fromkeys(f"{rule.pairs:,}" for rule in found.values()))
    caption = f"{BY_RULE}; n = {pairs} captions; in brackets the 95 % interval (Wilson)."
    bars = score_bars([row[:2] for row in rows], caption, lambda share: escape(texts[share]))
    return (
        '<section class="pair-head pair-rules"><h4>Halves in order, by a rule alone</h4>'
        f'<p class="pair-said">{escape(said)}</p>{bars}</section>'
    )


def both_ways(kinds: Mapping[str, Count]) -> tuple[float, tuple[float, float]]:
    """The share of right answers about halves in order and swapped, and its interval: as if of so many pairs
    as there are captions, since both are of the same ones."""
    order, swapped = (kinds[kind] for kind in HALVES)
    share = (order.right + swapped.right) / (order.pairs + swapped.pairs)
    return share, wilson(share, min(order.pairs, swapped.pairs))


def easy(albert: Mapping[str, Count], found: Mapping[str, Rule]) -> str:
    """Whether the order head is seen to do better than the best of the rules, and no more than that."""
    name, best = max(found.items(), key=lambda item: item[1].share)
    share, (low, _) = both_ways(albert)
    figures = f"a rule ({name}) puts {per_cent(best.share)} in order, ALBERT's head {per_cent(share)}"
    if low > best.interval[1]:
        return f"ALBERT's head does better than a rule: {figures}."
    return f"Nothing shows that ALBERT's head understands order: {figures}."


def _named(kind: str) -> str:
    return f"{kind} ({'yes' if KINDS[kind] else 'no'})"


def _interval(count: Count) -> str:
    low, high = count.interval
    return f"{per_cent(count.share)} ({100 * low:.0f}–{100 * high:.0f})"


def fooled(name: str, kinds: Mapping[str, Count]) -> str:
    """Whether a head is wrong more often about other pictures with the same words, and no more than that."""
    _, other, topic = (kinds[kind] for kind in PICTURES)
    shares = f"right about {per_cent(other.share)} of random pairs of pictures, and {per_cent(topic.share)}"
    where = "where the other picture's caption has the same words"
    head = f"{TITLES[name]}'s {OBJECTIVES[name]} head"
    if other.interval[0] > topic.interval[1]:
        return f"{head} is fooled by topic: {shares} {where}."
    return f"{head} is not seen to be fooled by topic: {shares} {where}."
