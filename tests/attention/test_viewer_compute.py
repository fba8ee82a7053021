"""The viewer's functions: numbers for the API, packed data for the browser, and the export."""

from __future__ import annotations

import io
import json
import re

import networkx as nx
import numpy as np
import pytest
import torch

from demos.attention.viewer.compute import (
    AttentionInputs,
    FlowInputs,
    HeadsInputs,
    NeuronInputs,
    attention,
    attention_flow_to,
    attention_heads,
    attention_neuron,
)
from demos.attention.viewer.export_panel import parse_layers
from demos.attention.viewer.html_export import ExportInputs, attention_export, numbers_json, numbers_npz
from demos.attention.viewer.measure import Selection
from demos.attention.viewer.packing import unpack
from demos.attention.viewer.wire import LayerInputs, attention_layer, attention_view, neuron_layer
from demos.errors import BadInput
from demos.nlp.attention_rollout import with_residual
from tests import tiny
from tests.closeness import ARRAYS, SHIPPED, TINY, assert_close

TEXT = "The cat sat on the mat, unbelievably tired."
HOSTILE = "</script><img src=x onerror=alert(1)> {{7*7}}"


def eager_attentions(loaded, text):
    ids = loaded.tokenizer(text, return_tensors="pt")
    loaded.model.set_attn_implementation("eager")
    try:
        output = loaded.model(**ids, output_attentions=True)
    finally:
        loaded.model.set_attn_implementation("stage_recordable")
    return torch.stack(output.attentions)[:, 0].numpy()


def test_the_api_returns_the_models_own_weights(minilm):
    result = attention(AttentionInputs(TEXT), minilm)
    assert_close(result.weights, eager_attentions(minilm, TEXT), atol=SHIPPED)
    assert result.layers == tuple(range(6))
    assert result.origin == minilm.origin
    assert not result.removed.any()


def test_layers_can_be_chosen(minilm):
    result = attention(AttentionInputs(TEXT, layers=(4, 1)), minilm)
    assert_close(result.weights, eager_attentions(minilm, TEXT)[[4, 1]], atol=SHIPPED)
    with pytest.raises(BadInput, match="0 to 5"):
        attention(AttentionInputs(TEXT, layers=(6,)), minilm)


def test_hidden_special_tokens_account_for_the_missing_mass(minilm):
    result = attention(AttentionInputs(TEXT, special="hide"), minilm)
    assert_close(result.weights.sum(-1) + result.removed, 1, atol=SHIPPED)
    assert result.removed.mean() > 0.2
    assert f"{result.removed.mean():.0%}" in result.transforms
    again = attention(AttentionInputs(TEXT, special="renormalise", words="sum"), minilm)
    assert_close(again.weights.sum(-1), 1, atol=SHIPPED)
    assert [token.text for token in again.keys][:2] == ["The", "cat"]


@pytest.mark.parametrize("measure", ["mean", "rollout", "norm"])
def test_aggregate_measures_have_one_head(minilm, measure):
    result = attention(AttentionInputs(TEXT, measure=measure), minilm)
    eager = eager_attentions(minilm, TEXT)
    assert result.weights.shape == (6, 1, *eager.shape[2:])
    if measure == "mean":
        assert_close(result.weights[:, 0], eager.mean(1), atol=SHIPPED)
    if measure == "rollout":
        by_hand = np.eye(eager.shape[-1])
        for layer in eager.mean(1):
            by_hand = (layer + np.eye(len(layer))) / 2 @ by_hand
        assert_close(result.weights[-1, 0], by_hand, atol=SHIPPED)
    if measure == "norm":
        assert result.weights.min() >= 0 and result.weights.max() > 0


def test_an_answer_that_is_too_large_is_refused(smollm2):
    with pytest.raises(BadInput, match="fewer layers"):
        attention(AttentionInputs("word " * 300, model="smollm2"), smollm2)


