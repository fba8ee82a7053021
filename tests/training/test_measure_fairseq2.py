"""What fairseq2's environment is given, and what is said of its figures."""

from __future__ import annotations

import dataclasses
import json
import math
import re
from importlib import util
from pathlib import Path

import pytest
import torch

from demos.foundations.dialects import EXAMPLES, INFO
from demos.foundations.dialects.compute import DIALECTS, MODELS
from demos.foundations.dialects.figures import PATH, measured
from demos.foundations.dialects.headline import scientific
from demos.foundations.dialects.names import fairseq2_names
from demos.foundations.dialects.schemas import DialectsInputs
from demos.foundations.dialects.show import answer, in_fairseq2, parity
from demos.foundations.dialects.translate import by_fairseq_names, source
from demos.models.cache import shared_cache
from training import measure_fairseq2

# fairseq2's own names, as its layers' state_dict() has them; the rest are as in fairseq.
RENAMED = {
    "encoder_attn": "encoder_decoder_attn",
    "encoder_attn_layer_norm": "encoder_decoder_attn_layer_norm",
    "out_proj": "output_proj",
    "fc1": "ffn.inner_proj",
    "fc2": "ffn.output_proj",
    "final_layer_norm": "ffn_layer_norm",
}


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda one: one.label)
def test_every_name_of_the_table_has_one_in_fairseq2(runner, example):
    rows = runner(DIALECTS, example.inputs).parameters
    names = fairseq2_names("decoder layer" in example.inputs.layer)
    assert list(names) == [row.fairseq for row in rows]
    for old, new in names.items():
        assert new == ".".join(RENAMED.get(part, part) for part in old.split("."))


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda one: one.label)
def test_the_page_says_which_names_change(runner, example):
    shown = in_fairseq2(runner(DIALECTS, example.inputs))
    said = dict(re.findall(r"<code>([\w.]+)</code> → <code>([\w.]+)</code>", shown))
    names = fairseq2_names("decoder layer" in example.inputs.layer)
    assert {f"{old}.{kind}": f"{new}.{kind}" for old, new in said.items() for kind in ("weight", "bias")} == {
        old: new for old, new in names.items() if old != new
    }


@pytest.mark.parametrize("kind", MODELS)
def test_the_written_folder_holds_a_layer_and_its_answer(tmp_path, kind):
    """The file's weights in fairseq's names, given what was read, answer what was written."""
    measure_fairseq2.write(tmp_path, [(kind, 2)])
    (folder,) = tmp_path.iterdir()
    weights, about = measure_fairseq2.opened(folder / measure_fairseq2.WEIGHTS)
    reading, told = measure_fairseq2.opened(folder / measure_fairseq2.READING)
    decoder = kind.endswith("decoder layer")
    prefix = f"{'decoder' if decoder else 'encoder'}.layers.1."
    assert json.loads(told["names"]) == fairseq2_names(decoder)
    assert {prefix + name for name in json.loads(told["names"])} == set(weights)
    assert (json.loads(told["layer"]), json.loads(told["number"])) == (kind, 2)
    with shared_cache().lease(MODELS[kind][0]) as loaded:
        layer = source(loaded.model, 1, decoder)
    assert (int(about["heads"]), float(about["layer_norm_eps"])) == (layer.heads, layer.epsilon)
    doubles = {name.removeprefix(prefix): one.double() for name, one in weights.items()}
    out = by_fairseq_names(doubles, layer, reading["states"], reading.get("memory"))
    assert reading["output"].dtype == torch.float64
    assert (out - reading["output"]).abs().max() < 1e-9


def test_the_figures_are_of_every_layer_of_the_page():
    found = measured()
    assert [(one.layer, one.number) for one in found.layers] == [
        (kind, number) for kind, (_, most) in MODELS.items() for number in range(1, most + 1)
    ]
    assert found.sentence == DialectsInputs().text
    for one in found.layers:
        assert 0 <= one.difference < 1e-12 < one.float32_softmax < 1e-6 < one.largest
        # Only BERT's norms have another epsilon than fairseq2's default.
        assert (one.default_epsilon > 1e-12) == one.layer.startswith("BERT")


def test_the_sentence_says_what_the_figures_say():
    plain = json.loads(PATH.read_text(encoding="utf-8"))
    most = max(row["difference"] for row in plain["layers"])
    (mantissa, power) = re.search(r"at most ([\d.]+) · 10(⁻[⁰¹²³⁴-⁹]+) in", parity()).groups()
    powers = str.maketrans("⁻⁰¹²³⁴⁵⁶⁷⁸⁹", "-0123456789")
    assert float(f"{mantissa}e{power.translate(powers)}") == pytest.approx(most, rel=0.05)
    for part in (plain["versions"]["fairseq2"], plain["date"], plain["sentence"], plain["made_by"]):
        assert part in parity()
    assert f"all {len(plain['layers'])} layers" in parity()


def test_the_script_that_is_named_is_there(runner):
    module = re.fullmatch(r"python -m (training\.\w+) --read \w+", measured().made_by)[1]
    assert module == measure_fairseq2.__name__
    file = Path(util.find_spec(module).origin)
    assert file == PATH.parents[2] / re.search(r"training/\w+\.py", INFO.limits)[0]
    assert parity() in answer(runner(DIALECTS, EXAMPLES[0].inputs))


@pytest.mark.parametrize(
    ("value", "said"),
    [(1.8e-15, "1.8 · 10⁻¹⁵"), (9.96e-9, "1.0 · 10⁻⁸"), (2.0, "2.0 · 10⁰"), (3e12, "3.0 · 10¹²")],
)
def test_powers_of_ten(value, said):
    assert scientific(value) == said


def test_the_script_and_the_page_mean_the_same_figures():
    names = {field.name for field in dataclasses.fields(type(measured().layers[0]))}
    plain = json.loads(PATH.read_text(encoding="utf-8"))
    assert all(row.keys() == names for row in plain["layers"])
    assert all(math.isfinite(value) for row in plain["layers"] for value in list(row.values())[2:])
    assert measure_fairseq2.PATH == PATH
