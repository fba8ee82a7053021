"""Log-likelihoods against lm-evaluation-harness, and the shared-prefix path against the plain one."""

from __future__ import annotations

import copy
import random
from dataclasses import replace

import pytest
import torch

from demos.errors import BadInput
from demos.models.cache import shared_cache
from demos.models.specs import Spec
from demos.nlp import scoring
from demos.nlp.prefix_tree import Wanted, prefix_tree
from demos.nlp.scoring import encode_pair, log_likelihoods, log_likelihoods_plain
from tests.closeness import OURS, assert_close
from tests.writers import FAMILIES, writer

REVIEWS = (
    "A warm film.",
    "I left after ten minutes, and so did half of the people who had paid for it.",
    "Not bad at all",
    "배우들의 연기가 정말 좋았어요.",
    "",
    "The plot is thin; the music saves it",
)
WORDS = (
    " positive",
    " negative",
    " neither good nor bad",
    " extraordinarily bad",
    " 긍정",
    " 부정적",
    "yes",
    " no",
)
SHOTS = (
    "Judge the review.\n\nReview: Great fun for all of us.\nVerdict: positive\n\n"
    "Review: 지루했다.\nVerdict: 부정\n\n"
)


def items() -> list[tuple[str, str]]:
    """Contexts with and without shots, ending in a space or not, and none at all; 120 in all."""
    contexts = [f"{SHOTS}Review: {review}\nVerdict:" for review in REVIEWS]
    contexts += [f"Review: {review}\nVerdict: " for review in REVIEWS[:4]]
    contexts += [
        "",
        "리뷰: 다시는 사지 않겠습니다.\n판정:",
        "<|im_start|>user\nHi<|im_end|>\n<|im_start|>assistant\n",
    ]
    contexts += [f"{SHOTS}Verdict", "The"]
    return [(context, word) for context in contexts for word in WORDS]


@pytest.fixture(scope="module")
def smollm2_writer():
    with shared_cache().lease(Spec("smollm2", "causal-lm")) as loaded:
        yield loaded


@pytest.fixture(scope="module")
def exact_smollm2(smollm2_writer):
    """In float64: in float32 the rounding of two ways through 30 layers already differs by up to 8e-5."""
    return replace(smollm2_writer, model=copy.deepcopy(smollm2_writer.model).double())


def assert_equal(ours, theirs):
    assert [a.tokens for a in ours] == [b.tokens for b in theirs]
    assert [a.greedy for a in ours] == [b.greedy for b in theirs]
    assert_close([one.logprob for one in ours], [one.logprob for one in theirs], OURS)


def harness(loaded, requests):
    """What lm-evaluation-harness itself says: pairs of log-likelihood and greedy."""
    from lm_eval.api.instance import Instance
    from lm_eval.models.huggingface import HFLM

    model = HFLM(pretrained=loaded.model, tokenizer=loaded.tokenizer, batch_size=1)
    instances = [Instance("loglikelihood", {}, pair, i) for i, pair in enumerate(requests)]
    return model.loglikelihood(instances, disable_tqdm=True)


def test_log_likelihoods_equal_the_harness(exact_smollm2):
    short, with_shots = (
        [one for one in items() if one[0].startswith(SHOTS) is shots] for shots in (False, True)
    )
    requests = short[::3] + short[1::3] + with_shots[::7]  # those with shots take four times as long
    theirs = harness(exact_smollm2, requests)
    ours = log_likelihoods(exact_smollm2, requests)
    assert len(requests) >= 50
    assert {len(a.tokens) for a in ours} >= {1, 2, 3}
    assert_close([one.logprob for one in ours], [one[0] for one in theirs], atol=OURS)
    assert [a.greedy for a in ours] == [b[1] for b in theirs]
    assert any(a.greedy for a in ours)


@pytest.mark.parametrize("family", FAMILIES)
def test_sharing_equals_one_pass_per_request(smollm2_writer, family):
    loaded = writer(family, smollm2_writer.tokenizer)
    assert scoring.can_share(loaded.model) == (family != "OpenAIGPT")
    requests = items()
    assert_equal(log_likelihoods(loaded, requests), log_likelihoods_plain(loaded, requests))


@pytest.mark.parametrize("new, cached, least", [(1, 1, 1), (40, 300, 1), (64, 8192, 3), (10**6, 10**6, 8)])
def test_every_batch_shape_gives_the_same(smollm2_writer, monkeypatch, new, cached, least):
    monkeypatch.setattr(scoring, "_NEW_TOKENS", new)
    monkeypatch.setattr(scoring, "_CACHED_TOKENS", cached)
    monkeypatch.setattr(scoring, "MIN_SHARED", least)
    loaded = writer("Llama", smollm2_writer.tokenizer)
    requests = items()
    random.Random(new).shuffle(requests)
    assert_equal(log_likelihoods(loaded, requests), log_likelihoods_plain(loaded, requests))