def test_neurons_make_the_weights(smollm2):
    result = attention_neuron(NeuronInputs(TEXT, model="smollm2", layer=7, head=8), smollm2)
    assert result.key_value_head == 2
    scores = result.query @ result.key.T * result.scaling + result.bias
    softmax = np.exp(scores - scores.max(-1, keepdims=True))
    softmax /= softmax.sum(-1, keepdims=True)
    assert_close(result.weights, softmax, atol=SHIPPED)
    assert_close(result.weights, eager_attentions(smollm2, TEXT)[7, 8], atol=SHIPPED)
    packed = neuron_layer(NeuronInputs(TEXT, model="smollm2", layer=7, head=8), smollm2)
    np.testing.assert_array_equal(unpack(packed["queries"], np.float32, result.query.shape), result.query)


def test_flow_of_the_model_agrees_with_networkx(minilm):
    text = "The cat sat."
    result = attention_flow_to(FlowInputs(text, layer=2, token=3), minilm)
    graph = nx.DiGraph()
    for level, capacity in enumerate(with_residual(eager_attentions(minilm, text).mean(1)[:3])):
        for i, j in np.ndindex(*capacity.shape):
            graph.add_edge((level + 1, i), (level, j), capacity=float(capacity[i, j]))
    for sink, ours in enumerate(result.flow):
        assert_close(ours, nx.maximum_flow_value(graph, (3, 3), (0, sink)), atol=5e-5)
    assert_close(result.rollout.sum(), 1, atol=SHIPPED)


def test_flow_over_many_tokens_says_why_it_is_missing(minilm):
    result = attention_flow_to(FlowInputs("word " * 400), minilm)
    assert result.flow is None and "402" in result.note
    assert_close(result.rollout.sum(), 1, atol=SHIPPED)


def test_head_summary_of_the_api_is_json(minilm):
    result = attention_heads(HeadsInputs(TEXT), minilm)
    assert result.summary.entropy.shape == (6, 12)
    assert set(result.titles) == set(vars(result.summary))


@pytest.mark.parametrize("measure", ["attention", "norm"])
def test_the_browser_gets_the_apis_numbers(minilm, measure):
    numbers = attention(AttentionInputs(TEXT, measure=measure, special="hide", words="sum"), minilm)
    data = attention_layer(LayerInputs(TEXT, measure=measure, special="hide", words="sum", layer=3), minilm)
    shape = (data["heads"], data["rows"], data["columns"])
    shown = unpack(data["data"], np.uint8, shape) / 255 * data["scale"]
    assert np.abs(shown - numbers.weights[3]).max() <= data["scale"] / 510 + 1e-6  # rounded to bytes
    removed = unpack(data["removed"], np.float32, shape[:2])
    assert_close(removed, numbers.removed[3], atol=ARRAYS)


def test_a_long_text_sends_thumbnails_and_one_layer(minilm):
    view = attention_view(Selection("word " * 600), minilm).payload
    assert view["truncated"]
    assert len(view["maps"][0]["queries"]) == 512
    assert view["maps"][0]["thumbnails"]["rows"] == 40
    everything = 6 * 12 * 512 * 512
    assert len(json.dumps(view)) < everything / 6


def test_encoder_decoder_view_offers_three_maps():
    loaded = tiny.loaded("Marian")
    view = attention_view(Selection("the cat sat", target="a dog ran", model="tiny"), loaded).payload
    assert [m["name"] for m in view["maps"]] == ["encoder", "decoder", "cross"]
    cross = view["maps"][2]
    assert (len(cross["queries"]), len(cross["keys"])) == (5, 5)
    assert not cross["has_flow"]
    rollout = attention_view(
        Selection("the cat sat", target="a dog", model="tiny", measure="rollout"), loaded
    )
    assert [m["name"] for m in rollout.payload["maps"]] == ["encoder", "decoder"]


def embedded(html):
    return json.loads(re.search(r'id="data">(.*?)</script>', html, re.S)[1])


