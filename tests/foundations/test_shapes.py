"""Shapes without weights are those of a real forward pass; a hostile configuration gets a sentence."""

from __future__ import annotations

import contextlib
import io
import json
import re
from dataclasses import replace

import pytest
import torch
from torch.utils.flop_counter import FlopCounterMode

from demos.errors import BadInput
from demos.foundations.shapes import EXAMPLES
from demos.foundations.shapes.compute import SHAPES, offered
from demos.foundations.shapes.config_text import described, parsed
from demos.foundations.shapes.families import FAMILIES
from demos.foundations.shapes.headline import headline
from demos.foundations.shapes.meta_model import built, dummy_inputs
from demos.foundations.shapes.picture import cards, picture
from demos.foundations.shapes.presets import LLAMA_7B, LLAMA_70B, pasted
from demos.foundations.shapes.rows import rows_of
from demos.foundations.shapes.schemas import PASTED, ShapesInputs
from demos.foundations.shapes.show import figures, tree
from demos.foundations.shapes.snippet import snippet
from demos.foundations.shapes.trace import traced
from demos.foundations.shapes.words import amount, memory
from tests import tiny
from tests.headlines import HOSTILE, check_sentence

TINY = [family for family in tiny.FAMILIES if family not in tiny.OURS]
BERT = {
    "model_type": "bert",
    "vocab_size": 50,
    "hidden_size": 32,
    "num_hidden_layers": 3,
    "num_attention_heads": 4,
}
SIZES = (3, 7, 5)


def real(family: str):
    """A tiny model with weights, and real token ids for it."""
    model = tiny.model(family, "eager")
    batch, length, target = SIZES
    inputs = {"input_ids": torch.randint(4, 20, (batch, length))}
    if model.config.is_encoder_decoder:
        inputs["decoder_input_ids"] = torch.randint(4, 20, (batch, target))
    return model, inputs


def without_weights(model, *sizes: int):
    config = model.config.to_dict() | {"architectures": [type(model).__name__]}
    made, met = built(described(config))
    assert met and type(made) is type(model)
    assert all(tensor.is_meta for tensor in (*made.parameters(), *made.buffers()))
    return made, dummy_inputs(model.config.model_type, *sizes)


@pytest.mark.parametrize("family", TINY)
def test_shapes_on_the_meta_device_are_those_of_a_real_forward_pass(family):
    model, inputs = real(family)
    made, dummy = without_weights(model, *SIZES)
    # Of the real model every layer is computed; of the other one equal layers once.
    rows, every = rows_of(made, traced(made, dummy)), rows_of(model, traced(model, inputs, repeat=False))
    if family == "OpenAIGPT":  # its layers share one activation, which has no weights and is called by each
        every = [replace(row, calls=1) if row.name == "act" else row for row in every]
    assert rows == every


@pytest.mark.parametrize("family", TINY)
def test_parameters_flops_and_cache_are_those_of_the_libraries(family):
    model, inputs = real(family)
    made, dummy = without_weights(model, *SIZES)
    trace = traced(made, dummy)
    rows = rows_of(made, trace)
    assert rows[0].parameters == model.num_parameters() == made.num_parameters()
    with FlopCounterMode(display=False) as counter, torch.no_grad():
        out = model(**inputs)
    assert trace.flops == rows[0].flops == counter.get_total_flops()
    kept = getattr(out, "past_key_values", None)
    halves = (
        [kept.self_attention_cache, kept.cross_attention_cache]
        if model.config.is_encoder_decoder
        else [one for one in [kept] if one is not None]
    )
    assert trace.cached == sum(
        layer.keys.numel() + layer.values.numel() for half in halves for layer in half.layers
    )


def small(model_type: str) -> dict:
    """A configuration of few layers; its other sizes are the architecture's own."""
    names = ("num_hidden_layers", "n_layer", "num_layers", "encoder_layers", "decoder_layers", "n_layers")
    return {"model_type": model_type, **dict.fromkeys(names, 2)}


