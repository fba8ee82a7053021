"""The recorded answers: every example of every demo has one, and computing it again gives the same."""

from __future__ import annotations

import base64
import dataclasses
import math
import re
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import gradio as gr
import numpy as np
import orjson
import pytest

from demos.contract import Endpoint, to_plain
from demos.errors import BadInput, StageError
from demos.models.cache import shared_cache
from demos.models.specs import Spec
from demos.plain import from_plain, packed, unpacked
from demos.recordings import FOLDER, Recordings, Replay, key_of, read, replaying, write
from demos.runner import Runner
from demos.shell.blocks import Blocks
from demos.shell.load_demos import load_programme, working
from demos.shell.opening import open_with_example
from demos.shell.visitor import Visitor, example_buttons, moves_answered

DEMOS = list(working(load_programme()))
ENDPOINTS = {endpoint.name: endpoint for demo in DEMOS for endpoint in demo.ENDPOINTS}
RECORDED = sorted(path.name.removesuffix(".json.gz") for path in FOLDER.glob("*.json.gz"))

TIMES = {"seconds", "progress"}  # what was asked before is not read again
"""Measured, not computed."""
TOLERANCE = 1e-4
MOST = 12
"""Recorded answers of one endpoint that are computed again, spread over the file."""
LONG = {"k_curve", "order_sensitivity", "label_noise", "label_words"}
"""Endpoints that take so long that one answer is computed again: the last, which has the fewest shots."""


class NoModels(Runner):
    """A runner that answers from recordings alone."""

    def _ready(self, endpoint: Endpoint, *more: Any) -> Any:
        assert not endpoint.needs_models, "a model was asked for"
        return super()._ready(endpoint, *more)


def page_of(demo: Any, run: Any) -> gr.Blocks:
    with Blocks() as page:
        demo.build(run)
    return page


@pytest.mark.parametrize("demo", DEMOS, ids=lambda demo: demo.INFO.slug)
def test_every_example_and_every_move_in_it_is_recorded(demo):
    page = page_of(demo, NoModels(shared_cache()))
    assert len(example_buttons(page)) == len(demo.EXAMPLES)
    for button in example_buttons(page):
        visitor, replay = Visitor(page), Replay(only=True)
        with replaying(replay):
            visitor.press(button)
            moves_answered(visitor)
        assert not replay.missing, f"{button.value}: {set(replay.missing)}; run make record"


@pytest.mark.parametrize("demo", DEMOS, ids=lambda demo: demo.INFO.slug)
def test_a_page_opens_with_its_first_example_and_says_that_it_is_recorded(demo):
    page = page_of(demo, NoModels(shared_cache()))
    assert open_with_example(page)
    shown = " ".join(str(getattr(block, "value", "")) for block in page.blocks.values())
    assert "recorded on 20" in shown


@pytest.mark.parametrize("name", RECORDED)
def test_a_recording_reads_back_as_what_was_written(name):
    for plain in read(FOLDER / f"{name}.json.gz").answers.values():
        if isinstance(plain, dict) and "refused" in plain:
            continue
        result = from_plain(ENDPOINTS[name].result_type, plain)
        assert to_plain(result, "base64") == plain


def test_all_recordings_are_small_and_of_endpoints_that_exist():
    assert set(RECORDED) <= set(ENDPOINTS)
    assert sum(path.stat().st_size for path in FOLDER.iterdir()) < 15e6


def chosen(name: str) -> list[tuple[bytes, Any]]:
    answers = list(read(FOLDER / f"{name}.json.gz").answers.items())
    if name in LONG:
        return answers[-1:]
    return answers[:: max(1, math.ceil(len(answers) / MOST))]


@pytest.mark.slow
@pytest.mark.parametrize("name", RECORDED)
def test_computing_a_recorded_answer_again_gives_the_same(name, runner):
    endpoint = ENDPOINTS[name]
    for key, recorded in chosen(name):
        inputs = from_plain(endpoint.inputs_type, orjson.loads(key))
        if is_written(recorded):
            assert probability_of(recorded, inputs.model) == pytest.approx(recorded["probability"], rel=1e-3)
            continue
        now = asked(endpoint, inputs, runner)
        found = list(differences(recorded, now))
        assert not found, (inputs, found[:5])


