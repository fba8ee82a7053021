"""From a configuration to the shapes of every module, without a single weight."""

from __future__ import annotations

import json
import reprlib
import threading
from collections.abc import Sequence

from demos.contract import Endpoint
from demos.errors import BadInput, OverBudget
from demos.foundations.shapes.config_text import Described, described, parsed
from demos.foundations.shapes.families import FAMILIES, OURS
from demos.foundations.shapes.headline import headline
from demos.foundations.shapes.schemas import BYTES, PASTED, Shapes, ShapesInputs
from demos.held_turn import holding
from demos.model_choice import to_be_had
from demos.models.bundled import locate
from demos.models.catalog import catalog
from demos.models.checkpoint import Checkpoint
from demos.models.specs import Loaded, Spec
from demos.stopping import Stopped

_ONE_AT_A_TIME = threading.Lock()


def shapes(inputs: ShapesInputs, loaded: Sequence[Loaded]) -> Shapes:
    """The input and output shape of every module for a dummy input, with parameters, memory and FLOPs.

    The model is built on the meta device: no weights are read and nothing is downloaded but a configuration.
    FLOPs count 2 for each multiply-add of the matrix products. Raises `BadInput` for a configuration that
    cannot be built, or not be built safely.
    """
    if inputs.source == PASTED:
        description, origin = parsed(inputs.config), None
    else:
        description, origin = described(loaded[0].config.to_dict()), loaded[0].origin
    with holding(_ONE_AT_A_TIME):  # models that were built before are used again, one trace at a time
        found = _measured(description, inputs)
    return Shapes(**found, origin=origin)


def _measured(description: Described, inputs: ShapesInputs) -> dict:
    from demos.foundations.shapes.meta_model import built, check_positions, dummy_inputs, refused
    from demos.foundations.shapes.rows import repeated, rows_of
    from demos.foundations.shapes.trace import traced

    model, met = built(description)
    family = FAMILIES[description.model_type]
    lengths = {"input": inputs.length}
    if family == "encoder-decoder":
        lengths["output"] = inputs.target
    check_positions(model, lengths)
    dummy = dummy_inputs(description.model_type, inputs.batch, inputs.length, inputs.target)
    try:
        trace = traced(model, dummy)
    except (OverBudget, Stopped):
        raise
    except Exception as error:
        raise refused(description.model_type, error) from None
    rows = rows_of(model, trace)
    notes = list(description.notes)
    if not met:
        notes.append(f"It names a class that is not shown here; this is the bare {type(model).__name__}.")
    parameters, size = rows[0].parameters, BYTES[inputs.precision]
    return {
        "model_type": description.model_type,
        "class_name": type(model).__name__,
        "family": family,
        "layers": repeated(rows),
        "rows": tuple(rows),
        "parameters": parameters,
        "flops": trace.flops,
        "cached": trace.cached,
        "weight_bytes": parameters * size,
        "cache_bytes": trace.cached * size,
        "notes": tuple(notes),
        "config": json.dumps(_as_json(description, type(model).__name__), indent=1),
    }


def _as_json(description: Described, class_name: str) -> dict:
    """What differs from the architecture's own default."""
    from transformers import AutoConfig

    usual = AutoConfig.for_model(description.model_type).to_dict()
    own = {name: value for name, value in description.fields.items() if usual.get(name, ...) != value}
    return {"model_type": description.model_type, "architectures": [class_name], **own}


def offered() -> list[Checkpoint]:
    """The checkpoints of the catalog whose configuration can be had here and is of an architecture that
    transformers has."""
    return [
        entry
        for entry in catalog().values()
        if entry.offers("config") and to_be_had(entry) and not _of_this_gallery(entry)
    ]


def _of_this_gallery(entry: Checkpoint) -> bool:
    """Whether the modules of a checkpoint are this gallery's: its configuration says so, and only what is in
    `assets/` can be of such a kind."""
    if entry.bundled is None or entry.bundled.package is not None:
        return False
    config = locate(entry.bundled) / "config.json"
    return config.is_file() and json.loads(config.read_text(encoding="utf-8"))["model_type"] in OURS


def specs(inputs: ShapesInputs) -> list[Spec]:
    """The configuration of the chosen checkpoint, if one is chosen."""
    return [] if inputs.source == PASTED else [Spec(inputs.source, "config")]


def check(inputs: ShapesInputs) -> None:
    """Raises `BadInput` for an unknown checkpoint and for a configuration that cannot be read."""
    if inputs.source == PASTED:
        parsed(inputs.config)
    elif inputs.source not in catalog() or not catalog()[inputs.source].offers("config"):
        names = [entry.name for entry in offered()]
        raise BadInput(
            f"There is no configuration called {reprlib.repr(inputs.source)}.",
            f"Choose one of: {PASTED}, {', '.join(names)}.",
        )


SHAPES = Endpoint("shapes", shapes, None, check=check, several=specs, headline=headline)