@pytest.mark.parametrize("model_type", sorted(FAMILIES))
def test_every_architecture_of_the_list_is_built_and_run_without_weights(model_type):
    made, _ = built(described(small(model_type)))
    trace = traced(made, dummy_inputs(model_type, *SIZES))
    rows = rows_of(made, trace)
    assert rows[0].parameters == made.num_parameters()
    assert rows[0].inputs[0] == SIZES[:2]
    written = SIZES[2] if FAMILIES[model_type] == "encoder-decoder" else SIZES[1]
    assert rows[0].outputs[0][:2] == (SIZES[0], written)
    assert traced(made, dummy_inputs(model_type, *SIZES), repeat=False).flops == trace.flops


def test_published_sizes(runner):
    """6,738,415,616 and 70,553,706,496 parameters are what the published checkpoints have."""
    for config, parameters, layers in ((LLAMA_7B, 6_738_415_616, 32), (LLAMA_70B, 70_553_706_496, 80)):
        result = runner(SHAPES, ShapesInputs(PASTED, 1, 16, config=pasted(config)))
        assert (result.parameters, result.layers, result.notes) == (parameters, layers, ())
        assert result.weight_bytes == 2 * parameters
        heads = config.get("num_key_value_heads", config["num_attention_heads"])
        width = config["hidden_size"] // config["num_attention_heads"]
        assert result.cached == layers * 2 * 16 * heads * width
        layer = next(row for row in result.rows if row.count == layers)
        assert layer.name == f"layers.0–{layers - 1}" and layer.outputs == ((1, 16, config["hidden_size"]),)


def test_tied_weights_count_where_they_are_used_first(runner):
    result = runner(SHAPES, ShapesInputs("smollm2"))
    head = result.rows[-1]
    assert (head.name, head.parameters, head.shared) == ("lm_head", 0, "model.embed_tokens")
    assert result.parameters == 134_515_008


def test_a_layer_that_all_share_is_called_several_times():
    sizes = {"hidden_size": 32, "num_attention_heads": 4, "intermediate_size": 48, "embedding_size": 16}
    made, _ = built(described({"model_type": "albert", "num_hidden_layers": 5, **sizes}))
    rows = rows_of(made, traced(made, dummy_inputs("albert", 1, 4, 1)))
    shared = next(row for row in rows if row.kind == "AlbertLayer")
    assert (shared.count, shared.calls) == (1, 5)


def test_layers_that_differ_stand_apart():
    config = small("gemma2") | {
        "num_hidden_layers": 6,
        "layer_types": ["sliding_attention", "full_attention"] * 3,
    }
    made, _ = built(described(config))
    rows = rows_of(made, traced(made, dummy_inputs("gemma2", 1, 4, 1)))
    assert [row.name for row in rows if row.count > 1] == ["layers.0, 2, … 4", "layers.1, 3, … 5"]


def test_every_configuration_that_is_offered_has_shapes(runner):
    for entry in offered():
        result = runner(SHAPES, ShapesInputs(entry.name, 1, 4, 3))
        assert result.origin.checkpoint == entry.name and result.rows[0].outputs


