"""A saved page opens where one stood, holds what fits, and says what it leaves out."""

from __future__ import annotations

import json
import re

import numpy as np
import pytest

from demos.attention.viewer import export_contents
from demos.attention.viewer.compute import FlowInputs, NeuronInputs, attention_flow_to, attention_neuron
from demos.attention.viewer.export_contents import Place
from demos.attention.viewer.html_export import ExportInputs, attention_export
from demos.attention.viewer.packing import unpack
from demos.contract import parse, to_plain
from demos.errors import BadInput
from tests import tiny
from tests.closeness import SHIPPED, assert_close

TEXT = "The cat sat on the mat."


def saved(inputs, loaded):
    html = attention_export(inputs, loaded).html
    said = re.search(r'<p id="left-out">(.*?)</p>', html)
    return json.loads(re.search(r'id="data">(.*?)</script>', html, re.S)[1]), said[1] if said else ""


def test_a_short_text_is_saved_with_every_view(minilm):
    data, said = saved(ExportInputs(TEXT), minilm)
    tokens = len(data["payload"]["maps"][0]["queries"])
    assert said == "" and data["payload"]["left_out"] == {}
    assert (len(data["layers"]), len(data["neurons"]), len(data["flows"])) == (6, 6 * 12, 6 * tokens)
    neuron = attention_neuron(NeuronInputs(TEXT, layer=4, head=7), minilm)
    held = data["neurons"]["self/4/7"]
    np.testing.assert_array_equal(unpack(held["queries"], np.float32, neuron.query.shape), neuron.query)
    flow = attention_flow_to(FlowInputs(TEXT, layer=3, token=2), minilm)
    assert_close(data["flows"]["self/3/2"]["flow"], flow.flow, atol=SHIPPED)


def test_what_does_not_fit_is_left_out_and_named(minilm, monkeypatch):
    whole, _ = saved(ExportInputs(TEXT), minilm)
    weights = sum(len(layer["data"]) for layer in whole["layers"].values())
    monkeypatch.setattr(export_contents, "FILE_BYTES", weights + 30_000)
    data, said = saved(ExportInputs(TEXT), minilm)
    assert data["neurons"] == {} and len(data["flows"]) > 0
    assert said.startswith("The neuron view is left out.") and "MB" in said
    assert data["payload"]["left_out"].keys() == {"neuron"}
    assert not data["payload"]["maps"][0]["has_neurons"] and data["payload"]["maps"][0]["has_flow"]
    monkeypatch.setattr(export_contents, "FILE_BYTES", 0)
    data, said = saved(ExportInputs(TEXT), minilm)
    assert data["layers"] == whole["layers"], "the layers are what was asked for"
    assert data["flows"] == data["neurons"] == {}
    assert "neuron view" in said and "rollout and flow" in said


def test_a_longer_text_has_rollout_without_flow(minilm):
    data, _ = saved(
        ExportInputs("one two three four five six seven eight nine ten " * 4, layers=(1,)), minilm
    )
    flow = data["flows"]["self/1/5"]
    assert flow["flow"] is None and "up to 32 tokens" in flow["note"]
    assert_close(sum(flow["rollout"]), 1, atol=SHIPPED)


def test_views_that_the_measure_has_not_are_not_called_left_out(minilm):
    data, said = saved(ExportInputs(TEXT, measure="mean", special="hide"), minilm)
    assert said == "" and data["payload"]["left_out"] == {}
    assert data["payload"]["headline"]


def test_it_opens_at_the_place_or_at_the_nearest_layer_that_it_holds(minilm):
    place = Place(view="matrix", map="self", layer=4, heads=(2,), head=2, token=3, side="key", rows=True)
    data, _ = saved(ExportInputs(TEXT, place=place), minilm)
    assert data["payload"]["opens"] == to_plain(place)
    data, said = saved(ExportInputs(TEXT, layers=(0, 2), place=place, details=False), minilm)
    assert data["payload"]["opens"] == to_plain(place) | {"layer": 2}
    assert "holds 0, 2" in said
    assert {one["layer"] for one in data["payload"]["findings"]} <= {0, 2}
    assert saved(ExportInputs(TEXT), minilm)[0]["payload"]["opens"] is None, "at the first finding"


def test_a_place_is_read_from_json_or_refused_in_words():
    place = Place(heads=(1, 2), head="mean", token=None, finding="words self 1 2 3")
    assert parse(ExportInputs, {"text": TEXT, "place": to_plain(place)}).place == place
    for wrong in ({"view": "none"}, {"layer": "x"}, {"elsewhere": 1}):
        with pytest.raises(BadInput):
            parse(ExportInputs, {"text": TEXT, "place": wrong})


def test_cross_attention_is_saved_too():
    loaded = tiny.loaded("Marian")
    inputs = ExportInputs("the cat sat", target="a dog", place=Place(map="cross", layer=1))
    data, said = saved(inputs, loaded)
    assert data["payload"]["opens"]["map"] == "cross" and said == ""
    assert {key.split("/")[0] for key in data["neurons"]} == {"encoder", "decoder", "cross"}
    assert {key.split("/")[0] for key in data["flows"]} == {"encoder", "decoder"}
