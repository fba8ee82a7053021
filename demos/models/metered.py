"""Models whose every pass is counted: the one place through which all batches go.

A batch of a large model takes seconds. So before each of its layers, too, it is looked whether the
computation may go on.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from demos.budget import spend

_MARK = "stage_metered"


def meter(model: Any) -> None:
    """Lets each pass of `model` first spend what it reads of the running computation's budget.

    The parts are metered that read tokens once in a pass, whatever head is on them: the base model, or, where
    there are two stacks, encoder and decoder. Heads share their base, which is metered once. What is no
    module of torch, such as a tokenizer without weights, is left alone.
    """
    for part in _readers(model):
        if not getattr(part, _MARK, False):
            setattr(part, _MARK, True)
            part.register_forward_pre_hook(_spend, with_kwargs=True)
            for layer in _layers(part):
                layer.register_forward_pre_hook(_look)


def _readers(model: Any) -> list[Any]:
    base = getattr(model, "base_model", model)
    if not hasattr(base, "register_forward_pre_hook"):
        return []
    if getattr(getattr(base, "config", None), "is_encoder_decoder", False):
        return [base.get_encoder(), base.get_decoder()]
    return [base]


def _layers(part: Any) -> Iterator[Any]:
    from torch.nn import ModuleList

    for module in part.modules():
        if isinstance(module, ModuleList):
            yield from module


def _look(*_: Any) -> None:
    spend()


def _spend(_: Any, given: tuple[Any, ...], named: dict[str, Any]) -> None:
    read = next((named[name] for name in ("input_ids", "inputs_embeds") if named.get(name) is not None), None)
    if read is None and given:
        read = given[0]
    shape = tuple(getattr(read, "shape", ()))
    spend(shape[0] * shape[1] if len(shape) > 1 else sum(shape))