def test_rows_are_padded_on_the_left_or_are_of_one_length(smollm2_writer, monkeypatch):
    nodes = [(0, node) for node in prefix_tree([((i,) * n, []) for i, n in enumerate((3, 2, 2, 1))], 9)]
    lengths = [
        [[len(node.ids) for _, node in batch] for batch in scoring._batches(nodes, 0, pads)]
        for pads in (True, False)
    ]
    assert lengths == [[[3, 2, 2], [1]], [[3], [2, 2], [1]]]
    read = []
    loaded = writer("Llama", smollm2_writer.tokenizer)
    hook = loaded.model.register_forward_pre_hook(
        lambda module, given, named: read.append((given[0], named)), with_kwargs=True
    )
    log_likelihoods(loaded, [("One two three", " four"), ("Five six", " seven")])
    hook.remove()
    ids, named = read[0]
    assert named["attention_mask"].tolist()[1] == [0, 1, 1] and ids.shape == (2, 3)
    assert named["position_ids"].tolist() == [[0, 1, 2], [0, 0, 1]]


def test_sharing_equals_one_pass_per_request_on_smollm2(exact_smollm2):
    requests = items()[1::11]
    ours, plain = (of(exact_smollm2, requests) for of in (log_likelihoods, log_likelihoods_plain))
    assert_equal(ours, plain)


def test_shots_are_read_once_and_one_pass_serves_labels_that_differ_in_the_last_token(
    smollm2_writer, monkeypatch
):
    loaded = writer("Llama", smollm2_writer.tokenizer)
    shapes = []
    forward = scoring._forward
    monkeypatch.setattr(
        scoring,
        "_forward",
        lambda model, nodes, *rest: shapes.append(len(nodes)) or forward(model, nodes, *rest),
    )
    queries = [
        f"{SHOTS}Review: It was {word} and also rather long.\nVerdict:" for word in ("fun", "dull", "fine")
    ]
    log_likelihoods(
        loaded, [(query, word) for query in queries for word in (" positive", " negative", " no")]
    )
    assert shapes == [1, 3]


def test_the_split_is_the_harness_own(smollm2_writer):
    tokenizer = smollm2_writer.tokenizer
    assert encode_pair(tokenizer, "Verdict: ", "good") == encode_pair(tokenizer, "Verdict:", " good")
    assert encode_pair(tokenizer, "", " good") == ((1,), tuple(tokenizer.encode(" good")))
    assert encode_pair(tokenizer, "", "<|im_start|> good") == ((1,), tuple(tokenizer.encode(" good")))
    assert encode_pair(tokenizer, " \n", "good")[0] == (1,)
    with pytest.raises(BadInput, match="no token of its own"):
        encode_pair(tokenizer, "Verdict:", "")


def test_a_request_beyond_the_window_is_refused(smollm2_writer):
    loaded = writer("GPT2", smollm2_writer.tokenizer)
    at_the_edge = [(" word" * 1023, " word"), (" word" * 1023, " good bad"), (" word" * 1024, " bad")]
    assert_equal(log_likelihoods(loaded, at_the_edge), log_likelihoods_plain(loaded, at_the_edge))
    with pytest.raises(BadInput, match="have 1,026 tokens; Tiny GPT2 holds 1,024"):
        log_likelihoods(loaded, [(" word" * 1024, " good bad")])


def test_no_requests_no_answers(smollm2_writer):
    assert log_likelihoods(smollm2_writer, []) == []


def test_the_tree_holds_every_sequence_and_what_is_wanted_once():
    numbers = random.Random(3)
    sequences = []
    for request in range(200):
        ids = tuple(numbers.choices((1, 2), k=numbers.randint(1, 9)))
        sequences.append((ids, [Wanted(len(ids) - 1, 7, request, 0)]))

    def walk(nodes, before):
        for node in nodes:
            assert node.start == len(before)
            whole = before + node.ids
            for want in node.wanted:
                seen.append(want.request)
                assert sequences[want.request][0] == whole[: want.position + 1]
            walk(node.children, whole)

    def tokens(nodes):
        return sum(len(node.ids) + tokens(node.children) for node in nodes)

    sizes = []
    for least in (1, 3, 100):
        seen = []
        tree = prefix_tree(sequences, least)
        walk(tree, ())
        assert sorted(seen) == list(range(200))
        sizes.append(tokens(tree))
    distinct = {ids for ids, _ in sequences}
    assert sizes[0] == len({ids[:end] for ids in distinct for end in range(1, len(ids) + 1)})
    assert sizes[0] < sizes[1] < sizes[2] < sum(map(len, distinct))


def test_scoring_leaves_the_weights_alone(smollm2_writer):
    loaded = writer("Qwen2", smollm2_writer.tokenizer)
    before = [parameter.clone() for parameter in loaded.model.parameters()]
    log_likelihoods(loaded, items()[:20])
    assert all(torch.equal(a, b) for a, b in zip(before, loaded.model.parameters(), strict=True))
