"""Six checkpoints of one training: the weights, what each says, and the followed head."""

from __future__ import annotations

import copy
import hashlib
import json
import tomllib
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
import transformers

from demos.caption_world.greedy import greedy
from demos.caption_world.watch_it_learn import answers, checkpoints
from demos.caption_world.watch_it_learn.compute import HEADS, MAX_TOKENS, WATCH, check_inputs, watch_it_learn
from demos.caption_world.watch_it_learn.headline import watched
from demos.caption_world.watch_it_learn.schemas import TITLES, WatchInputs
from demos.caption_world.watch_it_learn.wire import watch
from demos.errors import BadInput, ModelUnavailable
from demos.models.checkpoint import BundledSource, Checkpoint
from demos.models.int8_rows import SCALE, load_rows, save_rows
from demos.models.loading import read
from demos.models.specs import Loaded, Origin, Spec
from demos.nlp.attention_capture import AttentionMap
from demos.nlp.tokens import Token
from tests.closeness import TINY, assert_close
from tests.headlines import check_sentence
from training.caption_world import entries
from training.caption_world import tokenizer as shared
from training.caption_world.tokenizer import END, LONGEST, PAD

LINES = [
    "A small dog runs over the wet grass.",
    "The old man reads a book under a tree.",
    "A girl in a red coat jumps over a small tree.",
]
TEXT = "A girl reads a book."
SMALL = {"hidden_size": 32, "num_hidden_layers": 2, "num_attention_heads": 2, "intermediate_size": 48}
TWO = {f"{side}_{part}": n for side in ("encoder", "decoder") for part, n in
       (("layers", 2), ("attention_heads", 2), ("ffn_dim", 48))}  # fmt: skip
LARGE = 0.3
"""Of first weights, so that random models differ clearly."""


def built(name: str, size: int):
    """A random model as it is trained, of the class that writes the steps."""
    if name == "bert":
        config = transformers.BertConfig(
            **SMALL,
            vocab_size=size,
            max_position_embeddings=LONGEST,
            pad_token_id=PAD,
            initializer_range=LARGE,
        )
        return transformers.BertForPreTraining(config)
    if name == "gpt2":
        config = transformers.GPT2Config(
            vocab_size=size, n_positions=LONGEST, n_embd=32, n_layer=2, n_head=2, bos_token_id=END,
            eos_token_id=END, pad_token_id=PAD, initializer_range=LARGE, stage_familiar_perplexity=1e9,
        )  # fmt: skip
        return transformers.GPT2LMHeadModel(config)
    config = transformers.MarianConfig(
        **TWO, vocab_size=size, d_model=32, pad_token_id=PAD, eos_token_id=END, decoder_start_token_id=PAD,
        forced_eos_token_id=None, max_position_embeddings=LONGEST, init_std=LARGE,
    )  # fmt: skip
    return transformers.MarianMTModel(config)


@pytest.fixture(scope="module")
def shipped(tmp_path_factory) -> dict[str, Loaded]:
    """For each of the three a folder as training writes it: a random model, five others as its steps."""
    pieces = shared.learn_pieces(LINES * 2, 300)
    found = {}
    for name in ("bert", "gpt2", "marian"):
        folder = tmp_path_factory.mktemp(name)
        words = shared.build(pieces, name)
        size = len(words)
        for number, percent in enumerate(checkpoints.EARLIER):
            torch.manual_seed(number + 1)
            save_rows(built(name, size).state_dict(), folder / "steps" / f"{percent}.safetensors")
        torch.manual_seed(0)
        built(name, size).save_pretrained(folder)
        words.save_pretrained(folder)
        measure = checkpoints.MEASURES[name]
        steps = [{"percent": p, measure: 0.01 * p} for p in (2, 0, 6, 50, 20)]
        figures = {"training": {"tokens": 1000}, "val": {measure: 0.9}, "steps": steps}
        (folder / "figures.json").write_text(json.dumps(figures))
        spec = Spec(f"caption-world-{name}", HEADS[f"caption-world-{name}"])
        origin = Origin(spec.checkpoint, f"Captions: {name}", None, None, "bundled", "MIT", "")
        found[name] = read(spec, str(folder), words, origin)
    return found