def asked(endpoint: Endpoint, inputs: Any, runner: Runner) -> Any:
    try:
        if endpoint.streams:
            *_, result = runner.stream(endpoint, inputs)
        else:
            result = runner(endpoint, inputs)
    except StageError as error:
        return {"refused": type(error).__name__, "facts": vars(error)}
    return to_plain(result, "base64")


def is_written(plain: Any) -> bool:
    """Whether a language model wrote this freely: at a near tie another processor may go on differently."""
    if not isinstance(plain, dict) or not plain.get("prompt"):
        return False
    return "pieces" in plain or "summary" in plain


def probability_of(plain: dict[str, Any], model: str) -> float:
    """The geometric mean of the model's probabilities of the tokens of a recorded text, in one pass."""
    import torch

    with shared_cache().lease(Spec(model, "causal-lm")) as loaded:
        text = plain.get("text", plain.get("answer", plain.get("summary", "")))
        before = loaded.tokenizer(plain["prompt"], add_special_tokens=False)["input_ids"]
        after = loaded.tokenizer(text, add_special_tokens=False)["input_ids"]
        if plain.get("finished", plain.get("ended")) == "end":
            after = [*after, loaded.tokenizer.eos_token_id]
        with torch.inference_mode():
            logits = loaded.model(input_ids=torch.tensor([[*before, *after]])).logits[0]
        logprobs = logits[len(before) - 1 : -1].log_softmax(-1)
        return math.exp(float(logprobs.gather(1, torch.tensor(after)[:, None]).mean()))


def differences(before: Any, after: Any, where: str = "") -> Iterator[str]:
    """Where two plain results differ: numbers by more than TOLERANCE, anything else at all."""
    if isinstance(before, dict) and isinstance(after, dict):
        if before.keys() == {"dtype", "shape", "base64"}:
            before, after = unpacked(before), unpacked(after)
            if before.shape != after.shape or not near(before, after):
                yield f"{where}: arrays differ"
            return
        if before.keys() != after.keys():
            yield f"{where}: {sorted(before.keys() ^ after.keys())}"
        for name in before.keys() & after.keys() - TIMES:
            yield from differences(before[name], after[name], f"{where}/{name}")
    elif isinstance(before, list | tuple) and isinstance(after, list | tuple):
        if len(before) != len(after):
            yield f"{where}: {len(before)} against {len(after)}"
        for i, pair in enumerate(zip(before, after, strict=False)):
            yield from differences(*pair, f"{where}/{i}")
    elif is_number(before) and is_number(after):
        if not math.isclose(before, after, rel_tol=TOLERANCE, abs_tol=TOLERANCE):
            yield f"{where}: {before} against {after}"
    elif isinstance(before, str) and isinstance(after, str):
        if before != after and not same_packed(before, after) and not same_page(before, after):
            yield f"{where}: {before[:80]!r} against {after[:80]!r}"
    elif before != after:
        yield f"{where}: {before!r} against {after!r}"


def is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def near(before: np.ndarray, after: np.ndarray) -> bool:
    return np.allclose(before, after, rtol=TOLERANCE, atol=TOLERANCE, equal_nan=True)


def same_packed(before: str, after: str) -> bool:
    """Whether two packed arrays of the viewer agree: bytes to one step, floats to TOLERANCE."""
    try:
        raw = [zlib.decompress(base64.b64decode(text, validate=True)) for text in (before, after)]
    except (ValueError, zlib.error):
        return False
    if len(raw[0]) != len(raw[1]):
        return False
    steps = np.subtract(*(np.frombuffer(one, np.uint8).astype(int) for one in raw))
    if np.abs(steps).max(initial=0) <= 1:
        return True
    return len(raw[0]) % 4 == 0 and near(*(np.frombuffer(one, "<f4") for one in raw))


