"""The first sentence of every answer of Prompting: of its numbers, and never more than their uncertainty
allows."""

from __future__ import annotations

import re
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from demos.nlp.comparison import Difference
from demos.nlp.in_context import Accuracy, Condition
from demos.nlp.prompt import Budget
from demos.prompting.builder.export import as_markdown
from demos.prompting.builder.headline import (
    complete_headline,
    render_headline,
    score_headline,
    shots_headline,
)
from demos.prompting.builder.html_export import as_html
from demos.prompting.builder.schemas import (
    Column,
    Comparison,
    CompleteAnswer,
    ExperimentAnswer,
    LabelRow,
    Progress,
    RenderAnswer,
    ScoreAnswer,
)
from demos.prompting.builder.scored_prompt import as_json, from_json
from demos.prompting.experiments.compute import column, compared
from demos.prompting.experiments.headline import CONCLUSIONS, NO_DIFFERENCE, RARE, headline
from demos.prompting.experiments.notes import too_little
from demos.prompting.variants.headline import headline as of_wordings
from demos.prompting.variants.schemas import (
    AskedQuery,
    MatrixAnswer,
    MatrixInputs,
    Query,
    Variant,
    VariantAnswer,
)
from tests.headlines import ANY_TEXT, SHARE, are_of, check_sentence, unquoted
from tests.prompting.records import BUNDLED, made

CLAIMS = re.compile(r"\b(help|hurt|matter|better|worse|improve|prove)s?\b")
COUNT = st.integers(0, 5000)
LABEL_ROW = st.builds(
    lambda label, p, c: LabelRow(label, (), -1.0, -1.0, -1.0, 1.0, p, 0.5, c), ANY_TEXT, SHARE, SHARE
)
PROGRESS = Progress(1000, 2.0, 1000, 2.0)


@st.composite
def scores(draw, k=None):
    rows = draw(st.lists(LABEL_ROW, min_size=2, max_size=4, unique_by=lambda row: row.label))
    expected = draw(st.none() | st.sampled_from([row.label for row in rows]) | ANY_TEXT)
    return ScoreAnswer("p", draw(st.integers(0, 64)), tuple(rows), (), "", "a", "a", BUNDLED, expected)


@settings(deadline=None)
@given(scores())
def test_labels_are_the_likeliest_plain_and_calibrated(result):
    said = check_sentence(score_headline(None, result))
    are_of(said, [share for row in result.labels for share in (row.probability, row.calibrated)])
    best = max(result.labels, key=lambda row: row.probability)
    calibrated = max(result.labels, key=lambda row: row.calibrated)
    verdicts = re.findall(r"\b(right|wrong)\b", unquoted(said))
    if result.expected is None:
        assert not verdicts
    else:
        right = ["right" if row.label == result.expected else "wrong" for row in (best, calibrated)]
        assert verdicts == (right[:1] if best is calibrated else right)


@pytest.mark.parametrize("expected", ["a" * 40, "b" * 40, "c" * 40])
@pytest.mark.parametrize("calibrated", [(0.9999, 0.9998), (0.9998, 0.9999)])
def test_the_longest_sentence_is_not_too_long(calibrated, expected):
    rows = [
        LabelRow(label * 40, (), -1.0, -1.0, -1.0, 1.0, plain, 0.5, after)
        for label, plain, after in zip("ab", (0.9999, 0.9998), calibrated, strict=True)
    ]
    check_sentence(
        score_headline(None, ScoreAnswer("p", 0, tuple(rows), (), "", "a", "a", BUNDLED, expected))
    )


def test_the_words_of_a_clear_and_of_a_close_decision():
    def rows(*pairs):
        return tuple(
            LabelRow(name, (), -1.0, -1.0, -1.0, 1.0, p, 0.5, c)
            for name, (p, c) in zip(("positive", "negative"), pairs, strict=True)
        )

    clear = ScoreAnswer("p", 4, rows((0.94, 0.71), (0.06, 0.29)), (), "", "a", "a", BUNDLED, "positive")
    assert score_headline(None, clear) == "The model answers “positive”, 94 %; after calibration 71 %: right."
    turned = replace(clear, labels=rows((0.52, 0.3), (0.48, 0.7)))
    assert score_headline(None, turned) == (
        "The model answers “positive”, 52 %, nearly tied with “negative”, 48 % (right); after calibration "
        "“negative”, 70 % (wrong)."
    )


