"""Trained with the right history, used with its own: what differs, and what follows a wrong word?

A translator learns from a target that is read in **one pass**: before each token it has the right ones,
whatever it would have written itself. That is teacher forcing. When it is used, nobody knows the target: it
writes a token, reads it back, writes the next, **a pass for each**.

- **Bars** are the probability of each token of the target, given the right tokens before it.
- **Click a word** of the target and choose another, or type one: it now stands in the history, as a mistake
  would when the model writes. The second bars are the same later tokens with this history; where the model's
  *first choice* moved, it is named.
- **Below** the model goes on from there by itself, token by token, with its own history; what is not in the
  target is marked. Without a change it writes from the beginning.
- **Loss** is the mean of minus the log-probabilities in nats; with the right history it is the model's own
  `labels=` loss.

That a model meets histories of its own only when it is used is called *exposure bias* (Ranzato et al. 2016,
arXiv:1511.06732). How much it harms is a question to measure: see how few words move what comes later, and
the losses over many captions below.
"""

from __future__ import annotations

from demos.contract import Example, Info, Run
from demos.foundations.teacher_forcing.compute import CHANGE_HISTORY, TEACHER_FORCING
from demos.foundations.teacher_forcing.schemas import DEFAULT, TeacherInputs
from demos.models.catalog import ASSETS
from demos.ui.scripts import COMMON, scripts

INFO = Info(
    slug="teacher-forcing",
    title="Teacher forcing",
    tab="Foundations",
    limits=(
        "Small translators of captions, one training run each. A translator sees its source at every step: a "
        "wrong word in the history often moves the next choice alone, or none, which surprised us; a model "
        "that only continues a text has no such hold. The words that are tried are likely ones to the model; "
        "each stands for one mistake, not for a text full of them. The reference is one translation of "
        "several: with its own history the loss by position counts other right words as wrong, and where "
        "several places of the reference fit equally well it counts all of them as right. Writing is greedy; "
        "with beams a text costs more. Passes are of the decoder; the encoder runs once for either."
    ),
)

EXAMPLES = (
    Example("One or several?", TeacherInputs(DEFAULT)),
    Example(
        "A target in other words",
        TeacherInputs(
            "An old man is feeding the birds in the park.",
            "Un vieil homme donne à manger aux oiseaux dans le parc.",
            "marian-en-fr",
        ),
    ),
    Example(
        "Into French", TeacherInputs("A woman in a red dress is dancing on the stage.", "", "marian-en-fr")
    ),
    Example(
        "Standing and cooking",
        TeacherInputs("Two girls are cooking in a kitchen.", "Zwei Mädchen stehen in der Küche und kochen."),
    ),
    Example("Not a caption", TeacherInputs("The government has raised the tax on fuel.")),
)

ENDPOINTS = (TEACHER_FORCING, CHANGE_HISTORY)

SCRIPTS = (*COMMON, *scripts("foundations", "teacher_tokens teacher_forcing"))

STYLES = tuple(ASSETS / "css" / f"{part}.css" for part in ("attention", "pipelines", "teacher_forcing"))


def build(run: Run) -> None:
    """Lays out the page."""
    from demos.foundations.teacher_forcing import page

    page.build(run, EXAMPLES)
