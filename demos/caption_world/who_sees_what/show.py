"""The models' accuracy at gaps of many held-out captions: what one sentence cannot tell."""

from __future__ import annotations

from html import escape

from demos.caption_world.who_sees_what.accuracy import masked_accuracy
from demos.ui.bars import score_bars

NAMES = {"elmo": "ELMo, joined", "gpt": "GPT", "bert": "BERT"}


def accuracy_html() -> str:
    """A bar for each model, with its interval; "" where nothing was measured."""
    found = {name: masked_accuracy(name) for name in NAMES}
    rows = {name: one for name, one in found.items() if one}
    if not rows:
        return ""
    said = {one.share: f"{one.share:.1%} ({one.low:.1%} to {one.high:.1%})" for one in rows.values()}
    gaps = " and ".join(dict.fromkeys(f"{one.gaps:,}" for one in rows.values()))
    caption = (
        f"Not one sentence but many: right first guesses at {gaps} gaps of held-out captions, each alone in "
        "its caption, the same for all; in brackets the 95 % interval (Wilson). One training run each."
    )
    bars = score_bars(
        [(NAMES[name], one.share) for name, one in rows.items()],
        caption,
        lambda share: escape(said[share].replace("%", " %")),
    )
    return f'<h3 class="stage-panel">How often each is right</h3>{bars}'
