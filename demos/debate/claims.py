"""Renders the claims of both sides (assets/claims.toml) as cards, next to our own measurements."""

from __future__ import annotations

import tomllib
from functools import cache
from html import escape

from demos.debate.reported_metrics import TRANSFORMER, f1, metric, spread, trained, transformer
from demos.models.catalog import ASSETS

BILSTM, AVERAGE = "debate-bilstm", "debate-average"
BEFORE = "Nothing has been measured yet."
"""The text of a card before any run."""


@cache
def claims() -> dict[str, list[dict[str, str]]]:
    """The claims by experiment: paper, arxiv, claim, run (a key of claim_runs.RUNS), cannot, and, if
    something was measured over a data set, ours (a key of OURS)."""
    return tomllib.loads((ASSETS / "claims.toml").read_text(encoding="utf-8"))


def cards(experiment: str) -> str:
    """The cards of one experiment as HTML. The page's script (runs.js) inserts what a run shows."""
    return "".join(_card(**claim) for claim in claims()[experiment])


def _card(paper: str, arxiv: str, claim: str, run: str, cannot: str, ours: str = "") -> str:
    rows = {"Claim": claim, "Our models": OURS[ours]() if ours else "", "Cannot show": cannot}
    told = [f"<div><dt>{name}</dt><dd>{escape(text)}</dd></div>" for name, text in rows.items() if text]
    told.insert(-1, f'<div><dt>This run</dt><dd data-run="{BEFORE}">{BEFORE}</dd></div>')
    link = f'<a href="https://arxiv.org/abs/{arxiv}" target="_blank" rel="noopener">arXiv:{arxiv}</a>'
    return f'<article class="stage-claim"><h4>{escape(paper)} {link}</h4><dl>{"".join(told)}</dl></article>'


def _permutation() -> str:
    bilstm, other = metric(BILSTM, "permutation"), metric(TRANSFORMER, "permutation")
    return (
        f"Over SST's test sentences the median shuffle moves P(positive) by {bilstm['mean']:.2f} on average "
        f"(BiLSTM) and by {other['mean']:.2f} (MiniLM, last layer)."
    )


def _foreign_weights() -> str:
    return (
        "The shuffled weights here are of that kind too: nothing says that any text would make the model "
        "produce them. The experiment with trained models stands below."
    )


def _uniform() -> str:
    return (
        f"F1 {f1('bilstm-0'):.3f} with learned attention, {f1('bilstm-uniform'):.3f} trained with uniform "
        f"attention; MiniLM {transformer()['seed-0']['test']['f1']:.3f} and "
        f"{transformer()['uniform']['test']['f1']:.3f}. Single runs."
    )


def _post_hoc() -> str:
    bilstm, other = metric(BILSTM, "uniform"), metric(TRANSFORMER, "uniform")
    return (
        f"Over SST's test sentences uniform weights put in after training move P(positive) by "
        f"{bilstm['mean']:.2f} on average (BiLSTM) and by {other['mean']:.2f} (MiniLM, last layer)."
    )


def _adversary() -> str:
    bilstm, other = (metric(name, "adversary", "dev") for name in (BILSTM, TRANSFORMER))
    return (
        f"Over 300 dev sentences the adversary's divergence is {bilstm['mean']:.2f} of at most 0.69 for the "
        f"BiLSTM, {other['mean']:.2f} for MiniLM's last layer, with P(positive) within 0.05."
    )


def _seeds() -> str:
    seeds = [trained()[f"bilstm-{seed}"]["jsd"] for seed in range(1, 8)]
    return (
        f"Seven further seeds of the BiLSTM attend {min(seeds):.2f} to {max(seeds):.2f} away from the first "
        "(mean divergence over SST's test sentences)."
    )


def _consistent() -> str:
    found = [values for name, values in trained().items() if name.startswith("consistent-")]
    far, near = (max(found, key=lambda v: v["jsd"]), min(found, key=lambda v: v["jsd"]))
    seeds = [trained()[f"bilstm-{seed}"]["tvd"] for seed in range(1, 8)]
    searched = metric(BILSTM, "adversary", "dev")
    return (
        f"Over {len(found)} strengths, one run each, the divergence grows from {near['jsd']:.2f} (TVD "
        f"{near['tvd']:.3f}) to {far['jsd']:.2f} (TVD {far['tvd']:.3f}). Mere reseeding moves the output by "
        f"a TVD of {min(seeds):.3f} to {max(seeds):.3f}. Weights searched sentence by sentence reach "
        f"{searched['mean']:.2f} on average (300 dev sentences)."
    )


def _not_repeated() -> str:
    return (
        "Not repeated here. The models above come nearest: they were trained to attend elsewhere, but not "
        "away from words that somebody chose."
    )


def _agreement() -> str:
    rows = []
    for title, name in (("BiLSTM", BILSTM), ("context-free", AVERAGE), ("MiniLM", TRANSFORMER)):
        gradient, loo = metric(name, "tau_gradient"), metric(name, "tau_leave_one_out")
        rows.append(f"{title} {spread(gradient)} and {spread(loo)}")
    chance = metric(BILSTM, "tau_random")
    return (
        "Tau with gradients and with leave-one-out over SST's test sentences, mean ± standard deviation: "
        + "; ".join(rows)
        + f"; a random order {spread(chance)}. In the authors' released "
        "result files: BiLSTM 0.35 and 0.29, context-free 0.61 and 0.62, with other word vectors."
    )


def _guide() -> str:
    return (
        f"F1 {f1('guide-uniform'):.3f} with uniform weights, {f1('average'):.3f} with its own, "
        f"{f1('guide-bilstm'):.3f} with the BiLSTM's, {f1('guide-consistent'):.3f} with a trained "
        "adversary's."
    )


OURS = {
    "permutation": _permutation,
    "foreign_weights": _foreign_weights,
    "uniform": _uniform,
    "post_hoc": _post_hoc,
    "adversary": _adversary,
    "seeds": _seeds,
    "consistent": _consistent,
    "not_repeated": _not_repeated,
    "agreement": _agreement,
    "guide": _guide,
}
