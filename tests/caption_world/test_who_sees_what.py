"""Who sees what: what can reach a gap is exact, scores are those of `gap_scores`, words are whole words."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest
import torch

from demos.caption_world.gaps import gap_scores
from demos.caption_world.who_sees_what import views as module
from demos.caption_world.who_sees_what.compute import check_inputs, most_disputed, who_sees_what
from demos.caption_world.who_sees_what.schemas import VIEWS, Gap, View, WhoInputs
from demos.caption_world.who_sees_what.views import framed, log_probabilities, views
from demos.caption_world.who_sees_what.words import counted, described, plain, shown, spelt
from demos.errors import BadInput
from tests.caption_world.who_models import TEXT, all_four, model, words

FAMILIES = ("elmo", "gpt", "bert")
CLOSE = {"rel": 0, "abs": 1e-9}


@pytest.fixture(scope="module")
def result():
    return who_sees_what(WhoInputs(TEXT), all_four())


def sentence(family: str = "bert", text: str = TEXT):
    """Ids, the places of each word's pieces, and the words that can be hidden."""
    ids, places = spelt(text, words(family))
    told = described(text, ids, places, words(family))
    return ids, places, [number for number, word in enumerate(told) if not word.reason]


# What can reach a gap


def test_each_view_is_reached_by_its_side_of_the_sentence_and_by_nothing_else(result):
    count = len(result.words)
    for gap in result.gaps:
        left = tuple(int(word < gap.word) for word in range(count))
        right = tuple(int(word > gap.word) for word in range(count))
        others = tuple(int(word != gap.word) for word in range(count))
        assert (gap.elmo_left.reached, gap.elmo_right.reached) == (left, right)
        assert (gap.elmo.reached, gap.gpt.reached, gap.bert.reached) == (others, left, others)


def test_influence_is_shared_among_the_words_that_reached_the_gap(result):
    for gap in result.gaps:
        for view in (getattr(gap, name) for name in VIEWS):
            assert sum(view.influence) == pytest.approx(float(any(view.reached)), **CLOSE)
            assert all(
                (share > 0) == bool(there) for share, there in zip(view.influence, view.reached, strict=True)
            )


@pytest.mark.parametrize("family", FAMILIES)
def test_influence_is_the_slope_that_a_small_step_measures(family):
    """Against finite differences of each embedding's every number."""
    ids, places, gaps = sentence()
    gap = gaps[3]
    full, front = framed(ids, words(family))
    batch, place = torch.tensor([full]), torch.tensor([front + places[gap][0]])
    mask = words(family).mask_token_id
    net = model(family)
    table = net.embedding if family == "elmo" else net.get_input_embeddings()
    step, norms = 1e-5, []

    def likely(at: int, place_in: int, by: float) -> float:
        def moved(_, __, output):
            output = output.clone()
            output[0, at, place_in] += by
            return output

        with table.register_forward_hook(moved):
            return gap_scores(net, batch, torch.ones_like(batch), place, mask)[0, full[place]].item()

    width = table.weight.shape[1]
    for number, own in enumerate(places):
        total = 0.0
        for at in (front + piece for piece in own):
            slopes = [(likely(at, i, step) - likely(at, i, -step)) / (2 * step) for i in range(width)]
            total += math.sqrt(sum(slope**2 for slope in slopes))
        norms.append(0.0 if number == gap else total)
    shares = [norm / sum(norms) for norm in norms]
    found = views(net, words(family), ids, places, [gap])[0][""].influence
    assert found == pytest.approx(shares, abs=1e-6)


# What is filled in


@pytest.mark.parametrize("family", FAMILIES)
def test_scores_are_those_of_the_shared_function(family):
    ids, places, gaps = sentence()
    full, front = framed(ids, words(family))
    batch = torch.tensor(full).repeat(len(gaps), 1)
    at = torch.tensor([front + places[gap][0] for gap in gaps])
    mask = words(family).mask_token_id
    found, _ = log_probabilities(model(family), batch, at, mask)
    expected = gap_scores(model(family), batch, torch.ones_like(batch), at, mask)
    assert torch.allclose(found[""].detach(), expected, atol=1e-9, rtol=0)
    for said in found.values():
        assert torch.allclose(said.detach().exp().sum(-1), torch.ones(len(gaps)).double(), atol=1e-9)


def test_elmos_joined_answer_is_the_normalised_product_of_its_halves():
    ids, places, gaps = sentence()
    full, front = framed(ids, words("elmo"))
    batch = torch.tensor(full).repeat(len(gaps), 1)
    at = torch.tensor([front + places[gap][0] for gap in gaps])
    found = {
        name: said.detach().exp()
        for name, said in log_probabilities(model("elmo"), batch, at, None)[0].items()
    }
    product = found["left"] * found["right"]
    assert torch.allclose(found[""], product / product.sum(-1, keepdim=True), atol=1e-9, rtol=0)


