"""The modules of a model as rows in the order of their calls, equal layers as one."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Hashable, Iterator, Sequence
from dataclasses import dataclass, field

from torch import nn

from demos.budget import spend
from demos.foundations.shapes.schemas import Row
from demos.foundations.shapes.trace import Call, Product, Trace

PRODUCT = "matrix product"


@dataclass
class _Node:
    """A module with its parts; the names of equal ones, of which this is the first."""

    names: list[str]
    kind: str
    call: Call
    alike: int | None
    own: int = 0
    shared: str = ""
    parts: list[_Node] = field(default_factory=list)

    @property
    def parameters(self) -> int:
        return self.own + sum(len(part.names) * part.parameters for part in self.parts)


def rows_of(model: nn.Module, trace: Trace) -> list[Row]:
    """A row for the whole model and for every part, in the order of their first calls."""
    return list(_rows(_node(model, "", "", trace, {}), 0))


def _node(module: nn.Module, name: str, path: str, trace: Trace, met: dict[int, str]) -> _Node:
    """`met` are the names under which modules and tensors were met first: each counts there."""
    spend()
    call = trace.calls.get(id(module)) or Call(2**63)
    node = _Node([name], type(module).__name__, call, trace.alike.get(id(module)))
    if met.setdefault(id(module), path) != path:
        node.shared = met[id(module)]
        return node
    for tensor in module._parameters.values():
        if tensor is None:
            continue
        first = met.setdefault(id(tensor), path)
        node.own += tensor.numel() if first == path else 0
        node.shared = node.shared or ("" if first == path else first)
    # In the order of calls, so that a tensor that two modules share counts where it is used first.
    parts = sorted(_parts(module), key=lambda named: _order(named[1], trace))
    node.parts = _grouped(
        [_node(part, called, f"{path}.{called}".strip("."), trace, met) for called, part in parts]
    )
    return node


def _parts(module: nn.Module) -> Iterator[tuple[str, nn.Module]]:
    """A module's parts with their names. A list is no part, since nobody calls it: its members are."""
    for name, part in module.named_children():
        if isinstance(part, nn.ModuleList):
            yield from ((f"{name}.{number}", one) for number, one in enumerate(part))
        else:
            yield name, part


def _order(module: nn.Module, trace: Trace) -> float:
    if id(module) in trace.calls:
        return trace.calls[id(module)].order
    return min((_order(part, trace) for part in module.children()), default=math.inf)


def _grouped(nodes: Sequence[_Node]) -> list[_Node]:
    """Parts that are built alike, have as many parameters and saw the same shapes become one."""
    found: dict[Hashable, _Node] = {}
    for number, node in enumerate(nodes):
        call = node.call
        key: Hashable = (node.alike, node.parameters, call.inputs, call.outputs, call.calls)
        first = found.setdefault(f"alone {number}" if node.alike is None else key, node)
        if first is not node:
            first.names += node.names
    return list(found.values())


def _rows(node: _Node, depth: int) -> Iterator[Row]:
    inner: list[tuple[int, _Node | Product]] = [(part.call.order, part) for part in node.parts]
    if node.parts:  # a module without parts is its own product
        inner += [(product.order, product) for product in node.call.products]
    call = node.call
    yield Row(
        depth,
        _joined(node.names),
        node.kind,
        len(node.names),
        call.calls,
        call.inputs,
        call.outputs,
        node.parameters,
        node.shared,
        call.flops,
        False,
        not node.parts,
    )
    for _, one in sorted(inner, key=lambda pair: pair[0]):
        if isinstance(one, Product):
            shapes = one.factors, (one.result,)
            yield Row(
                depth + 1, "", PRODUCT, 1, call.calls, *shapes, 0, "", one.flops * call.calls, True, True
            )
        else:
            yield from _rows(one, depth + 1)


def _joined(names: Sequence[str]) -> str:
    """ "layers.0–31", "layers.0, 2, … 24", or the one name."""
    if len(names) == 1:
        return names[0]
    inlist = names[0].rpartition(".")[0]
    numbers = [int(name.rpartition(".")[2]) for name in names]
    if numbers == list(range(numbers[0], numbers[-1] + 1)):
        return f"{inlist}.{numbers[0]}–{numbers[-1]}"
    shown = ", ".join(map(str, numbers[:2]))
    return f"{inlist}.{shown}, … {numbers[-1]}" if len(numbers) > 2 else f"{inlist}.{shown}"


def repeated(rows: Sequence[Row]) -> int:
    """How many layers the rows stand for that are repeated at the outermost depth where any are."""
    depths: defaultdict[int, int] = defaultdict(int)
    for row in rows:
        if row.count > 1:
            depths[row.depth] += row.count
    return depths[min(depths)] if depths else 0
