"""Teacher forcing: one pass equals the model's own loss, writing equals `generate`, changes as defined."""

from __future__ import annotations

import json
import re
from dataclasses import replace

import pytest
import torch
import transformers
from hypothesis import given
from hypothesis import strategies as st

from demos.errors import BadInput
from demos.foundations import teacher_forcing as demo
from demos.foundations.teacher_forcing import figures, show, wire
from demos.foundations.teacher_forcing.compute import (
    CHANGE_HISTORY,
    TEACHER_FORCING,
    change_history,
    check_inputs,
    teacher_forcing,
)
from demos.foundations.teacher_forcing.figures import FAR, Distance, Losses, Place, Reach
from demos.foundations.teacher_forcing.headline import changed_headline, headline, of_change
from demos.foundations.teacher_forcing.page import change_served
from demos.foundations.teacher_forcing.passes import read, write
from demos.foundations.teacher_forcing.schemas import (
    MAX_TOKENS,
    ChangeInputs,
    ChangeResult,
    TeacherInputs,
)
from demos.foundations.teacher_forcing.snippet import snippet
from demos.foundations.teacher_forcing.words import END, rather, shown, spelt, words_of
from demos.models.cache import shared_cache
from demos.models.checkpoint import ASSETS
from demos.models.specs import Loaded, Origin, Spec
from demos.shell.blocks import Blocks
from demos.shell.visitor import Visitor, example_buttons
from tests.headlines import ANY_TEXT, HOSTILE, check_sentence
from tests.snippets import reading

TEXT = "A dog runs through the snow."


@pytest.fixture(scope="module")
def shipped():
    with shared_cache().lease(Spec("marian-en-de", "seq2seq-lm")) as loaded:
        yield loaded


@pytest.fixture(scope="module")
def double(shipped):
    """The shipped model in float64."""
    folder = ASSETS / "models" / "marian-en-de"
    model = transformers.MarianMTModel.from_pretrained(folder, dtype=torch.float64).eval()
    return Loaded(shipped.spec, model, shipped.tokenizer, shipped.origin, 0)


@pytest.fixture(scope="module")
def found(shipped):
    return teacher_forcing(TeacherInputs(TEXT), [shipped])


def ids_of(loaded, text, target):
    made = loaded.tokenizer(text)["input_ids"], loaded.tokenizer(text_target=target)["input_ids"]
    return [list(ids) for ids in made]


# One pass, and many


def test_the_loss_with_the_right_history_is_the_models_own(shipped, double):
    target = "Ein Hund läuft am Strand entlang."
    source, ids = ids_of(shipped, TEXT, target)
    for loaded, tolerance in ((shipped, 1e-6), (double, 1e-9)):
        with torch.inference_mode():
            own = loaded.model(input_ids=torch.tensor([source]), labels=torch.tensor([ids])).loss
        result = teacher_forcing(TeacherInputs(TEXT, target), [loaded])
        assert result.loss == pytest.approx(float(own), abs=tolerance)
        assert result.given and result.read_passes == 1 and len(result.target) == len(ids)


def test_one_pass_gives_what_token_by_token_gives(double):
    source, ids = ids_of(double, TEXT, "Ein Hund läuft am Strand entlang.")
    (at_once,) = read(double, source, [ids])
    for place in range(len(ids)):
        one_by_one = write(double, source, [ids[:place]], place + 1)[0]
        assert torch.allclose(at_once[place], one_by_one.logprobs[0], atol=1e-9)


def test_padding_behind_a_target_changes_nothing(double):
    source, ids = ids_of(double, TEXT, "Ein Hund läuft am Strand entlang.")
    alone, beside = read(double, source, [ids[:3]])[0], read(double, source, [ids[:3], ids])[0]
    assert torch.allclose(alone, beside, atol=1e-9)


def test_writing_equals_generate_and_rows_do_not_disturb_each_other(double):
    source, ids = ids_of(double, TEXT, "Zwei große")
    start = double.model.config.decoder_start_token_id
    beginnings = [[], ids[:1], ids[:-1]]
    for beginning, row in zip(beginnings, write(double, source, beginnings, MAX_TOKENS), strict=True):
        expected = double.model.generate(
            input_ids=torch.tensor([source]),
            decoder_input_ids=torch.tensor([[start, *beginning]]),
            num_beams=1,
            do_sample=False,
            max_new_tokens=MAX_TOKENS - len(beginning),
            max_length=None,
        )[0].tolist()
        assert row.ids == expected[1:] and row.ended
        assert len(row.logprobs) == len(row.ids) - len(beginning)