def test_ranks_probabilities_and_fillings_are_of_one_distribution(result):
    full, front = framed(spelt(TEXT, words("bert"))[0], words("bert"))
    _, places, gaps = sentence()
    assert [gap.word for gap in result.gaps] == gaps
    for gap in result.gaps:
        at = front + places[gap.word][0]
        said = gap_scores(
            model("bert"), torch.tensor([full]), torch.ones(1, len(full)), torch.tensor([at]), 4
        )[0]
        order = said.argsort(descending=True).tolist()
        assert order[gap.bert.rank - 1] == full[at]
        assert gap.bert.probability == pytest.approx(said[full[at]].exp().item(), **CLOSE)
        best = [said[index].exp().item() for index in order[: module.FILLINGS]]
        assert [filling.probability for filling in gap.bert.fillings] == pytest.approx(best, **CLOSE)


def test_what_stood_in_the_gap_changes_nothing_but_its_own_rank(result):
    """Another word there, and every model fills in the same."""
    other = who_sees_what(WhoInputs(TEXT.replace("goat", "crab")), all_four())
    number = [word.text for word in result.words].index("goat")
    before, after = (next(gap for gap in one.gaps if gap.word == number) for one in (result, other))
    for name in VIEWS:
        a, b = getattr(before, name), getattr(after, name)
        assert [f.text for f in a.fillings] == [f.text for f in b.fillings]
        assert [f.probability for f in a.fillings] == pytest.approx(
            [f.probability for f in b.fillings], **CLOSE
        )


# Where the page opens


def _gap(elmo: float, gpt: float, bert: float) -> Gap:
    view = View(1, 1.0, (), (), ())
    made = {
        name: replace(view, probability=share)
        for name, share in (("elmo", elmo), ("gpt", gpt), ("bert", bert))
    }
    return Gap(0, elmo_left=view, elmo_right=view, **made)


def test_the_page_opens_where_the_models_differ_most():
    # 0.9 / 0.3 = 3, 0.5 / 0.01 = 50, 0.2 / 0.01 = 20
    assert most_disputed([_gap(0.9, 0.3, 0.9), _gap(0.02, 0.01, 0.5), _gap(0.2, 0.1, 0.01)]) == 1
    assert most_disputed([_gap(0.5, 0.5, 0.5), _gap(0.1, 0.1, 0.1)]) == 0
    assert most_disputed([_gap(0.5, 0.5, 0.5), _gap(0.1, 0.1, 0.0)]) == 1, "no logarithm of 0"


# Words


def test_words_are_whole_and_marks_stand_alone():
    text = plain("  A tiny  goat's (red) barn, near-by!")
    ids, places = spelt(text, words("bert"))
    told = described(text, ids, places, words("bert"))
    assert [word.text for word in told] == [
        "A",
        "tiny",
        "goat's",
        "(",
        "red",
        ")",
        "barn",
        ",",
        "near-by",
        "!",
    ]
    assert sorted(place for own in places for place in own) == list(range(len(ids)))
    reasons = {word.text: word.reason for word in told}
    assert not reasons["A"] and not reasons["tiny"] and not reasons["barn"]
    assert "pieces" in reasons["near-by"] and "pieces" in reasons["goat's"]
    assert reasons["!"] == reasons["("] == "a mark"
    assert "behind a space" in reasons["red"], "it stands behind no space, so it is another piece"
    assert counted(text) == 6


def test_every_family_spells_alike_and_puts_its_own_around():
    spellings = [spelt(TEXT, words(family)) for family in FAMILIES]
    assert spellings[0] == spellings[1] == spellings[2]
    ids = spellings[0][0]
    for family in FAMILIES:
        full, front = framed(ids, words(family))
        assert (front, full) == (1, [1, *ids, 2])


def test_special_tokens_that_were_typed_are_text():
    for text in ("A goat </s> waits [MASK] here", "<s> <pad> A goat"):
        ids, _ = spelt(text, words("elmo"))
        assert not {0, 1, 2} & set(ids)


def test_pieces_are_named_for_readers():
    assert [shown(piece, ("<s>", "</s>")) for piece in ("▁goat", "s", ".", "▁", "<s>", "</s>")] == [
        "goat",
        "-s",
        ".",
        "(a space)",
        "(the sentence begins)",
        "(the sentence ends)",
    ]


# What is refused


@pytest.mark.parametrize("text", ["A goat", "A goat.", "word " * 41, " \n"])
def test_too_short_and_too_long_is_refused_with_the_remedy(text):
    with pytest.raises(BadInput) as refused:
        check_inputs(WhoInputs(text))
    assert refused.value.remedy


def test_korean_is_refused_in_a_sentence():
    with pytest.raises(BadInput, match="know none of these words") as refused:
        who_sees_what(WhoInputs("개 한 마리가 해변을 달린다"), all_four())
    assert "English" in refused.value.remedy


def test_a_word_that_cannot_be_spelt_withholds_the_answer():
    found = who_sees_what(WhoInputs("A tiny goat 해변 near the barn."), all_four())
    assert "cannot even spell" in found.withheld
    assert "해변" not in [found.words[gap.word].text for gap in found.gaps]