@settings(deadline=None)
@given(st.lists(scores(), max_size=6))
def test_more_and_more_shots(answers):
    answers = [replace(answers[0], k=k, labels=answer.labels) for k, answer in enumerate(answers)]
    said = shots_headline(answers)
    if len(answers) < 2:
        assert said == ""
        return
    check_sentence(said)
    best = [max(answer.labels, key=lambda row: row.probability) for answer in answers]
    are_of(said, [row.probability for row in best])
    assert ("changes" in unquoted(said)) == (len({row.label for row in best}) > 1)


@settings(deadline=None)
@given(COUNT, COUNT, COUNT, COUNT, st.integers(1, 10**6), st.sampled_from(["", "Dropped: shot 1."]))
def test_the_prompts_length(instruction, shots, query, template, window, notice):
    budget = Budget(instruction, shots, query, template, 32, window)
    said = check_sentence(render_headline(None, RenderAnswer("p", (), budget, notice, BUNDLED)))
    assert f"{instruction + shots + query + template:,} token" in said
    assert ("not all shots fit" in said) == bool(notice)


@settings(deadline=None)
@given(ANY_TEXT, SHARE, st.sampled_from(["", "end", "length", "field"]), st.none() | ANY_TEXT,
       st.sampled_from([True, False, None]))  # fmt: skip
def test_what_was_written(text, probability, finished, expected, right):
    result = CompleteAnswer(text, (), probability, "p", 3, 4, 1.0, finished, BUNDLED, "", expected, right)
    said = complete_headline(None, result)
    if not finished:
        assert said == ""
        return
    check_sentence(said)
    are_of(said, [probability])
    told = text.strip() and expected is not None
    assert re.findall(r"\b(?:right|wrong)\b", unquoted(said)) == (
        [] if not told else [{True: "right", False: "wrong", None: "right"}[right]]
    )


@st.composite
def accuracies(draw):
    low, mean, high = sorted(draw(st.tuples(SHARE, SHARE, SHARE)))
    return Accuracy(mean, 0.1, low, high)


@st.composite
def experiments(draw):
    experiment = draw(st.sampled_from(sorted(CONCLUSIONS)))
    count, runs = draw(st.integers(0, 5)), np.full(2, 0.5)
    columns = tuple(
        Column("k", draw(ANY_TEXT), runs, runs, runs, draw(accuracies()), draw(accuracies()), ())
        for _ in range(count)
    )
    found = None
    if count > 1:
        low, high = sorted(draw(st.tuples(st.floats(-1, 1), st.floats(-1, 1))))
        first, second = draw(st.permutations(range(count)))[:2]
        mean = columns[second].accuracy.mean - columns[first].accuracy.mean
        order = experiment == "order_sensitivity"
        apart = Difference(mean, min(low, mean), max(high, mean))
        found = Comparison(first, second, apart, draw(SHARE) if order else None)
    total = count + draw(st.integers(0, 1))
    rows, seeds, chance = draw(st.sampled_from([6, 40, 200])), draw(st.sampled_from([1, 3])), draw(SHARE)
    return ExperimentAnswer(experiment, columns, total, rows, seeds, chance, PROGRESS, BUNDLED, found)


@settings(deadline=None)
@given(experiments())
def test_an_experiment_claims_no_more_than_its_interval_allows(answer):
    said = headline(None, answer)
    if answer.comparison is None:
        assert said == ""
        return
    # Titles are ours, but an own task's words must not look like a claim either.
    plain = headline(None, replace(answer, columns=tuple(replace(one, title="x") for one in answer.columns)))
    assert len(said) <= 200 and said == " ".join(said.split())
    found, done = answer.comparison, len(answer.columns) == answer.total
    apart = found.difference
    differs = apart.low > 0 or apart.high < 0 if found.chance is None else found.chance <= RARE
    better = answer.columns[found.second if apart.mean > 0 else found.first].accuracy
    allowed = differs and done and not too_little(answer) and better.low > answer.chance
    if CLAIMS.search(plain):
        assert allowed, plain
    if not differs and done and not too_little(answer):
        assert NO_DIFFERENCE in plain
    assert ("So far" in plain) == (not done)
    ends = {round(100 * answer.columns[i].accuracy.mean) for i in (found.first, found.second)}
    assert {
        int(n) for n in re.findall(r"(\d+) % (?:of \d+ rows right|with)|worst (\d+) %", plain)[0] if n
    } <= ends