def test_passes_are_counted_as_the_decoder_runs(shipped, monkeypatch):
    decoder, seen = shipped.model.get_decoder(), []
    handle = decoder.register_forward_hook(lambda *_: seen.append(1))
    try:
        source, ids = ids_of(shipped, TEXT, "Ein Hund.")
        read(shipped, source, [ids, ids])
        assert len(seen) == 1
        seen.clear()
        (written,) = write(shipped, source, [[]], MAX_TOKENS)
        assert len(seen) == written.passes == len(written.ids)
    finally:
        handle.remove()


# Words, and other ones in their place


def test_words_are_pieces_behind_a_space_and_marks_stand_alone():
    pieces = ["▁Il", "▁l", "'", "eau", ",", "▁court", "ait", ".", "</s>"]
    words = words_of(pieces, "</s>")
    assert [word.text for word in words] == ["Il", "l'eau", ",", "courtait", ".", END]
    assert [(word.start, word.end) for word in words] == [(0, 1), (1, 4), (4, 5), (5, 7), (7, 8), (8, 9)]
    assert [not word.fixed for word in words] == [True, True, False, True, False, False]
    assert shown("▁", "</s>") == "␣"


@given(st.lists(st.sampled_from(["▁a", "b", ".", "'", "</s>", "▁", "<unk>"]), min_size=1, max_size=12))
def test_words_cover_all_pieces_once(pieces):
    words = words_of(pieces, "</s>")
    assert words[0].start == 0 and words[-1].end == len(pieces)
    assert all(one.end == other.start for one, other in zip(words, words[1:], strict=False))


def test_a_change_is_the_same_target_with_one_other_word(shipped, found):
    """Each by its definition: the changed target through the model, and `generate` from the changed word."""
    assert found.changes
    source, ids = ids_of(shipped, TEXT, "")[0], None
    ids = write(shipped, source, [[]], MAX_TOKENS)[0].ids
    for change in found.changes[:4]:
        word = found.words[change.word]
        pieces = spelt(change.instead, shipped.tokenizer)
        history = [*ids[: word.start], *pieces, *ids[word.end :]]
        now, right = read(shipped, source, [history])[0], read(shipped, source, [ids])[0]
        begin = word.start + len(pieces)
        expected = [float(now[begin + i, token].exp()) for i, token in enumerate(ids[word.end :])]
        assert [token.probability for token in change.read] == pytest.approx(expected, abs=1e-5)
        moved = [
            int(now[begin + i].argmax()) != int(right[word.end + i].argmax()) for i in range(len(expected))
        ]
        assert list(change.moved) == moved
        assert change.loss == pytest.approx(-float(torch.tensor(expected).log().mean()), abs=1e-4)
        wrote = write(shipped, source, [history[:begin]], MAX_TOKENS)[0].ids[begin:]
        names = shipped.tokenizer.convert_ids_to_tokens(wrote)
        assert [token.text for token in change.wrote] == [shown(name, "</s>") for name in names]


def test_a_word_that_is_not_there_before_cannot_move_what_stands_before_it(found):
    for change in found.changes:
        assert len(change.read) == len(change.moved) == len(found.target) - found.words[change.word].end


def test_unmarked_tokens_are_a_common_subsequence_with_the_target(found):
    for change in found.changes:
        kept = [t.text for t, apart in zip(change.wrote, change.apart, strict=True) if not apart]
        rest = iter(token.text for token in change.read)
        assert all(text in rest for text in kept)


def test_a_typed_word_gives_what_the_same_word_gave_when_it_was_offered(shipped, found):
    offered = found.changes[0]
    typed = change_history(ChangeInputs(TEXT, offered.word, f" {offered.instead} "), [shipped])
    assert typed.replaced == found.words[offered.word].text
    assert replace(typed.change, read=(), wrote=(), loss=0, right_loss=0) == replace(
        offered, read=(), wrote=(), loss=0, right_loss=0
    )
    for name in ("read", "wrote"):
        now, then = getattr(typed.change, name), getattr(offered, name)
        assert [token.text for token in now] == [token.text for token in then]
        assert [t.probability for t in now] == pytest.approx([t.probability for t in then], abs=1e-5)


