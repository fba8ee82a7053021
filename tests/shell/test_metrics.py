"""What is counted: requests by endpoint and outcome, and nothing that anybody typed."""

from __future__ import annotations

import json
import logging
from dataclasses import dataclass

import pytest
from gradio.routes import App
from starlette.testclient import TestClient

from demos.contract import Endpoint
from demos.errors import BadInput, StageError
from demos.models.cache import shared_cache
from demos.outcome import guarded
from demos.runner import Runner
from demos.shell import metrics
from demos.shell.gallery import build, launch_options
from demos.stopping import Stopped

SECRET = "nobody may read this"


@dataclass(frozen=True)
class Inputs:
    text: str


@dataclass(frozen=True)
class Result:
    said: str


def say(inputs: Inputs, loaded: None) -> Result:
    if inputs.text == "bad":
        raise BadInput("It is bad.", "Change it.")
    if inputs.text == "broken":
        raise ValueError(SECRET)
    return Result(inputs.text)


SAY = Endpoint("say", say, None)


def page(of: metrics.Metrics, runner: Runner) -> str:
    return TestClient(of.application(runner)).get("/metrics").text


def test_requests_are_counted_by_outcome_and_logged_without_texts(caplog):
    counted = metrics.Metrics()
    runner = Runner(shared_cache(), observe=counted.observe)
    with caplog.at_level(logging.INFO, "stage.requests"):
        runner(SAY, Inputs(SECRET))
        runner(SAY, Inputs(SECRET))
        for text in ("bad", "broken"):
            with pytest.raises(StageError):
                runner(SAY, Inputs(text))
    lines = [json.loads(one.getMessage()) for one in caplog.records if one.name == "stage.requests"]
    assert [line["outcome"] for line in lines] == ["answered", "answered", "BadInput", "Fault"]
    assert all(line.keys() == {"endpoint", "outcome", "seconds"} for line in lines)
    text = page(counted, runner)
    assert 'stage_requests_total{endpoint="say",outcome="answered"} 2.0' in text
    assert 'stage_requests_total{endpoint="say",outcome="Fault"} 1.0' in text
    assert 'stage_seconds_count{endpoint="say"} 4.0' in text
    assert "stage_results_hits 1.0" in text and "stage_places_free 24.0" in text
    assert SECRET not in text and SECRET not in json.dumps(lines)


def test_what_is_stopped_is_no_answer():
    seen: list[str] = []
    for error in (Stopped, GeneratorExit):
        with pytest.raises(error), guarded("say", lambda name, outcome, seconds: seen.append(outcome)):
            raise error
    assert seen == ["stopped", "stopped"]


@pytest.mark.parametrize(("value", "wanted"), [("", False), ("0", False), ("1", True)])
def test_it_is_off_unless_it_is_switched_on(monkeypatch, value, wanted):
    monkeypatch.setenv(metrics.SWITCH, value)
    assert metrics.is_wanted() is wanted


@pytest.mark.parametrize("on", [True, False])
def test_the_gallery_serves_it_only_if_it_is_wanted(runner, on):
    programme = ("demos.tasks.similarity",)
    blocks = build(runner, programme)
    blocks.queue()
    options = launch_options(runner, programme, metrics=metrics.Metrics() if on else None)
    app = App.create_app(blocks, app_kwargs=options["app_kwargs"])
    with TestClient(app, base_url="http://127.0.0.1:7860") as client:
        answer = client.get("/metrics")
        assert ("stage_models_bytes" in answer.text) is on and (answer.status_code == 200) is on