def paste(runner, text: str, **more):
    return runner(SHAPES, ShapesInputs(PASTED, config=text, **more))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("  ", "no configuration yet"),
        ("{" * 200_000, "characters; the limit is 100,000"),
        ("[" * 90_000, "nested too deeply"),
        ("{'a': 1}", "not JSON: line 1"),
        ("[1]", "not an object"),
        ('{"a": NaN}', "contains NaN"),
        ('{"hidden_size": 8}', "no “model_type”"),
        ('{"model_type": "<script>"}', "is not known here"),
        ('{"model_type": ["bert"]}', "is not known here"),
        ('{"model_type": {}}', "is not known here"),
        ('{"model_type": "mixtral"}', "experts"),
        ('{"model_type": "xlnet"}', "looks at numbers while it runs"),
        ('{"model_type": "elmo"}', "gallery's own"),
    ],
)  # fmt: skip
def test_what_is_no_configuration_is_refused(runner, text, said):
    with pytest.raises(BadInput, match=re.escape(said)) as caught:
        paste(runner, text)
    assert caught.value.remedy


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"num_hidden_layers": 10**9}, "“num_hidden_layers” is 1,000,000,000; the limit here is 512"),
        ({"num_hidden_layers": 10**400}, "more than 15 digits"),
        ({"hidden_size": -768}, "“hidden_size” is -768; no size is negative"),
        ({"hidden_size": 10**12}, "the limit here is 10,000,000"),
        ({"hidden_size": "768"}, "“hidden_size” must be a whole number, not a text"),
        ({"hidden_size": True}, "“hidden_size” must be a whole number, not true or false"),
        ({"hidden_size": None}, "“hidden_size” must be a whole number, not null"),
        ({"hidden_size": 31.5}, "“hidden_size” must be a whole number, not a number"),
        ({"hidden_size": [32]}, "“hidden_size” must be a whole number, not a list"),
        ({"hidden_size": 33}, "No bert can be made of these sizes"),
        ({"hidden_act": "os.system"}, "No bert can be made of these sizes"),
        ({"hidden_act": "x" * 1000}, "is a text of 1,000 characters"),
        ({"num_attention_heads": 0}, "No bert can be made of these sizes"),
        ({"pad_token_id": 60}, "No bert can be made of these sizes"),
        ({"layer_norm_eps": [[[[1]]]]}, "long or deeply nested"),
        ({"max_position_embeddings": 8}, "The input is 16 tokens; the configuration has 8 positions"),
    ],
)  # fmt: skip
def test_sizes_that_make_no_model_are_refused(runner, values, said):
    with pytest.raises(BadInput, match=re.escape(said)) as caught:
        paste(runner, json.dumps(BERT | values))
    assert caught.value.remedy


def test_infinity_is_no_size(runner):
    with pytest.raises(BadInput, match="too large to be a number"):
        paste(runner, '{"model_type": "bert", "layer_norm_eps": 1e999}')


def test_modules_that_only_another_field_multiplies_are_bounded(runner):
    with pytest.raises(BadInput, match="“inner_group_num” is 9; the limit here is 8"):
        paste(runner, '{"model_type": "albert", "inner_group_num": 9}')


def test_nothing_that_the_file_asks_for_is_run(runner, monkeypatch):
    import transformers.dynamic_module_utils as dynamic

    def fetched(*_, **__):
        raise AssertionError("code was asked for")

    monkeypatch.setattr(dynamic, "get_class_from_dynamic_module", fetched)
    asks = {
        "auto_map": {"AutoConfig": "evil/repo--configuration.Evil", "AutoModel": "modeling.Evil"},
        "trust_remote_code": True,
        "architectures": ["os", "BertForQuestionAnswering"],
        "_attn_implementation": "kernels-community/evil",
        "attn_implementation": "kernels-community/evil",
        "_name_or_path": "/etc",
        "dtype": "float16",
        "quantization_config": {"quant_method": "evil"},
        "rope_scaling": {"rope_type": {}},
    }
    result = paste(runner, json.dumps(BERT | asks))
    assert result.class_name == "BertForQuestionAnswering"
    assert "none was fetched or run" in result.notes[0] and "quantization" in result.notes[1]
    assert "evil" not in result.config
    assert torch.get_default_dtype() == torch.float32


def test_a_class_of_another_family_is_not_taken(runner):
    result = paste(runner, json.dumps(BERT | {"architectures": ["LlamaForCausalLM", 3, None]}))
    assert result.class_name == "BertModel" and "not shown here" in result.notes[0]


def test_the_number_of_labels_is_that_of_the_file(runner):
    config = BERT | {"architectures": ["BertForTokenClassification"], "id2label": dict.fromkeys("abcde", "")}
    assert paste(runner, json.dumps(config)).rows[0].outputs == ((2, 16, 5),)


def test_an_unknown_source_is_refused(runner):
    for source in ("<b>", "debate-bilstm", ""):
        with pytest.raises(BadInput, match="no configuration called"):
            runner(SHAPES, ShapesInputs(source))


