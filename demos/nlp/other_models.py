"""Which checkpoint to compare with another, and which one can read a text that another cannot."""

from __future__ import annotations

from collections.abc import Mapping

from demos.contract import Endpoint
from demos.model_choice import suitable
from demos.models.catalog import catalog, checkpoint
from demos.models.checkpoint import Checkpoint
from demos.models.specs import Loaded
from demos.nlp.legibility import MANY, Legibility, named


def beside(endpoint: Endpoint, first: str) -> str | None:
    """The first checkpoint to compare with `first`: made for the same task and languages, and preferably
    available without a network; None if there is none."""
    one = checkpoint(first)
    others = [entry for entry in suitable(endpoint) if entry.name != first]
    translates = endpoint.task == "translation"
    fitting = [
        entry
        for entry in others
        if _share(one.languages, entry.languages)
        and not (translates and one.targets[:1] != entry.targets[:1])
        and _is_made_for(endpoint, entry)
    ]
    return min(fitting, key=lambda entry: _rank(endpoint, entry)).name if fitting else None


def reader(endpoint: Endpoint, code: str) -> Checkpoint | None:
    """A checkpoint that an endpoint can use for a text in a language, if possible without a network."""
    helpers = [catalog().get(spec.checkpoint) for spec in endpoint.helpers.values()]
    fitting = [
        entry
        for entry in suitable(endpoint)
        if _reads(entry, code)
        and (
            endpoint.head_on(entry) not in endpoint.helpers
            or all(one and _reads(one, code) for one in helpers)
        )
    ]
    return min(fitting, key=lambda entry: _rank(endpoint, entry), default=None)


def remedied(judged: Legibility, endpoint: Endpoint, loaded: Loaded) -> tuple[str, str]:
    """Why an answer is withheld, with the model that can read the text, and that model's name; "" if there is
    none."""
    other = reader(endpoint, judged.language) if judged.language else None
    if other is None or other.name == loaded.origin.checkpoint:
        return judged.withheld, ""
    where = "" if other.bundled else ", from the Hub,"
    return f"{judged.withheld} {other.title}{where} reads {named([judged.language])}.", other.name


def _reads(entry: Checkpoint, code: str) -> bool:
    return code in entry.languages or MANY in entry.languages


def _share(one: tuple[str, ...], other: tuple[str, ...]) -> bool:
    unknown = not one or not other
    return unknown or MANY in (*one, *other) or bool(set(one) & set(other))


def _is_made_for(endpoint: Endpoint, entry: Checkpoint) -> bool:
    """Whether a checkpoint was trained for this task, or only as a language model."""
    return bool(_tasks(endpoint)) or not set(entry.tasks) - {"similarity", "chat"}


def _rank(endpoint: Endpoint, entry: Checkpoint) -> tuple[bool, bool, bool]:
    """Sort key: made for the task or for none, then available without a network, then the task's default."""
    default = getattr(endpoint.inputs_type, "model", "")
    return not _is_made_for(endpoint, entry), entry.bundled is None, entry.name != default


def _tasks(endpoint: Endpoint) -> tuple[str, ...]:
    if isinstance(endpoint.task, Mapping):
        return tuple(endpoint.task.values())
    return (endpoint.task,) if endpoint.task else ()