def test_the_export_holds_every_layer_and_nothing_that_runs(minilm):
    html = attention_export(ExportInputs(HOSTILE), minilm).html
    assert "<img" not in html
    assert "http://" not in html.replace("http://www.w3.org/", "") and "https://" not in html
    assert "default-src 'none'" in html and "1/510" in html
    data = embedded(html)
    numbers = attention(AttentionInputs(HOSTILE), minilm)
    for layer in range(6):
        packed = data["layers"][f"self/{layer}"]
        shown = unpack(packed["data"], np.uint8, numbers.weights.shape[1:]) / 255
        assert np.abs(shown - numbers.weights[layer]).max() <= 1 / 510 + 1e-6
    tokens = data["payload"]["maps"][0]["queries"]
    assert [token["text"] for token in tokens[1:5]] == ["<", "/", "script", ">"]


def test_the_export_holds_only_what_was_asked_for(minilm):
    data = embedded(attention_export(ExportInputs(TEXT, layers=(2,), details=True), minilm).html)
    assert list(data["layers"]) == ["self/2"]
    assert len(data["neurons"]) == 12
    assert {one["layer"] for one in data["payload"]["findings"]} <= {2}
    assert "2" in data["missing"]["layer"]


def test_a_file_that_would_be_too_large_is_refused(smollm2):
    with pytest.raises(BadInput, match="Name the layers"):
        attention_export(ExportInputs("word " * 600, model="smollm2"), smollm2)


def test_exported_numbers_are_floats(minilm):
    inputs = AttentionInputs(TEXT, layers=(0, 5), special="hide")
    result = attention(inputs, minilm)
    with np.load(io.BytesIO(numbers_npz(result, inputs))) as saved:
        np.testing.assert_array_equal(saved["weights"], result.weights)
        assert saved["layers"].tolist() == [0, 5]
        about = json.loads(str(saved["about"]))
    assert about["origin"]["checkpoint"] == "minilm" and about["inputs"]["special"] == "hide"
    read = json.loads(numbers_json(result, inputs))
    np.testing.assert_array_equal(np.array(read["weights"], np.float32), result.weights)


@pytest.mark.parametrize(
    ("text", "layers"),
    [("", ()), (" All ", ()), ("0, 3-5", (0, 3, 4, 5)), ("2,2", (2,)), ("5", (5,)), ("0-9999," * 9999, None)],
)
def test_layers_as_people_write_them(text, layers):
    if layers is None:
        with pytest.raises(BadInput):
            parse_layers(text)
    else:
        assert parse_layers(text) == layers


def test_layers_asked_for_twice_are_computed_once(minilm):
    result = attention(AttentionInputs("a b", layers=(5, 5, 1, 5)), minilm)
    assert result.layers == (5, 1)
    exported = attention_export(ExportInputs("a b", layers=(5,) * 100), minilm)
    assert list(embedded(exported.html)["layers"]) == ["self/5"]


@pytest.mark.parametrize("text", ["x", "1-", "-1", "1;2", "³", "1,,2", "9999999999"])
def test_unreadable_layers_are_refused(text):
    with pytest.raises(BadInput, match="0, 3-5"):
        parse_layers(text)


@pytest.mark.parametrize(
    "text",
    [
        HOSTILE,
        "a\x00b\x07c",
        "\u202egnol\u202c",
        "😀" * 10_000,
        "שלום عالم",
        "x" * 5000,
        "\u200b\u200d",
        "a\n\n\tb",
    ],
)
@pytest.mark.parametrize("name", ["minilm", "smollm2"])
def test_odd_texts_make_a_correct_picture_or_a_clear_sentence(name, text, request):
    loaded = request.getfixturevalue(name)
    try:
        # A decoder of 30 layers takes a quarter of a minute for as many tokens as it reads.
        text = text[: 3000 if name == "minilm" else 200]
        result = attention(AttentionInputs(text, layers=(0,), model=name, measure="mean"), loaded)
    except BadInput as refused:
        assert refused.remedy
        return
    assert_close(result.weights.sum(-1), 1, atol=TINY)
    json.dumps([token.text for token in result.queries]).encode()
