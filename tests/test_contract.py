"""One test over all demos, and the conversion between JSON and dataclasses."""

from __future__ import annotations

import dataclasses
import inspect
import re
import subprocess
import sys
import typing
from base64 import b64decode
from dataclasses import dataclass, field
from typing import Annotated, Literal

import numpy as np
import pytest
from pydantic import Field

from demos import PROGRAMME, TABS
from demos.contract import Example, Info, check_fields, parse, to_plain
from demos.errors import BadInput
from demos.fields import fields_of
from demos.models.catalog import catalog
from demos.shell.api import described, parameter_descriptions
from demos.shell.load_demos import load_programme, working

DEMOS = list(working(load_programme()))


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
        assert (endpoint.head is None) or "model" in fields_of(inputs), f"{endpoint.name} takes no model"
        assert inspect.getdoc(endpoint.function), f"{endpoint.name} is not documented"
    for endpoint in (e for e in demo.ENDPOINTS if e.public):
        result = endpoint.result_type
        assert dataclasses.is_dataclass(result) and result.__dataclass_params__.frozen
        names_it = "origin" in typing.get_type_hints(result)
        assert not endpoint.needs_models or names_it, f"{endpoint.name} does not name its checkpoint"


@pytest.mark.parametrize("demo", DEMOS, ids=lambda demo: demo.INFO.slug)
def test_examples_work_with_no_network(demo):
    for example in (e for e in demo.EXAMPLES if hasattr(e.inputs, "model")):
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
        "import demos.shell.gallery, demos.shell.pages, demos.shell.load_demos, demos.models.cache\n"
        "from demos.runner import Runner\n"
        "runner = Runner(demos.models.cache.shared_cache())\n"
        "demos.shell.gallery.build(runner)\n"
        "pages = demos.shell.pages.page_builders(runner, demos.shell.load_demos.load_programme())\n"
        "assert all(build() for build in pages.values())\n"
        "assert not {'torch', 'transformers'} & set(sys.modules), 'the shell imports torch'\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


@dataclass(frozen=True)
class Inner:
    text: str
    kind: Literal["a", "b"] = "a"


@dataclass(frozen=True)
class Other:
    size: int


@dataclass(frozen=True)
class Inputs:
    inner: Inner
    numbers: tuple[int, ...] = ()
    share: float = 0.5
    flag: bool = False
    name: str | None = None
    pairs: tuple[tuple[str, str], ...] = ()
    span: tuple[int, str] = (0, "")
    beams: Annotated[int, Field(ge=1, le=5, title="Beams", description="how many are kept")] = 4
    top_p: Annotated[float, Field(gt=0, le=1, description="nucleus")] = 1.0
    seed: Annotated[int, Field(ge=0)] = 0
    labels: Annotated[tuple[Annotated[str, Field(max_length=4)], ...], Field(min_length=2, max_length=3)] = (
        "yes",
        "no",
    )
    layers: tuple[int, ...] | Literal["all"] = "all"
    either: Inner | Other | None = None
    made: tuple[str, ...] = field(default_factory=tuple)


def test_parse_builds_nested_frozen_inputs():
    values = {"inner": {"text": "x", "kind": "b"}, "numbers": [1, 2.0], "share": 1, "name": None}
    parsed = parse(Inputs, values)
    assert parsed == Inputs(Inner("x", "b"), (1, 2), 1.0)
    assert hash(parsed)
    assert parsed.made == () and parsed.beams == 4, "defaults, and what a factory makes"
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
        ({"beams": 9}, "'beams' must be at most 5, not 9. Choose 1 to 5."),
        ({"beams": 0.0}, "'beams' must be at least 1, not 0. Choose 1 to 5."),
        ({"beams": float("inf")}, "'beams' must be a whole number, not NaN or infinite"),
        ({"top_p": 0}, "'top_p' must be above 0, not 0. Choose above 0, at most 1."),
        ({"top_p": 10**400}, "'top_p' must be a number, not a whole number"),
        ({"seed": -1}, "'seed' must be at least 0, not -1. Choose at least 0."),
        ({"labels": ["yes"]}, "'labels' has 1 entry; there must be at least 2. Give 2 to 3."),
        ({"labels": list("abcd")}, "'labels' has 4 entries; the limit is 3"),
        ({"labels": ["maybe", "no"]}, "Entry 1 of 'labels' has 5 characters; the limit is 4"),
        ({"labels": ["a\udc00", "no"]}, "Character 2 of the labels is half"),
        ({"span": ["x", 1]}, "'span' must be a whole number, not a text"),
        ({"span": [1]}, "'span' must be a list of 2, not a list"),
        ({"layers": "some"}, "'layers' cannot be 'some'. Choose one of: all."),
        ({"either": {"text": 1}}, "'text' must be a text, not a whole number"),
        ({"either": 3}, "'either' must be an object, not a whole number"),
    ],
)
def test_parse_names_what_is_wrong(values, said):
    complete = {"inner": {"text": "x"}} | values if values else values
    with pytest.raises(BadInput, match=re.escape(said)):
        parse(Inputs, complete)


