"""What goes into every module of a model and what comes out, in one forward pass.

Forward hooks see the tensors; a dispatch mode sees the matrix products and counts them with the formulas of
`torch.utils.flop_counter`. Of modules in a list that are built alike, only the first is computed for inputs
of some shapes: the others return what it returned, since on the meta device there is nothing but shapes.
"""

from __future__ import annotations

import itertools
import math
import threading
from collections import defaultdict
from collections.abc import Callable, Hashable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache, partial
from typing import Any

import torch
from torch import nn
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils.flop_counter import flop_registry

from demos.budget import spend

Shape = tuple[int, ...]
PLACES = ("layer_idx", "layer_id", "layer_index", "training")
"""Attributes that tell equal layers apart only by their place."""


@dataclass(frozen=True)
class Product:
    """A matrix product: its place among all calls, the shapes of both factors and of the result, its cost."""

    order: int
    factors: tuple[Shape, Shape]
    result: Shape
    flops: int


@dataclass
class Call:
    """The calls of one module. order: the place of the first; products: the matrix products that the module
    computes itself in that call, without those of its parts."""

    order: int
    inputs: tuple[Shape, ...] = ()
    outputs: tuple[Shape, ...] = ()
    calls: int = 0
    flops: int = 0
    products: list[Product] = field(default_factory=list)


@dataclass(frozen=True)
class Trace:
    """calls, and alike, a number for each group of modules in a list that are built alike: by the identity of
    the module. cached: numbers in the cache of keys and values."""

    calls: Mapping[int, Call]
    alike: Mapping[int, int]
    flops: int
    cached: int


class _Products(TorchDispatchMode):
    """Counts matrix products, and notes them on the module that computes them."""

    def __init__(self) -> None:
        super().__init__()
        self.flops = 0
        self.stack: list[Call] = []
        self.order = itertools.count()

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        out = func(*args, **(kwargs or {}))
        formula = flop_registry.get(func._overloadpacket)
        if formula is not None:
            flops = formula(*args, **(kwargs or {}), out_val=out)
            factors = [tuple(one.shape) for one in args if isinstance(one, torch.Tensor)][-2:]
            self.note((factors[0], factors[-1]), tuple(out.shape), flops)
        return out

    def note(self, factors: tuple[Shape, Shape], result: Shape, flops: int) -> None:
        """Counts a product."""
        self.flops += flops
        if self.stack and self.stack[-1].calls == 1:
            self.stack[-1].products.append(Product(next(self.order), factors, result, flops))


def traced(model: nn.Module, inputs: Mapping[str, Any], repeat: bool = True) -> Trace:
    """Runs a model once. With `repeat`, equal layers are computed once; without, every one of them is."""
    calls: dict[int, Call] = {}
    products, cached = _Products(), [0]

    # Models may share modules without weights, so a hook may see what another thread computes.
    thread = threading.get_ident()

    def before(module: nn.Module, args: Any, named: Any) -> None:
        if threading.get_ident() != thread:
            return
        spend()
        call = calls.setdefault(id(module), Call(next(products.order)))
        if not call.calls:
            call.inputs = tuple(shapes_in((args, named)))
        call.calls += 1
        call.flops -= products.flops
        products.stack.append(call)

    def behind(module: nn.Module, args: Any, named: Any, out: Any) -> None:
        if threading.get_ident() != thread:
            return
        call = products.stack.pop()
        call.flops += products.flops
        if call.calls == 1:
            call.outputs = tuple(shapes_in(out))

    groups = equal_layers(model)
    handles, replaced = [], []
    try:
        for module in model.modules():
            spend()
            handles.append(module.register_forward_pre_hook(before, with_kwargs=True))
            handles.append(module.register_forward_hook(behind, with_kwargs=True))
        if repeat:
            replaced = [module for module in model.modules() if type(module) in _ANSWERED]
            for module in replaced:
                module.forward = partial(_ANSWERED[type(module)], module, module.forward, products)
            for group in groups:
                replaced += group
                _computed_once(group, products, cached)
        with torch.no_grad(), products:
            out = model(**inputs)
        whole = _numbers_cached(getattr(out, "past_key_values", None)) + cached[0]
    finally:
        for handle in handles:
            handle.remove()
        for module in replaced:
            module.__dict__.pop("forward", None)
    alike = {id(module): number for number, group in enumerate(groups) for module in group}
    return Trace(calls, alike, products.flops, whole)


