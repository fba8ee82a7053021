"""What both sides of the debate claim, beside what was measured here: cards, without a verdict.

The sentences are ours; the claims were checked against the papers' abstracts, texts or released files.
Published figures are quoted only where the authors' own files were read.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from html import escape

from demos.trial.figures import TRANSFORMER, f1, measure, trained, transformer

BILSTM, AVERAGE = "debate-bilstm", "debate-average"


@dataclass(frozen=True)
class Claim:
    """One paper's claim about one experiment. `ours` tells what this project's models showed."""

    paper: str
    arxiv: str
    claim: str
    ours: Callable[[], str]
    cannot: str


def _permutation() -> str:
    bilstm, other = measure(BILSTM, "permutation"), measure(TRANSFORMER, "permutation")
    return (
        f"Over SST's test sentences the median shuffle moves P(positive) by {bilstm['mean']:.2f} on average "
        f"(BiLSTM) and by {other['mean']:.2f} (MiniLM, last layer)."
    )


def _seeds_permutation() -> str:
    return (
        "The shuffled weights here are of that kind too: no input would make the model produce them. The "
        "experiment with trained models stands below."
    )


def _uniform() -> str:
    return (
        f"F1 {f1('bilstm-0'):.3f} with learned attention, {f1('bilstm-uniform'):.3f} trained with uniform "
        f"attention; MiniLM {transformer()['seed-0']['test']['f1']:.3f} and "
        f"{transformer()['uniform']['test']['f1']:.3f}. Single runs."
    )


def _adversary() -> str:
    bilstm, other = (measure(name, "adversary", "dev") for name in (BILSTM, TRANSFORMER))
    return (
        f"Over 300 dev sentences the adversary's divergence is {bilstm['mean']:.2f} of at most 0.69 for the "
        f"BiLSTM, {other['mean']:.2f} for MiniLM's last layer, with P(positive) within 0.05."
    )


def _seeds() -> str:
    seeds = [
        values["jsd"] for name, values in trained().items() if name.startswith("bilstm-") and values["jsd"]
    ]
    seeds.remove(trained()["bilstm-uniform"]["jsd"])
    return (
        f"Seven further seeds of the BiLSTM attend {min(seeds):.2f} to {max(seeds):.2f} away from the first "
        "(mean divergence over SST's test sentences)."
    )


def _consistent() -> str:
    found = {name: values for name, values in trained().items() if name.startswith("consistent-")}
    far = [values for values in found.values() if values["jsd"] > 0.4]
    near = [values for values in found.values() if values["jsd"] <= 0.4]
    return (
        f"{len(far)} of {len(found)} strengths give models with divergence above 0.4, at a TVD of "
        f"{min(v['tvd'] for v in far):.3f} to {max(v['tvd'] for v in far):.3f}; the others stay at "
        f"{max(v['jsd'] for v in near):.2f} or below. There is a jump, not a slope, and one run per strength."
    )


def _taus() -> str:
    rows = []
    for title, name in (("BiLSTM", BILSTM), ("context-free", AVERAGE), ("MiniLM", TRANSFORMER)):
        gradient, loo = measure(name, "tau_gradient"), measure(name, "tau_leave_one_out")
        rows.append(f"{title} {gradient['mean']:.2f} and {loo['mean']:.2f}")
    chance = measure(BILSTM, "tau_random")
    return (
        "Mean tau with gradients and with leave-one-out over SST's test sentences: "
        + "; ".join(rows)
        + f"; a random order {chance['mean']:.2f} ± {chance['std']:.2f}. In the authors' released result files: "
        "BiLSTM .35 and .29, context-free .61 and .62, with other word vectors."
    )


def _spread() -> str:
    return "The matrix above shows it for your text: compare the numbers that do not involve attention."


def _live() -> str:
    return "The curves above are your text's; nothing was averaged over others."


def _guide() -> str:
    return (
        f"F1 {f1('guide-uniform'):.3f} with uniform weights, {f1('average'):.3f} with its own, "
        f"{f1('guide-bilstm'):.3f} with the BiLSTM's, {f1('guide-consistent'):.3f} with a trained adversary's."
    )


JAIN = ("Jain & Wallace 2019", "1902.10186")
WIEGREFFE = ("Wiegreffe & Pinter 2019", "1908.04626")

CLAIMS: dict[str, tuple[Claim, ...]] = {
    "permute": (
        Claim(
            *JAIN,
            "If attention were a faithful explanation, other weights should lead to other predictions; "
            "shuffling the weights often changes little, even where one word had most of them.",
            _permutation,
            "Whether the model could ever have produced the shuffled weights.",
        ),
        Claim(
            *WIEGREFFE,
            "Attention weights are not free inputs: they belong to the parameters that compute them, and "
            "weights from outside test a model that nobody trained.",
            _seeds_permutation,
            "That the weights are therefore the explanation.",
        ),
    ),
    "uniform": (
        Claim(
            *WIEGREFFE,
            "First see if a task needs attention: if a model trained with uniform weights does as well, the "
            "task can neither prove nor disprove attention as explanation.",
            _uniform,
            "Anything about a single sentence: it compares two trained models.",
        ),
        Claim(
            *JAIN,
            "With the rest of the model fixed, quite different weights often give the same answer.",
            _permutation,
            "Uniform weights are one alternative among many; the adversary looks for the most different one.",
        ),
    ),
    "adversary": (
        Claim(
            *JAIN,
            "For most sentences there are weights that differ as much as weights can and leave the output "
            "almost as it was; so the weights shown are not the reason for the answer.",
            _adversary,
            "Whether such weights are likely: they are searched from outside. The authors' code keeps changes "
            "of the output up to 0.05, as here; their text says 0.01 for classification.",
        ),
        Claim(
            *WIEGREFFE,
            "That another explanation exists does not make this one wrong. How far attention moves when only "
            "the random seed of training changes is the yardstick for such distances.",
            _seeds,
            "How large a distance would have to be to count: a yardstick is no threshold.",
        ),
    ),
    "consistent": (
        Claim(
            *WIEGREFFE,
            "The fair adversary is a whole model, trained to answer alike and attend elsewhere on all "
            "sentences at once; such models exist, but are less extreme than weights searched one by one.",
            _consistent,
            "Which of two models that answer alike has the true explanation.",
        ),
        Claim(
            "Pruthi et al. 2020",
            "1909.07913",
            "Models can be trained to show much less attention on chosen words while they still use them, "
            "and people are misled by it.",
            _consistent,
            "That models trained without such a wish behave so.",
        ),
    ),
    "rankings": (
        Claim(
            *JAIN,
            "In BiLSTMs attention agrees only weakly with gradients and with leave-one-out; without context "
            "between the words it agrees better.",
            _taus,
            "Which ranking is right: gradients and leave-one-out are no ground truth either, as the authors say.",
        ),
        Claim(
            "Neely et al. 2022",
            "2205.04559",
            "On a transformer none of the tested methods agreed strongly with another; so agreement should "
            "not be the measure of an explanation.",
            _spread,
            "Why methods disagree, or which to trust.",
        ),
        Claim(
            "Bastings & Filippova 2020",
            "2010.05607",
            "Who wants to know which words mattered to a model should use methods made for that question, "
            "not attention.",
            _spread,
            "It is a position, not an experiment.",
        ),
        Claim(
            "Abnar & Zuidema 2020",
            "2005.00928",
            "Layers mix the words, so that raw attention of a late layer says little about the input; "
            "rollout and flow trace it back.",
            _spread,
            "Values, residuals of unequal weight and feed-forward layers are left out.",
        ),
    ),
    "erasure": (
        Claim(
            "Serrano & Smith 2019",
            "1906.03731",
            "Words with much attention tend to matter more when they are erased, but not reliably; orders "
            "by gradients often predict the effect better.",
            _live,
            "Erasing makes sentences unlike any in training: part of the change may come from that.",
        ),
        Claim(
            "DeYoung et al. 2020",
            "1911.03429",
            "A rationale should be both comprehensive (without it the answer falls) and sufficient (it alone "
            "carries the answer), and is judged against a random one.",
            _live,
            "Whether people find the rationale convincing.",
        ),
        Claim(
            "Jacovi & Goldberg 2020",
            "2004.03685",
            "Whether an explanation convinces and whether it is true to the model are two questions; the "
            "second has degrees.",
            _live,
            "A picture that looks right is no evidence for the second.",
        ),
    ),
    "guide": (
        Claim(
            *WIEGREFFE,
            "Put attention weights into a model that sees no context: if it learns better with them than with "
            "uniform ones, they say something about the words that holds beyond their model; adversarial "
            "weights do not help it.",
            _guide,
            "That the weights explain a single prediction. In the paper adversarial weights do as well as the "
            "BiLSTM's on one data set (Anemia).",
        ),
    ),
}


def cards(experiment: str) -> str:
    """The cards of one experiment as HTML."""
    return "".join(
        f'<article class="stage-claim"><h4>{escape(claim.paper)} '
        f'<a href="https://arxiv.org/abs/{claim.arxiv}" target="_blank" rel="noopener">arXiv:{claim.arxiv}</a>'
        f"</h4><dl><div><dt>Claim</dt><dd>{escape(claim.claim)}</dd></div>"
        f"<div><dt>Our models</dt><dd>{escape(claim.ours())}</dd></div>"
        f"<div><dt>Cannot show</dt><dd>{escape(claim.cannot)}</dd></div></dl></article>"
        for claim in CLAIMS[experiment]
    )
