"""The input of the page's drawings (assets/js/debate): results as plain data, with what is shown beside."""

from __future__ import annotations

from typing import Any

import numpy as np

from demos.contract import to_plain
from demos.debate import reported_metrics
from demos.debate.claim_runs import runs, unsupported
from demos.debate.headlines import dataset as over_texts
from demos.debate.headlines import dependence, faithfulness
from demos.debate.methods.dataset_schemas import METRICS, DatasetMetrics
from demos.debate.methods.ranking_schemas import ErasureAnswer, RankingAnswer
from demos.debate.methods.schemas import (
    AdversaryAnswer,
    ConsistentAnswer,
    Permutations,
    PredictInputs,
    Prediction,
    UniformAnswer,
)
from demos.debate.methods.sentence import LABELS
from demos.ui.guess import ranked

DATASET = "SST's dev set"


def waiting(text: str) -> dict[str, Any]:
    """A quiet line while something is computed."""
    return {"kind": "waiting", "text": text}


def note(text: str, experiment: str = "") -> dict[str, Any]:
    """A sentence where nothing can be drawn; the claims of an `experiment` then say they are not tested."""
    return {"kind": "note", "text": text, "runs": unsupported(experiment, text) if experiment else []}


def weights(answer: Prediction, inputs: PredictInputs) -> dict[str, Any]:
    return _plain(answer, "weights", dependence.prediction(inputs, answer)) | {
        "key": {"text": inputs.text, "model": inputs.model, "anyway": inputs.anyway},
        "special_mass": to_plain(answer.special),
        "labels": LABELS,
        "guess": ranked(answer.words, answer.attention.mean(0).tolist()),
    }


def permutations(answer: Permutations) -> dict[str, Any]:
    values = reported_metrics.aggregates()[answer.origin.checkpoint]["dev"]["values"]
    dataset = {
        "name": DATASET,
        "count": len(values["permutation"]),
        "largest_attention": values["largest_attention"],
        "median_change": values["permutation"],
    }
    shown = _plain(answer, "permute", dependence.permutation(answer))
    return shown | {"dataset": dataset, "runs": runs("permute", answer)}


def uniform(answer: UniformAnswer) -> dict[str, Any]:
    return _plain(answer, "uniform", dependence.uniform(answer)) | {"runs": runs("uniform", answer)}


def adversary(answer: AdversaryAnswer) -> dict[str, Any]:
    values = reported_metrics.aggregates()[answer.origin.checkpoint]["dev"]["values"]["adversary"]
    done = answer.step == answer.steps
    return _plain(answer, "adversary", dependence.adversary(answer)) | {
        "done": done,
        "runs": runs("adversary", answer) if done else [],
        "dataset": {"name": DATASET, "jsd_adversary": values},
        "seeds_are_means": any(seed.mean for seed in answer.seeds),
    }


def consistent(answer: ConsistentAnswer) -> dict[str, Any]:
    shown = _plain(answer, "consistent", dependence.consistent(answer))
    return shown | {"runs": runs("consistent", answer)}


def rankings(answer: RankingAnswer) -> dict[str, Any]:
    shown = _plain(answer, "rankings", faithfulness.rankings(answer))
    erased = [method.name for method in answer.methods].index("leave_one_out")
    to_guess = ranked(answer.words, np.abs(answer.scores[erased]).tolist())
    return shown | {"runs": runs("rankings", answer), "guess": to_guess}


def erasure(answer: ErasureAnswer) -> dict[str, Any]:
    shown = _plain(answer, "erasure", faithfulness.erasure(answer))
    return shown | {"erasure_title": answer.erasure, "runs": runs("erasure", answer)}


def dataset_metrics(answer: DatasetMetrics) -> dict[str, Any]:
    """Means over the visitor's texts, beside those over SST's test sentences."""
    rows = []
    for measure in answer.measures:
        row = to_plain(measure)
        row["reference"] = _on_sst_test(answer.origin.checkpoint, measure.name)
        rows.append(row)
    taus = [
        {"title": m.title, "values": to_plain(answer.values[m.name])}
        for m in answer.measures
        if m.name.startswith("tau") and m.name in answer.values
    ]
    return {
        "kind": "dataset",
        "headline": over_texts.dataset_metrics(answer),
        "done": answer.done,
        "total": answer.total,
        "count": len(answer.largest_attention),
        "rows": rows,
        "taus": taus,
        "chance_of_mean": to_plain(answer.chance_of_mean),
        "scatter": {
            "largest_attention": to_plain(answer.largest_attention),
            "median_change": to_plain(answer.values["permutation"]),
        },
    }


def on_sst(checkpoint: str) -> dict[str, Any]:
    """The same picture for figures measured in advance, on SST's dev sentences."""
    found = reported_metrics.aggregates()[checkpoint]["dev"]
    count = len(found["values"]["permutation"])
    rows = [
        row | {"definition": METRICS[row["name"]][1], "reference": _on_sst_test(checkpoint, row["name"])}
        for row in found["measures"]
    ]
    scatter = {
        "largest_attention": found["values"]["largest_attention"],
        "median_change": found["values"]["permutation"],
    }
    return {
        "kind": "dataset",
        "headline": over_texts.on_sst(checkpoint),
        "done": count,
        "total": count,
        "count": count,
        "rows": rows,
        "taus": [],
        "scatter": scatter,
    }


def guide() -> dict[str, Any]:
    """Wiegreffe & Pinter's diagnostic guide: F1 of a context-free model under imposed attention."""
    rows = (
        ("Uniform", "guide-uniform", "every word the same"),
        ("Its own", "average", "learned by the context-free model itself"),
        ("The BiLSTM's", "guide-bilstm", "what the BiLSTM attends to"),
        (
            "A trained adversary's",
            "guide-consistent",
            "of the model trained to answer like the BiLSTM, λ = 0.005",
        ),
        ("Searched adversaries'", "guide-adversary", "found for each sentence on its own; our addition"),
    )
    bars = [{"title": title, "value": reported_metrics.f1(name), "note": note} for title, name, note in rows]
    values = [bar["value"] for bar in bars]
    return {
        "kind": "bars",
        "headline": faithfulness.guide(),
        "runs": runs("guide", None),
        "title": "F1 under imposed attention",
        "axis": "F1 of the positive class on SST's test sentences (the axis does not start at 0)",
        "from": float(np.floor(min(values) * 20) / 20),
        "to": float(np.ceil(max(values) * 20) / 20),
        "groups": [{"title": "", "bars": bars}],
        "caption": (
            "A classifier that sees no context is trained five times. Four times its attention weights are "
            "given from outside, and it learns only the rest; once it learns its own. If imposed weights "
            "make it better than uniform ones do, they carry information about which words matter. One seed "
            f"each; such a model's seeds alone move F1 between {min(_seeds()):.3f} and {max(_seeds()):.3f}."
        ),
    }


def _seeds() -> list[float]:
    return [
        values["test"]["f1"]
        for name, values in reported_metrics.trained().items()
        if name.startswith("average")
    ]


def _on_sst_test(checkpoint: str, name: str) -> str | None:
    """A measure over SST's test sentences; adversaries were searched only for dev sentences."""
    if name == "adversary":
        return f"{reported_metrics.spread(reported_metrics.metric(checkpoint, name, 'dev'))} (300 dev)"
    return reported_metrics.spread(reported_metrics.metric(checkpoint, name))


def _plain(answer: Any, kind: str, headline: str) -> dict[str, Any]:
    plain = to_plain(answer)
    del plain["origin"]
    return {"kind": kind, "headline": headline} | plain
