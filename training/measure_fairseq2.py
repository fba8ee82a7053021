"""How near fairseq2's own layers come to transformers' when they load the files of the page Dialects.

    python -m training.measure_fairseq2 --write layers    # in this project's environment
    python -m training.measure_fairseq2 --read layers     # in one with fairseq2: pip install fairseq2==0.8.1

There are two environments because fairseq2 0.8.1 wants torch 2.9.1 and transformers 4; the second half needs
nothing of this project but this file.

The first half writes, for each layer of each model, the file that the page offers to take along, as it is,
and beside it what the layer read and what it answered in transformers, in float64. The second half builds
fairseq2's `StandardTransformerEncoderLayer` or `StandardTransformerDecoderLayer` with its norms behind the
sums, loads the file through fairseq2's own translation of fairseq's names (that of its NLLB), which has to
agree with the page's, and reads the same input. It writes assets/figures/fairseq2.json, with the largest
absolute difference from transformers' output

- **difference**: with the attention that fairseq2 takes by default, torch's, and the epsilon of the model;
- **float32_softmax**: with its attention in Python, `NaiveSDPA`, whose softmax is always in float32;
- **default_epsilon**: with norms whose epsilon is 1e-5, fairseq2's default, and fairseq's only one.
"""

from __future__ import annotations

import argparse
import datetime
import json
import platform
from collections.abc import Callable, Iterable, Mapping
from importlib.metadata import version
from pathlib import Path
from typing import Any

import torch
from safetensors import safe_open
from safetensors.torch import save_file

PATH = Path(__file__).parents[1] / "assets" / "figures" / "fairseq2.json"
WEIGHTS, READING = "weights.safetensors", "reading.safetensors"
EPSILON = 1e-5
Tensors = dict[str, torch.Tensor]


def write(folder: Path, layers: Iterable[tuple[Any, int]]) -> None:
    """Writes a folder for each layer, named by its kind and its number (from 1): the page's file, and the
    layer's input, memory and output in transformers as [1, tokens, width] in float64."""
    import base64

    from demos.foundations.dialects import translate
    from demos.foundations.dialects.compute import MODELS, layer_file
    from demos.foundations.dialects.names import fairseq2_names
    from demos.foundations.dialects.schemas import DialectsInputs
    from demos.models.cache import shared_cache

    for place, (kind, number) in enumerate(layers):
        inputs, decoder = DialectsInputs(kind, number), kind.endswith("decoder layer")
        with shared_cache().lease(MODELS[kind][0]) as loaded:
            file = layer_file(inputs, [loaded])
            _, states, memory = translate.reading(loaded, inputs.text, number - 1, decoder)
            layer = translate.source(loaded.model, number - 1, decoder)
        tensors = {"states": states, "output": translate.by_transformers(layer, states, memory)}
        if memory is not None:
            tensors["memory"] = memory
        about = {
            "layer": kind,
            "number": number,
            "sentence": inputs.text,
            "names": fairseq2_names(decoder),
            "reference": {name: version(name) for name in ("transformers", "torch")},
        }
        to = folder / f"{place:02}"
        to.mkdir(parents=True)
        (to / WEIGHTS).write_bytes(base64.b64decode(file.base64))
        save_file({name: one.contiguous() for name, one in tensors.items()}, to / READING, plain(about))


def plain(about: Mapping[str, Any]) -> dict[str, str]:
    """Settings as safetensors' metadata, which holds strings only."""
    return {name: json.dumps(value) for name, value in about.items()}


def opened(path: Path) -> tuple[Tensors, dict[str, str]]:
    """The tensors of a safetensors file, and its metadata."""
    with safe_open(path, "pt") as file:
        return {name: file.get_tensor(name) for name in file.keys()}, file.metadata()  # noqa: SIM118


def by_fairseq2(weights: Tensors, names: Mapping[str, str]) -> Tensors:
    """One layer's weights in the names of fairseq2, by its own translation and without a prefix. Raises
    ValueError if it is not the given one."""
    from fairseq2.models.nllb import NllbConfig  # pyright: ignore[reportMissingImports]
    from fairseq2.models.nllb.interop import convert_nllb_state_dict  # pyright: ignore[reportMissingImports]

    # The translation knows fairseq's checkpoints by their vocabularies, and reorders these.
    vocabularies = dict.fromkeys(
        ("decoder.embed_tokens.weight", "decoder.output_projection.weight"), torch.zeros(4, 1)
    )
    every: Mapping[str, torch.Tensor] = convert_nllb_state_dict({**weights, **vocabularies}, NllbConfig())
    prefix = ".".join(next(iter(weights)).split(".")[:3]) + "."
    found = {name.removeprefix(prefix): one for name, one in every.items() if name.startswith(prefix)}
    expected = {names[name.removeprefix(prefix)]: one for name, one in weights.items()}
    if found.keys() != expected.keys() or any(found[name] is not expected[name] for name in found):
        raise ValueError(f"fairseq2 has other names: {sorted(found)}, not {sorted(expected)}")
    return found