def test_alternatives_are_other_words_of_letters(shipped):
    ranked = ["▁Hund", "▁hund", ".", "▁1", "en", "▁Katze", "▁Mann", "▁Frau"]
    ids = shipped.tokenizer.convert_tokens_to_ids(ranked)
    scores = torch.full((len(shipped.tokenizer),), -50.0)
    for place, index in enumerate(ids):
        if index != shipped.tokenizer.unk_token_id:
            scores[index] = -float(place)
    names = shipped.tokenizer.convert_ids_to_tokens(rather(scores, ids[0], shipped.tokenizer))
    assert (
        names == [name for name in ("▁Katze", "▁Mann", "▁Frau") if name in shipped.tokenizer.get_vocab()][:2]
    )


# What is wrong with what was typed


@pytest.mark.parametrize(
    ("inputs", "said"),
    [
        (TeacherInputs(" "), "caption is empty"),
        (TeacherInputs("a\ud800"), "surrogate"),
        (TeacherInputs(TEXT, "\udc00"), "target is half"),
        (TeacherInputs("dog " * 60), "caption has 6"),
        (TeacherInputs(TEXT, "Hund " * 60), "target has 6"),
        (TeacherInputs("x" * 100_001), "limit is 100,000"),
    ],
)
def test_what_cannot_be_read_is_refused(inputs, said, shipped):
    with pytest.raises(BadInput, match=said):
        teacher_forcing(inputs, [shipped])


@pytest.mark.parametrize(
    ("word", "instead", "said"),
    [
        (99, "Katze", "cannot be changed"),
        (0, "", "Only one word"),
        (0, "zwei Worte", "Only one word"),
        (0, "x" * 31, "Only one word"),
        (0, "한국어", "cannot spell"),
        (0, "<script>", "cannot spell"),
        (0, "Ein", "which stands there"),
    ],
)
def test_a_word_that_cannot_stand_there_is_refused(word, instead, said, shipped):
    with pytest.raises(BadInput, match=said):
        change_history(ChangeInputs(TEXT, word, instead, "Ein Hund läuft."), [shipped])


@pytest.mark.parametrize("text", [HOSTILE, "😀😀", "한국어 문장입니다.", "</s> <pad>", "."])
def test_hostile_texts_are_read_as_text(text, shipped):
    result = teacher_forcing(TeacherInputs(text, text), [shipped])
    assert result.target[-1].text == END and result.own
    check_sentence(headline(None, result))
    json.dumps(wire.drawn(TeacherInputs(text, text), result))


def test_what_is_no_caption_has_a_note(shipped, found):
    assert not found.note
    for text in ("The committee postponed its vote on the new tax law.", "한국어 문장입니다."):
        assert teacher_forcing(TeacherInputs(text), [shipped]).note


# Sentences


@given(instead=ANY_TEXT, replaced=ANY_TEXT)
def test_headlines_keep_their_form(instead, replaced, found):
    changes = tuple(replace(change, instead=instead) for change in found.changes)
    words = tuple(replace(word, text=replaced) for word in found.words)
    check_sentence(headline(None, replace(found, changes=changes, words=words)))
    check_sentence(of_change(changes[0], replaced))
    origin = Origin("x", "x", None, None, "bundled", "MIT", "")
    check_sentence(changed_headline(None, ChangeResult(replace(changes[0], read=()), replaced, origin)))


def test_the_headline_counts_changes_that_move_anything(found):
    still = tuple(replace(change, moved=(False,) * len(change.moved)) for change in found.changes)
    said = headline(None, replace(found, changes=still, opening=0))
    assert "0 move a later first choice." in said and "most" not in said
    one = (replace(still[0], moved=(True,) * len(still[0].moved)), *still[1:])
    said = headline(None, replace(found, changes=one, opening=0))
    count = len(still[0].moved)
    assert f"1 moves a later first choice; most: “{one[0].instead}” for" in said
    assert said.endswith(f", {count} of {count}.")
    assert "changed" not in headline(None, replace(found, changes=(), opening=-1))