@pytest.fixture
def in_catalog(monkeypatch, shipped):
    """Lets the catalog list the folders, each file with its hash."""

    def entry(name: str) -> Checkpoint:
        folder = Path(shipped[name.rpartition("-")[2]].folder)
        files = {
            f"steps/{path.name}": hashlib.sha256(path.read_bytes()).hexdigest()
            for path in (folder / "steps").iterdir()
        }
        source = BundledSource(str(folder), "safetensors", files)
        return Checkpoint(name, name, "encoder", ("base",), "MIT", 1, 1, bundled=source)

    monkeypatch.setattr(checkpoints, "checkpoint", entry)
    return entry


@pytest.mark.parametrize("name", ["bert", "gpt2", "marian"])
def test_a_checkpoint_has_the_weights_of_its_file_and_leaves_the_shipped_model_alone(shipped, name, tmp_path):
    loaded = shipped[name]
    before = copy.deepcopy(dict(loaded.model.named_parameters()))
    torch.manual_seed(9)
    other = built(name, len(loaded.tokenizer))
    save_rows(other.state_dict(), tmp_path / "other.safetensors")
    taken = checkpoints.with_weights(loaded, load_rows(tmp_path / "other.safetensors")).model
    wanted = other.state_dict()
    for key, weights in taken.state_dict().items():
        scale = wanted[key].abs().amax(-1, keepdim=True) / 127
        bound = scale / 2 if weights.dim() > 1 else wanted[key].abs() * 2**-11
        assert ((weights - wanted[key]).abs() <= bound * (1 + 1e-5) + 1e-7).all(), key
    ties = taken.get_output_embeddings().weight, taken.get_input_embeddings().weight
    assert ties[0] is ties[1] and not any(p.requires_grad for p in taken.parameters())
    assert all(torch.equal(p, before[key]) for key, p in loaded.model.named_parameters())


def test_a_checkpoint_that_lacks_a_part_is_refused(shipped):
    loaded = shipped["gpt2"]
    weights = load_rows(Path(loaded.folder) / "steps" / "2.safetensors")
    assert not any(key.endswith(SCALE) for key in weights)
    del weights["transformer.h.1.mlp.c_fc.weight"]
    with pytest.raises(ModelUnavailable, match="not complete"):
        checkpoints.with_weights(loaded, weights)


def test_only_files_that_the_catalog_knows_are_read(shipped, in_catalog, monkeypatch):
    loaded = replace(shipped["bert"])
    changed = in_catalog("caption-world-bert")
    files = dict(changed.bundled.files) | {"steps/6.safetensors": "0" * 64}
    changed = replace(changed, bundled=replace(changed.bundled, files=files))
    monkeypatch.setattr(checkpoints, "checkpoint", lambda name: changed)
    with pytest.raises(ModelUnavailable, match="not the one that was published"):
        checkpoints.earlier(loaded)
    del files["steps/6.safetensors"]
    changed = replace(changed, bundled=replace(changed.bundled, files=files))
    with pytest.raises(ModelUnavailable, match="has no file"):
        checkpoints.earlier(loaded)


def test_the_catalog_is_written_with_the_hash_of_each_checkpoint(shipped, monkeypatch):
    folder = Path(shipped["bert"].folder)
    monkeypatch.setattr(entries, "ASSETS", folder.parent)
    files = tomllib.loads(entries.described("bert", folder))["caption-world-bert"]["bundled"]["files"]
    whole = (folder / "steps" / "2.safetensors").read_bytes()
    assert files["steps/2.safetensors"] == hashlib.sha256(whole).hexdigest()
    assert len([name for name in files if name.startswith("steps/")]) == 5 and "figures.json" not in files


