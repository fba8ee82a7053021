"""What four libraries call the parameters of one transformer layer.

fairseq's names are those of `TransformerEncoderLayerBase` and `TransformerDecoderLayerBase` in
facebookresearch/fairseq, fairseq/modules/transformer_layer.py at commit
00b6434517715763958ef0784bb71d175b0be9f5, and of its `MultiheadAttention`; its tensors are [tokens, texts,
width], time first. The layer's prefix in a whole checkpoint is "encoder.layers.0." or "decoder.layers.0.".

fairseq2's are those of `StandardTransformerEncoderLayer` and `StandardTransformerDecoderLayer` in fairseq2
0.8.1; its tensors are [texts, tokens, width].
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

STACKED = "qkv"
"""The letters of queries, keys and values: in torch.nn's order one tensor."""

# role -> its name, without ".weight" and ".bias"
BERT = {
    "self.q": "attention.self.query",
    "self.k": "attention.self.key",
    "self.v": "attention.self.value",
    "self.o": "attention.output.dense",
    "self.norm": "attention.output.LayerNorm",
    "inner": "intermediate.dense",
    "outer": "output.dense",
    "norm": "output.LayerNorm",
}
FAIRSEQ_ENCODER = {
    "self.q": "self_attn.q_proj",
    "self.k": "self_attn.k_proj",
    "self.v": "self_attn.v_proj",
    "self.o": "self_attn.out_proj",
    "self.norm": "self_attn_layer_norm",
    "inner": "fc1",
    "outer": "fc2",
    "norm": "final_layer_norm",
}
FAIRSEQ_DECODER = FAIRSEQ_ENCODER | {
    "cross.q": "encoder_attn.q_proj",
    "cross.k": "encoder_attn.k_proj",
    "cross.v": "encoder_attn.v_proj",
    "cross.o": "encoder_attn.out_proj",
    "cross.norm": "encoder_attn_layer_norm",
}
MARIAN_ENCODER, MARIAN_DECODER = FAIRSEQ_ENCODER, FAIRSEQ_DECODER
"""transformers took BART's layer over from fairseq with its names, and Marian's from BART."""
FAIRSEQ2_ENCODER = FAIRSEQ_ENCODER | {
    "self.o": "self_attn.output_proj",
    "inner": "ffn.inner_proj",
    "outer": "ffn.output_proj",
    "norm": "ffn_layer_norm",
}
FAIRSEQ2_DECODER = (
    FAIRSEQ_DECODER
    | FAIRSEQ2_ENCODER
    | {
        "cross.q": "encoder_decoder_attn.q_proj",
        "cross.k": "encoder_decoder_attn.k_proj",
        "cross.v": "encoder_decoder_attn.v_proj",
        "cross.o": "encoder_decoder_attn.output_proj",
        "cross.norm": "encoder_decoder_attn_layer_norm",
    }
)
NN_ENCODER = {
    "self.q": "self_attn.in_proj_",
    "self.k": "self_attn.in_proj_",
    "self.v": "self_attn.in_proj_",
    "self.o": "self_attn.out_proj",
    "self.norm": "norm1",
    "inner": "linear1",
    "outer": "linear2",
    "norm": "norm2",
}
NN_DECODER = NN_ENCODER | {
    "cross.q": "multihead_attn.in_proj_",
    "cross.k": "multihead_attn.in_proj_",
    "cross.v": "multihead_attn.in_proj_",
    "cross.o": "multihead_attn.out_proj",
    "cross.norm": "norm2",
    "norm": "norm3",
}
ORDER = ("self", "self.o", "self.norm", "cross", "cross.o", "cross.norm", "inner", "outer", "norm")


def roles(names: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """The roles of a layer's parameters with "weight" or "bias", in the order of computation; of queries,
    keys and values the weights together, then the biases, as torch.nn stacks them."""
    for role in ORDER:
        several = [f"{role}.{letter}" for letter in STACKED] if role in ("self", "cross") else [role]
        for kind in ("weight", "bias"):
            yield from ((one, kind) for one in several if one in names)


def full(names: Mapping[str, str], role: str, kind: str) -> str:
    """The whole name of a parameter: "fc1.weight", "self_attn.in_proj_weight"."""
    name = names[role]
    return name + kind if name.endswith("_") else f"{name}.{kind}"


def third(role: str) -> int | None:
    """Which third of torch.nn's stacked tensor a role is."""
    letter = role.rpartition(".")[2]
    return STACKED.index(letter) if letter in STACKED else None


def fairseq2_names(decoder: bool) -> dict[str, str]:
    """fairseq's name of each parameter of a layer, and the one that fairseq2 has for it."""
    old, new = (FAIRSEQ_DECODER, FAIRSEQ2_DECODER) if decoder else (FAIRSEQ_ENCODER, FAIRSEQ2_ENCODER)
    return {full(old, *one): full(new, *one) for one in roles(old)}
