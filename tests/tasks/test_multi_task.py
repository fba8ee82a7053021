from __future__ import annotations

import threading

import pytest
import torch
import transformers
from safetensors.torch import save_file

from demos.errors import BadInput
from demos.models import recording
from demos.models.adapters import adapt
from demos.models.cache import Loaded, ModelCache, Origin, Spec
from demos.models.shared_encoder import SharedEncoder
from demos.tasks.shared_encoder.multi_task import PAIR, SINGLE, counted, predict
from tests.closeness import ARRAYS, TINY, assert_close

TAGS = ["O", "B-PER", "I-PER"]
HEADS = {
    "sentiment": ["negative", "positive"],
    "entailment": ["entailment", "neutral", "contradiction"],
    "relatedness": ["relatedness"],
    "entities": TAGS,
}
ORIGIN = Origin("tiny", "Tiny", None, None, "bundled", "MIT", "")


@pytest.fixture(scope="module")
def loaded(tmp_path_factory):
    """Random heads on a random base with the real tokenizer, put together as a shipped adapter is."""
    folder = tmp_path_factory.mktemp("heads")
    torch.manual_seed(0)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("STAGE_MODELS", "bundled")
        with ModelCache(10**9).lease(Spec("minilm")) as minilm:
            tokenizer = minilm.tokenizer
    config = transformers.BertConfig(
        hidden_size=16, num_hidden_layers=2, num_attention_heads=2, intermediate_size=32, stage_heads=HEADS
    )
    base = transformers.BertModel(config).eval()
    heads = {f"heads.{name}.weight": torch.randn(len(classes), 16) for name, classes in HEADS.items()}
    biases = {f"heads.{name}.bias": torch.randn(len(classes)) for name, classes in HEADS.items()}
    save_file(heads | biases, folder / "model.safetensors")
    config.save_pretrained(folder)
    on = Loaded(Spec("tiny"), base, tokenizer, ORIGIN, 0)
    return adapt(SharedEncoder, Spec("tiny", "multi-task"), str(folder), on, ORIGIN)


def test_one_text_is_read_once_for_both_of_its_heads(loaded):
    found = predict(loaded, "Ann adored this film.")
    assert found.forward_passes == 1
    assert list(found.sentiment) == HEADS["sentiment"]
    assert_close(sum(found.sentiment.values()), 1, atol=ARRAYS)
    assert (found.entailment, found.relatedness) == (None, None)


def test_a_pair_is_a_second_input_and_is_read_once_for_its_two_heads(loaded):
    alone, found = predict(loaded, "A man plays."), predict(loaded, "A man plays.", "A dog runs.")
    assert found.forward_passes == 2
    assert (found.sentiment, found.names) == (alone.sentiment, alone.names)
    assert list(found.entailment) == HEADS["entailment"]
    assert 1 <= found.relatedness <= 5


def test_the_count_is_of_runs_that_happened(loaded):
    with recording.record() as records:
        found = predict(loaded, "A man plays.", "A dog runs.")
    assert len(records) == found.forward_passes * loaded.model.config.num_hidden_layers


def test_heads_are_linear_layers_on_the_first_token_or_on_every_one(loaded):
    model, batch = loaded.model, loaded.tokenizer("A man plays.", "A dog runs.", return_tensors="pt")
    with torch.no_grad():
        states = model.bert(**batch).last_hidden_state
        said = model((*SINGLE, *PAIR), **batch)
    for name, head in model.heads.items():
        read = states if name == "entities" else states[:, 0]
        assert_close(said[name], read @ head.weight.T + head.bias, atol=TINY)


def test_names_are_what_the_entity_head_tags(loaded):
    text = "Ann met Bob, unbelievably."
    batch = loaded.tokenizer(text, return_tensors="pt", return_offsets_mapping=True)
    offsets = batch.pop("offset_mapping")[0].tolist()
    with torch.no_grad():
        tags = loaded.model(("entities",), **batch)["entities"][0].argmax(-1).tolist()
    marked = {
        start for (start, end), tag in zip(offsets, tags, strict=True) if end > start and TAGS[tag] != "O"
    }
    inside = {i for name in predict(loaded, text).names for i in range(name.start, name.end)}
    pieces = loaded.tokenizer.convert_ids_to_tokens(batch["input_ids"][0])
    heads = {start for (start, _), piece in zip(offsets, pieces, strict=True) if not piece.startswith("##")}
    assert inside & heads == marked & heads != set()


def test_only_this_threads_runs_are_counted():
    layer = torch.nn.Linear(2, 2)
    with counted(layer) as runs:
        layer(torch.ones(2))
        other = threading.Thread(target=layer, args=(torch.ones(2),))
        other.start()
        other.join()
        layer(torch.ones(2))
    layer(torch.ones(2))
    assert len(runs) == 2


@pytest.mark.parametrize(
    ("texts", "complaint"),
    [
        ((" ",), "The text is empty"),
        (("A film.", ""), "The second text is empty"),
        (("word " * 600,), "The text has 602 tokens; .* reads 512"),
        (("A man plays.", "[PAD]"), "nothing that Tiny can read"),
        (("[SEP]", "A man plays."), "nothing that"),
        (("word " * 300, "word " * 300), "The two texts together have 603 tokens"),
    ],
)
def test_texts_that_cannot_be_read_are_refused(texts, complaint, loaded):
    with pytest.raises(BadInput, match=complaint):
        predict(loaded, *texts)
