"""One test over all demos, and the conversion between JSON and dataclasses."""

from __future__ import annotations

import dataclasses
import importlib
import inspect
import subprocess
import sys
import typing
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pytest

from demos import PROGRAMME, TABS
from demos.contract import Example, Info, parse, to_plain
from demos.errors import BadInput
from demos.models.catalog import catalog
from demos.shell.api import parameter_descriptions
from demos.shell.fields import field_descriptions

DEMOS = [importlib.import_module(name) for name in PROGRAMME]


@pytest.mark.parametrize("demo", DEMOS, ids=lambda demo: demo.INFO.slug)
def test_a_demo_keeps_the_contract(demo):
    assert isinstance(demo.INFO, Info)
    assert demo.INFO.tab in TABS
    assert demo.INFO.limits
    assert demo.__doc__
    assert demo.EXAMPLES and all(isinstance(example, Example) for example in demo.EXAMPLES)
    assert list(inspect.signature(demo.build).parameters) == ["run"]
    for endpoint in demo.ENDPOINTS:
        inputs = endpoint.inputs_type
        assert dataclasses.is_dataclass(inputs) and inputs.__dataclass_params__.frozen
        assert endpoint.head is None or "model" in typing.get_type_hints(inputs)
        assert inspect.getdoc(endpoint.function), f"{endpoint.name} is not documented"
    for endpoint in (e for e in demo.ENDPOINTS if e.public):
        returns = typing.get_type_hints(endpoint.function)["return"]
        result = typing.get_args(returns)[0] if endpoint.streams else returns
        assert dataclasses.is_dataclass(result) and result.__dataclass_params__.frozen
        assert "origin" in typing.get_type_hints(result), f"{endpoint.name} does not name its checkpoint"


@pytest.mark.parametrize("demo", DEMOS, ids=lambda demo: demo.INFO.slug)
def test_examples_work_with_no_network(demo):
    for example in demo.EXAMPLES:
        assert catalog()[example.inputs.model].bundled, f"{example.label} needs a network"


def test_slugs_and_endpoint_names_are_unique():
    slugs = [demo.INFO.slug for demo in DEMOS]
    names = [endpoint.name for demo in DEMOS for endpoint in demo.ENDPOINTS]
    assert len(set(slugs)) == len(slugs)
    assert len(set(names)) == len(names)


def test_demos_and_shell_import_no_torch_and_compute_no_gradio():
    code = (
        "import sys, importlib\n"
        f"for name in {PROGRAMME!r}: importlib.import_module(name)\n"
        "import demos.attention.viewer.bertviz_pages, demos.attention.viewer.html_export\n"
        "import demos.runner, demos.shell.api\n"
        "assert not {'gradio', 'torch', 'transformers'} & set(sys.modules), 'a demo imports too much'\n"
        "import demos.shell.gallery, demos.models.cache\n"
        "from demos.runner import Runner\n"
        "demos.shell.gallery.build(Runner(demos.models.cache.shared_cache()))\n"
        "assert not {'torch', 'transformers'} & set(sys.modules), 'the shell imports torch'\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


@dataclass(frozen=True)
class Inner:
    text: str
    kind: Literal["a", "b"] = "a"


@dataclass(frozen=True)
class Inputs:
    inner: Inner
    numbers: tuple[int, ...] = ()
    share: float = 0.5
    flag: bool = False
    name: str | None = None
    pairs: tuple[tuple[str, str], ...] = ()


def test_parse_builds_nested_frozen_inputs():
    values = {"inner": {"text": "x", "kind": "b"}, "numbers": [1, 2.0], "share": 1, "name": None}
    parsed = parse(Inputs, values)
    assert parsed == Inputs(Inner("x", "b"), (1, 2), 1.0)
    assert hash(parsed)
    assert parse(Inputs, to_plain(parsed)) == parsed


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({}, "'inner' is missing"),
        ({"inner": {"text": "x"}, "other": 1}, "Unknown field 'other'"),
        ({"inner": {"text": 3}}, "'text' must be a text, not a whole number"),
        ({"inner": {"text": "x", "kind": "c"}}, "Choose one of: a, b"),
        ({"inner": {"text": "x"}, "numbers": [1.5]}, "'numbers' must be a whole number, not a number with"),
        ({"inner": {"text": "x"}, "numbers": "12"}, "'numbers' must be a list, not a text"),
        ({"inner": {"text": "x"}, "pairs": [[]]}, "'pairs' must be a list of 2, not a list"),
        ({"inner": {"text": "x"}, "pairs": {"a": 1}}, "'pairs' must be a text, not a whole number"),
        ({"inner": {"text": "x"}, "name": "a\ud800"}, "Character 2 of the name is half of a surrogate pair"),
        ({"inner": {"text": None}}, "'text' must be a text, not null"),
        ({"inner": {"text": "x"}, "flag": 1}, "'flag' must be true or false, not a whole number"),
        ({"inner": {"text": "x"}, "share": float("nan")}, "'share' must be a number, not NaN"),
        ({"inner": {"text": "x"}, "share": True}, "'share' must be a number, not true or false"),
        ({"inner": "x"}, "'inner' must be an object, not a text"),
    ],
)
def test_parse_names_what_is_wrong(values, said):
    with pytest.raises(BadInput, match=said):
        parse(Inputs, values)


def test_fields_are_described_by_the_docstrings_of_their_classes():
    @dataclass(frozen=True)
    class Base:
        """Some words before. text: one sentence, or two; of any language; kind: which of
        them."""

        text: str
        kind: Literal["a", "b"] = "a"

    @dataclass(frozen=True)
    class Derived(Base):
        """low, high: bounds; kind of no matter."""

        low: int = 0
        high: int = 1
        other: int = 2

    # Only where a colon or a word follows the name is it what the clause speaks of.
    assert field_descriptions(Derived) == {
        "text": "one sentence, or two; of any language",
        "kind": "of no matter; one of 'a', 'b'",
        "low": "bounds",
        "high": "bounds",
        "other": "",
    }


@pytest.mark.parametrize("demo", DEMOS, ids=lambda demo: demo.INFO.slug)
def test_every_parameter_of_the_api_is_described(demo):
    for endpoint in (e for e in demo.ENDPOINTS if e.public):
        lacking = [name for name, text in parameter_descriptions(endpoint).items() if not text]
        assert not lacking, f"{endpoint.name}: {lacking} is not in the docstring of its inputs"


def test_results_become_plain_json():
    third = np.float32(1) / 3
    assert to_plain(np.array([third], np.float32)) == [0.33333334]

    @dataclass(frozen=True, eq=False)
    class Result:
        rows: np.ndarray
        undefined: float
        parts: tuple[Inner, ...]

    plain = to_plain(Result(np.array([[0.5, np.nan]], np.float32), float("nan"), (Inner("<b>"),)))
    assert plain == {"rows": [[0.5, None]], "undefined": None, "parts": [{"text": "<b>", "kind": "a"}]}