def test_pairs_unions_and_factories_are_parsed():
    values = {
        "inner": {"text": "x"},
        "pairs": {"a": "b"},
        "span": [3.0, "x"],
        "layers": [0, 2],
        "either": {"size": 3},
        "made": ["y"],
    }
    parsed = parse(Inputs, values)
    assert parsed.pairs == (("a", "b"),) and parsed.span == (3, "x") and parsed.made == ("y",)
    assert parsed.layers == (0, 2) and parsed.either == Other(3)
    assert parse(Inputs, {"inner": {"text": "x"}, "layers": "all"}).layers == "all"
    assert parse(Inputs, to_plain(parsed)) == parsed


def test_inputs_made_in_python_are_checked_too():
    check_fields(Inputs(Inner("x"), either=Other(3)))
    for wrong, said in (
        ({"beams": 9}, "'beams' must be at most 5"),
        ({"inner": Inner(3)}, "'text' must be a"),
    ):
        with pytest.raises(BadInput, match=said):
            check_fields(Inputs(**{"inner": Inner("x")} | wrong))


def test_a_field_says_its_facts_once():
    fields = fields_of(Inputs)
    assert (fields["beams"].title, fields["beams"].default) == ("Beams", 4)
    assert described(fields["beams"]) == "how many are kept; 1 to 5"
    assert described(fields["top_p"]) == "nucleus; above 0, at most 1"
    assert described(fields["layers"]) == "one of 'all'"
    assert described(fields_of(Inner)["kind"]) == "one of 'a', 'b'"
    assert fields["labels"].limits == "2 to 3" and fields["made"].default == ()


@pytest.mark.parametrize("demo", DEMOS, ids=lambda demo: demo.INFO.slug)
def test_every_parameter_of_the_api_is_described(demo):
    for endpoint in (e for e in demo.ENDPOINTS if e.public):
        lacking = [name for name, text in parameter_descriptions(endpoint).items() if not text]
        assert not lacking, f"{endpoint.name}: {lacking} has no description in its Field"


def test_results_become_plain_json():
    third = np.float32(1) / 3
    assert to_plain(np.array([third], np.float32)) == [0.33333334]

    @dataclass(frozen=True, eq=False)
    class Result:
        rows: np.ndarray
        undefined: float
        parts: tuple[Inner, ...]

    rows = np.array([[1.5, np.nan], [-2, 0]], ">f4")[:, ::-1]  # neither contiguous nor little-endian
    kept = to_plain({"a": (rows, np.array([[True]]), np.array(3))}, "base64")["a"]
    for array, whole in zip((rows, np.array([[True]]), np.array(3)), kept, strict=True):
        read = np.frombuffer(b64decode(whole["base64"]), whole["dtype"]).reshape(whole["shape"])
        assert np.array_equal(read, array, equal_nan=array.dtype.kind == "f")
    assert [whole["dtype"] for whole in kept] == ["<f4", "|b1", "<i8"]

    plain = to_plain(Result(np.array([[0.5, np.nan]], np.float32), float("nan"), (Inner("<b>"),)))
    assert plain == {"rows": [[0.5, None]], "undefined": None, "parts": [{"text": "<b>", "kind": "a"}]}