def test_the_opening_moves_most(found):
    counts = [sum(change.moved) for change in found.changes]
    assert counts[found.opening] == max(counts)


# The page


def test_every_change_is_drawn_with_its_sentence(found):
    drawn = json.loads(json.dumps(wire.drawn(TeacherInputs(TEXT), found)))
    assert [one["headline"] for one in drawn["changes"]] == [
        of_change(change, found.words[change.word].text) for change in found.changes
    ]
    assert drawn["asked"] == {"text": TEXT, "target": "", "model": "marian-en-de"}


def test_an_example_fills_the_form_and_draws(found):
    asked = []

    def run(endpoint, inputs):
        asked.append((endpoint, inputs))
        return found

    with Blocks() as page:
        demo.build(run)
    visitor = Visitor(page)
    visitor.press(example_buttons(page)[1])
    assert asked == [(TEACHER_FORCING, demo.EXAMPLES[1].inputs)]
    drawing = next(block for block in page.blocks.values() if block.elem_id == "teacher-forcing")
    assert visitor.values[drawing._id] == wire.drawn(demo.EXAMPLES[1].inputs, found)


def test_a_typed_word_is_answered_with_data_or_a_sentence(runner):
    served = change_served(runner)
    request = {"text": TEXT, "target": "Ein Hund läuft.", "model": "marian-en-de", "word": 1}
    assert served(request | {"instead": "Mann"})["headline"].startswith("“Mann” for “Hund”")
    assert "cannot spell" in served(request | {"instead": "<b>"})["error"]
    assert "word" in served(request | {"instead": "Mann", "word": -1})["error"]
    assert CHANGE_HISTORY.check is check_inputs


def test_the_code_gives_the_same_loss(shipped, capsys):
    inputs = TeacherInputs(TEXT, "Ein Hund läuft am Strand entlang.")
    result = teacher_forcing(inputs, [shipped])
    exec(reading(ASSETS / "models" / "marian-en-de", snippet(inputs, shipped.origin)), {})
    *_, loss, chances = capsys.readouterr().out.strip().splitlines()
    assert float(loss) == pytest.approx(result.loss, abs=1e-5)
    expected = [token.probability for token in result.target]
    assert json.loads(chances) == pytest.approx(expected, abs=1e-5)
    assert "written[:, 1:]" in snippet(TeacherInputs(TEXT), shipped.origin)


# Figures over many captions


def losses(gap: float) -> Losses:
    far = tuple(Distance(distance, 0.5 / distance, 0.01) for distance in range(1, FAR + 1))
    places = (Place(1, 3, 1.0, 0.1, 1.5, 0.2), Place(4, None, 0.5, 0.1, 2.0, 0.2))
    return Losses(200, places, 0.8, 0.8 + gap, gap, 0.1, 12, Reach(100, 2000, 0.4, 0.02, far))


def test_the_chart_says_no_more_than_its_errors_allow(monkeypatch):
    for gap, said in ((0.5, "0.50 ± 0.20 nats a token more"), (0.1, "no difference told apart from 0")):
        monkeypatch.setattr(show, "measured", lambda gap=gap: {"marian-en-de": losses(gap)})
        html = show.by_position()
        assert said in html and "1–3: 1.00 against 1.50; 4 on: 0.50 against 2.00" in html
        assert "50 ± 2 % move the very next first choice, and 10 ± 2 % one that is 5 or more" in html
    monkeypatch.setattr(show, "measured", dict)
    assert show.by_position() == ""


def test_the_figures_that_are_shipped_read_back(monkeypatch, tmp_path):
    figures.measured.cache_clear()
    for one in figures.measured().values():
        assert one.captions == 200 and one.difference == pytest.approx(one.own - one.right, abs=2e-4)
    monkeypatch.setattr(figures, "PATH", tmp_path / "none.json")
    figures.measured.cache_clear()
    assert figures.measured() == {}
    figures.measured.cache_clear()


def test_the_charts_have_one_scale():
    charts = re.findall("<figure.*?</figure>", show.by_position())
    ticks = [re.findall(r'y="([\d.]+)" text-anchor="end">([\d.]+)<', chart) for chart in charts]
    assert len(charts) > 1 and ticks[0] and all(one == ticks[0] for one in ticks)
