"""One layer of a shipped model in three dialects: the same weights, the same input, the same answer."""

from __future__ import annotations

import base64
import json
from collections.abc import Sequence

from demos.contract import Endpoint
from demos.errors import BadInput
from demos.foundations.dialects.headline import headline
from demos.foundations.dialects.names import full, roles, third
from demos.foundations.dialects.schemas import Dialects, DialectsInputs, Layer, LayerFile, Parameter
from demos.models.specs import Loaded, Spec
from demos.texts import check_text

MODELS: dict[Layer, tuple[Spec, int]] = {
    "BERT's encoder layer": (Spec("bert-tiny-mlm"), 2),
    "Marian's encoder layer": (Spec("marian-en-fr"), 4),
    "Marian's decoder layer": (Spec("marian-en-fr"), 4),
}
"""The checkpoint that a layer is of, and how many such layers it has."""
MAX_CHARACTERS = 500
SHOWN = 6
"""Numbers of the output that are shown."""


def dialects(inputs: DialectsInputs, loaded: Sequence[Loaded]) -> Dialects:
    """One layer on a sentence, by transformers and by torch.nn in float64, with the largest difference; and
    what each of its parameters is called in transformers, torch.nn and fairseq."""
    from demos.foundations.dialects import translate

    (model,) = loaded
    decoder, place = _is_decoder(inputs.layer), inputs.number - 1
    tokens, states, memory = translate.reading(model, inputs.text, place, decoder)
    layer = translate.source(model.model, place, decoder)
    out = translate.by_transformers(layer, states, memory)
    other = translate.by_torch_nn(layer, states, memory)
    named = translate.by_fairseq_names(translate.to_fairseq(layer), layer, states, memory)
    state = layer.layer.state_dict()
    _, n, width = out.shape
    return Dialects(
        tuple(tokens),
        (1, n, width),
        tuple(out[0, 0, :SHOWN].tolist()),
        float((out - other).abs().max()),
        float((out - named).abs().max()),
        float(out.abs().max()),
        tuple(
            Parameter(
                full(layer.own, role, kind),
                full(layer.torch_nn, role, kind),
                full(layer.fairseq, role, kind),
                tuple(state[full(layer.own, role, kind)].shape),
                third(role),
            )
            for role, kind in roles(layer.own)
        ),
        layer.heads,
        layer.activation,
        layer.epsilon,
        model.origin,
    )


def layer_file(inputs: DialectsInputs, loaded: Sequence[Loaded]) -> LayerFile:
    """The layer's weights as a safetensors file in fairseq's names, as float32, base64."""
    from safetensors.torch import save

    from demos.foundations.dialects import translate

    decoder, place = _is_decoder(inputs.layer), inputs.number - 1
    layer = translate.source(loaded[0].model, place, decoder)
    half = "decoder" if decoder else "encoder"
    weights = {
        f"{half}.layers.{place}.{name}": tensor.float().contiguous()
        for name, tensor in translate.to_fairseq(layer).items()
    }
    about = {
        "names": "fairseq, TransformerEncoderLayerBase and TransformerDecoderLayerBase",
        "from": f"{inputs.layer}, number {inputs.number}, of {loaded[0].origin.title}",
        "heads": str(layer.heads),
        "activation": layer.activation,
        "layer_norm_eps": str(layer.epsilon),
        "normalize_before": "false",
        "licence": loaded[0].origin.licence,
    }
    packed = base64.b64encode(_in_order(save(weights, about))).decode("ascii")
    return LayerFile(f"{half}-layer-{inputs.number}-fairseq.safetensors", packed, loaded[0].origin)


def _in_order(file: bytes) -> bytes:
    """The same safetensors file with its metadata sorted: the library writes them in another order in every
    process, and the same question must get the same bytes. The header, JSON after its length in 8 bytes, ends
    in spaces so that the tensors begin at a multiple of 8 bytes (safetensors' format)."""
    end = 8 + int.from_bytes(file[:8], "little")
    header = json.loads(file[8:end])
    header["__metadata__"] = dict(sorted(header["__metadata__"].items()))
    text = json.dumps(header, separators=(",", ":"), ensure_ascii=False).encode()
    text += b" " * (-len(text) % 8)
    return len(text).to_bytes(8, "little") + text + file[end:]


def _is_decoder(layer: Layer) -> bool:
    return layer.endswith("decoder layer")


def specs(inputs: DialectsInputs) -> list[Spec]:
    """The model whose layer it is."""
    return [MODELS[inputs.layer][0]]


def check(inputs: DialectsInputs) -> None:
    """Raises `BadInput` for a text that no layer can read, and for a layer that the model has not."""
    check_text(inputs.text, "sentence")
    if len(inputs.text) > MAX_CHARACTERS:
        raise BadInput(
            f"The sentence has {len(inputs.text):,} characters; the limit is {MAX_CHARACTERS}.",
            "Use a shorter one.",
        )
    most = MODELS[inputs.layer][1]
    if inputs.number > most:
        raise BadInput(
            f"This model has {most} such layers, so none is number {inputs.number}.", f"Choose 1 to {most}."
        )


DIALECTS = Endpoint("dialects", dialects, None, check=check, several=specs, headline=headline)
LAYER_FILE = Endpoint("dialects_file", layer_file, None, check=check, several=specs)