def _linear(
    module: nn.Linear, real: Callable[..., Any], products: _Products, given: Any, *more: Any, **named: Any
) -> Any:
    """What a linear layer returns, without PyTorch: its meta kernels are Python, and take ten
    times as long. What does not fit goes to the `real` layer, which says why."""
    fits = given.dim() > 1 and given.shape[-1] == module.in_features and given.dtype == module.weight.dtype
    if more or named or not fits:
        return real(given, *more, **named)
    rows = math.prod(given.shape[:-1])
    into, out = module.in_features, module.out_features
    products.note(((rows, into), (into, out)), (rows, out), 2 * rows * into * out)
    return given.new_empty(*given.shape[:-1], out)


def _layer_norm(
    module: nn.LayerNorm, real: Callable[..., Any], _: _Products, given: Any, *more: Any, **named: Any
) -> Any:
    """The same for a norm, which keeps the shape."""
    normed = module.normalized_shape
    if more or named or tuple(given.shape[-len(normed) :]) != tuple(normed):
        return real(given, *more, **named)
    return given.new_empty(given.shape)


_ANSWERED: Mapping[type, Callable[..., Any]] = {nn.Linear: _linear, nn.LayerNorm: _layer_norm}


def _computed_once(group: list[nn.Module], products: _Products, cached: list[int]) -> None:
    """Lets the modules of a group, which are built alike, return what the first of them to be called with
    inputs of the same shapes returned."""
    known: dict[Hashable, tuple[Any, int, int]] = {}

    for module in group:

        def forward(*args: Any, _real: Any = module.forward, **named: Any) -> Any:
            key = tuple(shapes_in((args, named)))
            cache = next((one for one in (*args, *named.values()) if hasattr(one, "get_seq_length")), None)
            if key not in known:
                flops, kept = products.flops, _numbers_cached(cache)
                out = _real(*args, **named)
                known[key] = (out, products.flops - flops, _numbers_cached(cache) - kept)
                return out
            out, flops, kept = known[key]
            products.flops += flops
            cached[0] += kept
            return out

        module.forward = forward


@lru_cache(maxsize=1)
def equal_layers(model: nn.Module) -> list[list[nn.Module]]:
    """Groups of two or more modules that stand in one list and are built alike. Kept with the last model."""
    groups: dict[Hashable, list[nn.Module]] = defaultdict(list)
    for parent in model.modules():
        if isinstance(parent, nn.ModuleList):
            for module in parent:
                spend()
                groups[id(parent), signature(module)].append(module)
    return [group for group in groups.values() if len(group) > 1]


def signature(module: nn.Module) -> Hashable:
    """Equal for modules that do the same to the same shapes: class, settings, shapes of tensors, parts."""
    settings = tuple(
        (name, value)
        for name, value in sorted(vars(module).items())
        if isinstance(value, bool | int | float | str | None) and name not in PLACES and name[:1] != "_"
    )
    tensors = tuple(
        (name, tuple(one.shape))
        for own in (module._parameters, module._buffers)
        for name, one in own.items()
        if one is not None
    )
    parts = tuple((name, signature(part)) for name, part in module.named_children())
    return type(module), settings, tensors, parts


def shapes_in(value: Any) -> Iterator[Shape]:
    """The shapes of all tensors in arguments or outputs, without those in a cache, which grows elsewhere."""
    if isinstance(value, torch.Tensor):
        yield tuple(value.shape)
    elif isinstance(value, Mapping):
        for one in value.values():
            yield from shapes_in(one)
    elif isinstance(value, list | tuple):
        for one in value:
            yield from shapes_in(one)


def _numbers_cached(cache: Any) -> int:
    """How many numbers a cache of transformers holds: keys and values of every layer that has run."""
    halves = [getattr(cache, name, None) for name in ("self_attention_cache", "cross_attention_cache")]
    if any(half is not None for half in halves):
        return sum(map(_numbers_cached, halves))
    return sum(
        tensor.numel()
        for layer in getattr(cache, "layers", ())
        for tensor in (getattr(layer, "keys", None), getattr(layer, "values", None))
        if isinstance(tensor, torch.Tensor)
    )