def same_page(before: str, after: str) -> bool:
    """Whether two pages agree but for the packed numbers in them, which agree as arrays."""
    if "<html" not in before:
        return False
    parts = [re.split(r'("[A-Za-z0-9+/=]{40,}")', page) for page in (before, after)]
    return len(parts[0]) == len(parts[1]) and all(
        one == other or same_packed(one.strip('"'), other.strip('"')) or same_bytes(one, other)
        for one, other in zip(*parts, strict=True)
    )


def same_bytes(before: str, after: str) -> bool:
    raw = [base64.b64decode(text.strip('"')) for text in (before, after)]
    steps = [np.frombuffer(one, np.uint8).astype(int) for one in raw]
    return steps[0].shape == steps[1].shape and bool(np.abs(steps[0] - steps[1]).max(initial=0) <= 1)


@dataclasses.dataclass(frozen=True)
class Inputs:
    text: str


@dataclasses.dataclass(frozen=True)
class Inner:
    name: str
    value: float | None


@dataclasses.dataclass(frozen=True, eq=False)
class Result:
    """What a result may hold."""

    weights: np.ndarray
    pairs: tuple[tuple[str, float], ...]
    inner: tuple[Inner, ...]
    maybe: Inner | None
    loose: dict[str, Any]


def refuse(inputs: Inputs, loaded: Any) -> Result:
    raise AssertionError("computed")


ENDPOINT = Endpoint("answers", refuse, head="base")


def test_values_of_every_kind_come_back(tmp_path):
    weights = np.array([[0.1, np.nan], [1 / 3, 0]], np.float32)
    result = Result(weights, (("a", float("nan")),), (Inner("x", None),), Inner("y", 0.5), {"a": [1, "b"]})
    write(tmp_path / "answers.json.gz", "2026-11-29", {"torch": "2"}, [(Inputs("x"), result)])
    back = Recordings(tmp_path).find(ENDPOINT, Inputs("x"))
    np.testing.assert_array_equal(back.weights, weights)
    assert back.weights.dtype == np.float32
    assert math.isnan(back.pairs[0][1]) and back.pairs[0][0] == "a"
    assert (back.inner, back.maybe, back.loose) == (result.inner, result.maybe, result.loose)


def test_the_same_answers_give_the_same_file(tmp_path):
    for name in ("a", "b"):
        write(tmp_path / name, "2026-11-29", {}, [(Inputs("x"), {"y": 1})])
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()


def test_a_refusal_is_raised_again(tmp_path):
    error = BadInput("It cannot be read.", "Write English.")
    write(tmp_path / "answers.json.gz", "2026-11-29", {}, [(Inputs("x"), error)])
    run = Runner(shared_cache(), recordings=Recordings(tmp_path))
    with replaying(Replay()), pytest.raises(BadInput, match="Write English") as raised:
        run(ENDPOINT, Inputs("x"))
    assert raised.value.problem == error.problem


def test_a_pressed_button_is_never_answered_from_a_recording(tmp_path):
    write(tmp_path / "answers.json.gz", "2026-11-29", {}, [(Inputs("x"), BadInput("recorded"))])
    run = NoModels(shared_cache(), recordings=Recordings(tmp_path))
    with pytest.raises(StageError, match="went wrong"):  # it asks for a model
        run(ENDPOINT, Inputs("x"))


def test_what_is_not_recorded_is_noted_where_nothing_may_be_computed(tmp_path):
    run, replay = NoModels(shared_cache(), recordings=Recordings(tmp_path)), Replay(only=True)
    with replaying(replay), pytest.raises(StageError, match="not recorded"):
        run(ENDPOINT, Inputs("y"))
    assert replay.missing == ["answers"]


def test_no_file_of_recordings_is_no_error(tmp_path):
    assert Recordings(tmp_path / "none").find(ENDPOINT, Inputs("x")) is None
    assert not Path(tmp_path / "none").exists()


def test_the_key_of_inputs_does_not_depend_on_the_order_of_a_mapping():
    assert key_of({"a": 1, "b": 2}) == key_of({"b": 2, "a": 1})


def test_a_packed_array_comes_back_with_its_type():
    for array in (np.arange(6, dtype=np.int64).reshape(2, 3), np.zeros((0, 2), np.float32)):
        back = unpacked(packed(array))
        assert back.dtype == array.dtype and back.shape == array.shape and (back == array).all()