def conditions(*correct):
    return [
        Condition(f"c{i}", f"c{i}", np.array(one, bool), np.array(one, bool), np.zeros(len(one)), ())
        for i, one in enumerate(correct)
    ]


def answer_of(experiment, found, total=None):
    done = [column(one) for one in found]
    return ExperimentAnswer(
        experiment,
        tuple(done),
        total or len(done),
        40,
        3,
        0.5,
        PROGRESS,
        BUNDLED,
        compared(experiment, found),
    )


def right(count, runs=3):
    return [[True] * count + [False] * (40 - count)] * runs


@pytest.mark.parametrize(
    ("experiment", "found", "said"),
    [
        ("k_curve", (right(18, 1), right(38)), "95 % of 40 rows right with c1, 45 % with c0: 50 points more"),
        ("k_curve", (right(18, 1), right(19)), NO_DIFFERENCE),
        ("k_curve", (right(1, 1), right(20)), "but neither is clearly above guessing, 50 %."),
        ("k_curve", (right(38, 1), right(20)), "so the shots hurt here."),
        ("label_noise", (right(1, 1), right(20), right(38)), "with c2, 50 % with c1: 45 points more"),
        ("label_words", (right(38), right(30), right(2)), "so the words matter here."),
        ("order_sensitivity", (right(20, 1), right(21, 1), right(20, 1)), NO_DIFFERENCE),
        ("order_sensitivity", (right(20, 1), right(38, 1), right(20, 1)), "so the order matters here."),
    ],
)
def test_conclusions(experiment, found, said):
    assert said in headline(None, answer_of(experiment, conditions(*found)))


def test_an_experiment_that_goes_on_says_so_and_concludes_nothing():
    found = conditions(right(18, 1), right(38))
    said = headline(None, answer_of("k_curve", found, total=5))
    assert said.startswith("So far 95 % of 40 rows right") and not CLAIMS.search(said)
    assert headline(None, answer_of("k_curve", found[:1], total=5)) == ""
    few = replace(answer_of("k_curve", found), rows=6, seeds=1)
    assert "too little was measured" in headline(None, few) and not CLAIMS.search(headline(None, few))


@settings(deadline=None)
@given(st.integers(2, 6), st.integers(0, 6), st.integers(0, 40), st.integers(0, 40), st.integers(0, 40))
def test_wordings(wanted, asked, count, same, calibrated):
    asked, same, calibrated = min(wanted, asked), min(same, count), min(calibrated, count)
    queries = (AskedQuery((), ("a", "b"), None, ""),) * count
    variants = (VariantAnswer("v", (), None, None),) * asked
    none = np.zeros((asked, asked))
    answer = MatrixAnswer(queries, variants, none, none, same, calibrated, (), 4, PROGRESS, BUNDLED)
    inputs = MatrixInputs("topic", (Variant("v", "", ""),) * wanted, (Query(()),) * count)
    said = of_wordings(inputs, answer)
    if asked < 2:
        assert said == ""
        return
    check_sentence(said)
    assert f"changes {count - same or 'none'} of {count} answer" in said
    assert f"after calibration {count - calibrated or 'none'}." in said
    assert ("So far" in said) == (asked < wanted)


def test_what_is_taken_away_begins_with_it():
    prompt = made()
    assert prompt.headline == score_headline(prompt.inputs, prompt.scored)
    assert prompt.headline.replace('"', "&quot;") in as_html(prompt)
    assert prompt.headline.split("”")[0] in as_markdown(prompt).split("```")[0]
    assert f'"headline": "{prompt.headline}"' in as_json(prompt)
    assert from_json(as_json(prompt)) == prompt
    assert replace(prompt, scored=None).headline == ""
