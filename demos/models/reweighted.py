"""A model with other weights: from earlier in its training, or from after a further one."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import torch

from demos.errors import ModelUnavailable
from demos.models.specs import Loaded


def with_weights(loaded: Loaded, weights: Mapping[str, torch.Tensor]) -> Loaded:
    """A copy of the model with other weights; raises ModelUnavailable if some of its own would stay."""
    model: Any = copy.deepcopy(loaded.model)
    own = dict(model.named_parameters(remove_duplicate=False))
    given = {own[name].data_ptr() for name in weights if name in own}
    if any(one.data_ptr() not in given for one in own.values()):
        raise ModelUnavailable(
            f"A file of weights of {loaded.origin.title} is not complete.",
            "Check out the repository again.",
        )
    model.load_state_dict(weights, strict=False)
    model.tie_weights()
    return replace(loaded, model=model.eval())