def test_the_other_numbers_of_a_row_count_one_layer(runner):
    result = runner(SHAPES, ShapesInputs("minilm", 2, 16))
    layer = next(row for row in result.rows if row.count == 6)
    outside = sum(row.parameters for row in result.rows if row.depth == 1 and row.name != "encoder")
    assert result.parameters == outside + 6 * layer.parameters
    scores = next(row for row in result.rows if row.product)
    assert scores.outputs == ((2 * 12, 16, 16),) and scores.flops == 2 * (2 * 12) * 16 * 16 * 32


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda one: one.label)
def test_pages_show_every_step_once(runner, example):
    result = runner(SHAPES, example.inputs)
    check_sentence(headline(example.inputs, result))
    drawn = picture(example.inputs, result)
    assert drawn.count("<li") == sum(len(card.steps) for card in cards(result.rows))
    assert tree(example.inputs, result).count('class="shapes-row"') == len(result.rows)
    assert amount(result.parameters) in figures(example.inputs, result)


@pytest.mark.parametrize(("length", "shown"), [(16, True), (32, False)])
def test_the_product_of_tokens_with_tokens_shows_both_lengths(runner, length, shown):
    """Of 32 tokens in heads that are 32 wide nobody can tell which of the two a number is."""
    inputs = ShapesInputs("minilm", 2, length)
    drawn = picture(inputs, runner(SHAPES, inputs))
    both = f'[24, <b class="shapes-length">{length}</b>, <b class="shapes-length">{length}</b>]'
    assert drawn.count(both) == drawn.count("shapes-compares") == int(shown)
    assert drawn.count(f'[24, <b class="shapes-length">{length}</b>, 32]') == (1 if shown else 2)


def test_what_a_file_says_is_escaped(runner):
    config = BERT | {"architectures": [HOSTILE], "hidden_act": "relu", "_name_or_path": HOSTILE}
    inputs = ShapesInputs(PASTED, config=json.dumps(config))
    result = runner(SHAPES, inputs)
    page = figures(inputs, result) + picture(inputs, result) + tree(inputs, result)
    assert "<script" not in page
    with pytest.raises(BadInput) as caught:
        paste(runner, json.dumps(BERT | {"hidden_act": HOSTILE}))
    assert "\n" not in str(caught.value)


def test_a_bar_is_as_long_as_the_logarithm(runner):
    inputs = ShapesInputs("minilm")
    shares = re.findall(r"--share: ([\d.]+)\"><i>", picture(inputs, runner(SHAPES, inputs)))
    assert max(map(float, shares)) == 1.0 and min(map(float, shares)) > 0.0


@pytest.mark.parametrize("source", ["minilm", "marian-en-fr", "caption-world-gpt"])
def test_the_same_in_python_prints_the_same_shapes(runner, source):
    inputs = ShapesInputs(source, 2, 6, 4)
    result = runner(SHAPES, inputs)
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        exec(snippet(inputs, result), {})
    lines = printed.getvalue().splitlines()
    assert lines[-1] == f"{result.parameters:,} parameters"
    shapes = {tuple(json.loads(re.sub(r"^.*?\[", "[", line))) for line in lines[:-1]}
    assert {row.outputs[0] for row in result.rows if row.outputs and not row.product} == shapes


@pytest.mark.parametrize(
    ("number", "said"),
    [
        (0, "0"),
        (999_000, "999,000"),
        (22_713_216, "22.7 million"),
        (6.74e9, "6.74 billion"),
        (999_999_999, "1 billion"),
        (4.4494e12, "4.45 trillion"),
        (1.28e18, "1,280 quadrillion"),
    ],
)
def test_amounts_in_words(number, said):
    assert amount(number) == said


def test_memory_in_words():
    assert [memory(n) for n in (12, 45_426_432, 141e9)] == ["12 bytes", "45.4 MB", "141 GB"]


def test_a_configuration_is_read_as_text():
    assert parsed(json.dumps(BERT)).fields["hidden_size"] == 32


def test_the_embeddings_hold_half_of_the_small_encoder_and_take_no_flops(runner):
    result = runner(SHAPES, EXAMPLES[0].inputs)
    [embeddings] = [row for row in result.rows if row.depth == 1 and row.name == "embeddings"]
    assert 2 * embeddings.parameters > result.parameters and embeddings.flops == 0