@pytest.mark.parametrize("name", ["bert", "gpt2", "marian"])
def test_six_moments_of_which_the_last_is_the_shipped_model(shipped, in_catalog, name):
    loaded = shipped[name]
    inputs = WatchInputs(TEXT, f"caption-world-{name}")
    result = watch_it_learn(inputs, [loaded, shipped["gpt2"]])
    assert [moment.percent for moment in result.moments] == [0, 2, 6, 20, 50, 100]
    assert [moment.tokens for moment in result.moments] == [0, 20, 60, 200, 500, 1000]
    assert [moment.figure for moment in result.moments] == [0, 0.02, 0.06, 0.2, 0.5, 0.9]
    assert len({moment.probability for moment in result.moments}) == 6, "six models"
    last = result.moments[-1]
    check_sentence(watched(inputs, result))
    assert watch(inputs, result)["moments"][-1]["said"] == last.said
    shape = len(result.queries), len(result.keys)
    assert all(moment.weights.shape == shape for moment in result.moments)
    assert_close(np.stack([moment.weights.sum(-1) for moment in result.moments]), 1.0, TINY)
    tokens = loaded.tokenizer(TEXT, return_tensors="pt", return_token_type_ids=False)
    if name == "bert":
        assert result.given == "A girl reads a [MASK]."
        tokens = loaded.tokenizer(result.given, return_tensors="pt")
        place = tokens["input_ids"][0].tolist().index(loaded.tokenizer.mask_token_id)
        shares = loaded.model(**tokens).logits[0, place].softmax(-1)
        assert_close([filling.probability for filling in last.fillings], shares.topk(5).values.numpy(), TINY)
        assert last.said == loaded.tokenizer.decode([shares.argmax()]).strip()
    if name == "gpt2":
        assert result.given == "A girl reads"
        tokens = loaded.tokenizer(result.given, return_tensors="pt", return_token_type_ids=False)
        written = loaded.model.generate(**tokens, max_new_tokens=12, do_sample=False)
        text = loaded.tokenizer.decode(written[0], skip_special_tokens=True)
        assert f"{result.given} {last.said}".split() == text.split() or text == result.given + last.said
    if name == "marian":
        most = tokens["input_ids"].shape[1] + answers.LONGER
        written = loaded.model.generate(**tokens, max_new_tokens=most, do_sample=False, num_beams=1)
        assert last.said == loaded.tokenizer.decode(written[0], skip_special_tokens=True).strip()
        assert result.map == "cross" and result.queries[-1] == "</s>"
        ids = loaded.tokenizer(text_target=last.said)["input_ids"]
        assert len(ids) == len(result.queries), "a row for each token that is written"
        eager = copy.deepcopy(loaded.model)
        eager.set_attn_implementation("eager")
        read = torch.tensor([[PAD, *ids[:-1]]])
        crossed = eager(**tokens, decoder_input_ids=read, output_attentions=True).cross_attentions
        assert_close(last.weights, crossed[result.layer][0, result.head].numpy(), TINY)


def test_the_probability_of_a_text_is_the_mean_that_its_scores_give():
    table = torch.tensor([[0.1, 0.6, 0.3], [0.2, 0.1, 0.7], [0.5, 0.3, 0.2]], dtype=torch.float64).log()
    made = greedy(lambda ids: table[ids[-1]], [0], {0}, 9)
    assert made.ids == [1, 2], "ends before the first end"
    assert abs(made.probability**3 - 0.6 * 0.7 * 0.5) < 1e-9, "which counts"
    made = greedy(lambda ids: table[ids[-1]], [0], {0}, 2)
    assert made.ids == [1, 2] and abs(made.probability**2 - 0.6 * 0.7) < 1e-9, "or at the limit"