def built(weights: Tensors, about: Mapping[str, str], sdpa: Callable[[Any], Any], epsilon: float) -> Any:
    """fairseq2's layer with weights in its names, for inputs in float64."""
    from fairseq2.models import transformer as fs2  # pyright: ignore[reportMissingImports]
    from fairseq2.nn import StandardLayerNorm  # pyright: ignore[reportMissingImports]

    inner, width = weights["ffn.inner_proj.weight"].shape
    double = {"dtype": torch.float64}

    def attention(bias: Any) -> Any:
        return fs2.StandardMultiheadAttention(width, int(about["heads"]), sdpa(bias), **double)

    def norm() -> Any:
        return StandardLayerNorm(width, bias=True, eps=epsilon, **double)

    activation = {"relu": torch.nn.ReLU, "gelu": torch.nn.GELU}[about["activation"]]()
    ffn = fs2.StandardFeedForwardNetwork(width, inner, bias=True, inner_activation=activation, **double)
    order = {"norm_order": fs2.TransformerNormOrder.POST}
    if "encoder_decoder_attn.q_proj.weight" in weights:
        first, second = attention(fs2.CausalAttentionBias()), attention(fs2.IdentityBias())
        parts = (first, norm(), second, norm(), ffn, norm())
        layer = fs2.StandardTransformerDecoderLayer(*parts, **order)
    else:
        parts = (attention(fs2.IdentityBias()), norm(), ffn, norm())
        layer = fs2.StandardTransformerEncoderLayer(*parts, **order)
    layer.load_state_dict(weights)
    return layer.eval()


@torch.no_grad()
def difference(layer: Any, reading: Tensors) -> float:
    """The largest absolute difference of a layer's output from the written one, to two digits."""
    from fairseq2.models.transformer import AttentionBiasCache  # pyright: ignore[reportMissingImports]
    from fairseq2.nn import BatchLayout  # pyright: ignore[reportMissingImports]

    states, memory = reading["states"], reading.get("memory")
    read = [states, BatchLayout.of(states)]
    if memory is not None:
        read += [memory, BatchLayout.of(memory)]
    out = layer(*read, AttentionBiasCache())
    if out.dtype != torch.float64:
        raise ValueError(f"fairseq2 answered in {out.dtype}")
    return float(f"{(out - reading['output']).abs().max():.1e}")


def measure(folder: Path) -> dict[str, Any]:
    """The differences of one layer."""
    from fairseq2.models.transformer.sdpa.default import (  # pyright: ignore[reportMissingImports]
        create_default_sdpa,
    )
    from fairseq2.models.transformer.sdpa.naive import NaiveSDPA  # pyright: ignore[reportMissingImports]

    weights, about = opened(folder / WEIGHTS)
    reading, told = opened(folder / READING)
    named = by_fairseq2(weights, json.loads(told["names"]))
    epsilon = float(about["layer_norm_eps"])
    return {
        "layer": json.loads(told["layer"]),
        "number": json.loads(told["number"]),
        "numbers": reading["output"].numel(),
        "largest": round(float(reading["output"].abs().max()), 3),
        "difference": difference(built(named, about, create_default_sdpa, epsilon), reading),
        "float32_softmax": difference(built(named, about, NaiveSDPA, epsilon), reading),
        "default_epsilon": difference(built(named, about, create_default_sdpa, EPSILON), reading),
    }


def main() -> None:
    """Writes the layers, or reads them and writes the figures."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    half = parser.add_mutually_exclusive_group(required=True)
    half.add_argument("--write", type=Path, metavar="FOLDER", help="write layers and what they answer")
    half.add_argument("--read", type=Path, metavar="FOLDER", help="read them in fairseq2")
    options = parser.parse_args()
    torch.set_num_threads(1)
    if options.write:
        from demos.foundations.dialects.compute import MODELS

        every = [(kind, number) for kind, (_, most) in MODELS.items() for number in range(1, most + 1)]
        return write(options.write, every)
    folders = sorted(options.read.iterdir())
    layers = [measure(folder) for folder in folders]
    _, told = opened(folders[0] / READING)
    written = {
        "made_by": f"python -m training.measure_fairseq2 --read {options.read.name}",
        "date": datetime.date.today().isoformat(),
        "sentence": json.loads(told["sentence"]),
        "versions": {
            **{name: version(name) for name in ("fairseq2", "fairseq2n", "torch")},
            "python": platform.python_version(),
        },
        "reference": json.loads(told["reference"]),
        "layers": layers,
    }
    PATH.write_text(json.dumps(written, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    print(json.dumps(layers, indent=1))


if __name__ == "__main__":
    main()