def _map(weights: list[np.ndarray], special: tuple[int, ...], name: str = "self") -> AttentionMap:
    class Given:
        def __init__(self, heads):
            self.heads = torch.tensor(np.array(heads))

        def weights(self):
            return self.heads

    tokens = tuple(Token(str(i), str(i), i, i in special, False, 0, i) for i in range(len(weights[0][0])))
    return AttentionMap(name, tokens, tokens, tuple(Given(layer) for layer in weights), False)


def test_the_followed_head_links_words_with_other_words():
    at_special = np.array([[0, 0, 1.0], [0, 0, 1.0], [0, 0, 1.0]])
    at_itself = np.eye(3)
    at_words = np.array([[0.2, 0.6, 0.2], [0.7, 0.2, 0.1], [1.0, 0, 0]])
    even = np.full((3, 3), 1 / 3)
    assert answers.followed_head(_map([[at_special, even], [at_itself, at_words]], (2,))) == (1, 1)
    assert answers.followed_head(_map([[at_special, even], [at_itself, at_itself * 0]], (2,))) == (0, 1)
    assert answers.followed_head(_map([[even, at_itself]], (2,), "cross")) == (0, 1), "other words: any there"


def test_the_hidden_word_is_the_last_that_is_one_piece_or_the_visitors_own(shipped):
    bert = shipped["bert"]
    assert answers.hide_a_word("The dog Zyxxq.", bert) == "The [MASK] Zyxxq."
    assert answers.hide_a_word("The [MASK] runs.", bert) == "The [MASK] runs."
    for text, said in (("A [MASK] [MASK].", "more than one"), ("안녕 세상", "No word")):
        with pytest.raises(BadInput, match=said):
            answers.hide_a_word(text, bert)
    assert answers.first_half("one two three") == "one two" and answers.first_half("one") == "one"


@pytest.mark.parametrize("text", ["", "  ", "word"])
def test_too_little_is_refused_with_a_sentence(text):
    with pytest.raises(BadInput) as refused:
        check_inputs(WatchInputs(text))
    assert refused.value.remedy


@pytest.mark.parametrize("name", ["bert", "gpt2", "marian"])
def test_a_sentence_of_the_most_tokens_is_answered_and_a_longer_one_refused(shipped, in_catalog, name):
    framing = {"bert": 2, "gpt2": 1, "marian": 1}[name]
    fits = " ".join(["dog"] * (MAX_TOKENS - framing))
    given = [shipped[name], shipped["gpt2"]]
    assert len(watch_it_learn(WatchInputs(fits, f"caption-world-{name}"), given).keys) == MAX_TOKENS
    with pytest.raises(BadInput, match=f"{MAX_TOKENS + 1} tokens"):
        watch_it_learn(WatchInputs(f"{fits} dog", f"caption-world-{name}"), given)
    if name != "bert":
        with pytest.raises(BadInput, match="Only BERT"):
            watch_it_learn(WatchInputs("A [MASK] runs.", f"caption-world-{name}"), given)


def test_a_sentence_from_outside_is_withheld(shipped, in_catalog):
    judge = copy.copy(shipped["gpt2"].model)
    judge.config = copy.deepcopy(judge.config)
    judge.config.stage_familiar_perplexity = 1.0
    inputs = WatchInputs(TEXT, "caption-world-marian")
    result = watch_it_learn(inputs, [shipped["marian"], replace(shipped["gpt2"], model=judge)])
    assert result.withheld and watched(inputs, result).startswith("Withheld")
    assert WATCH.several(inputs)[0] == Spec("caption-world-marian", "seq2seq-lm")


@pytest.mark.parametrize("name", TITLES)
def test_the_shipped_models_learned_what_their_checkpoints_say(name, runner):
    result = runner(WATCH, WatchInputs("A man in a black suit is playing the guitar.", name))
    first, *_, last = result.moments
    assert not result.withheld and first.said != last.said and first.probability < 0.05 < last.probability
    falls = result.measure == "word perplexity"
    assert (last.figure < 0.1 * first.figure) if falls else (last.figure > first.figure + 0.3)
