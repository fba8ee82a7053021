"""The matrix of prompt variants: against single prompts, against a table, and against what may be typed."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace
from weakref import WeakKeyDictionary

import numpy as np
import pandas as pd
import pytest

from demos.contract import check_fields, parse, to_plain
from demos.errors import BadInput
from demos.nlp import remembered_scores
from demos.nlp.labels import calibrate
from demos.nlp.prompt_task import Task, task_to_json
from demos.prompting.builder.compute import SCORE
from demos.prompting.builder.schemas import PromptInputs
from demos.prompting.task.ready import task_of
from demos.prompting.variants import EXAMPLES, compute
from demos.prompting.variants.compute import MATRIX
from demos.prompting.variants.page import (
    inputs_of_page,
    queries_table,
    variants_table,
    with_query,
    with_variant,
)
from demos.prompting.variants.schemas import MatrixInputs, Query, Variant, check_matrix, first_variants
from demos.prompting.variants.show import matrix_table
from tests.closeness import OURS, SUMMED, assert_close

SENTIMENT = task_of("sentiment")
OWN, BARE, TERSE = first_variants(SENTIMENT)
LOVED, HATED = (Query((("text", text),)) for text in ("Loved every minute.", "A waste of two hours."))
ASKED = MatrixInputs("sentiment", (OWN, TERSE), (LOVED, HATED), k=2)


def last(runner, asked):
    """The whole matrix, through the runner."""
    *_, answer = runner.stream(MATRIX, asked)
    return answer


def whole(asked, loaded):
    *_, answer = compute.prompt_matrix(asked, loaded)
    return answer


# Against single prompts


@pytest.mark.parametrize("style", ["plain", "chat-turns"])
def test_a_cell_is_what_its_prompt_alone_gives(runner, style):
    asked = replace(ASKED, style=style)
    answer = last(runner, asked)
    for variant, column in zip(asked.variants, answer.variants, strict=True):
        task = replace(SENTIMENT, instruction=variant.instruction, template=variant.template)
        for query, cell in zip(asked.queries, column.cells, strict=True):
            alone = runner(SCORE, PromptInputs(task_to_json(task), query.fields, k=2, style=style))
            assert cell.prompt == alone.prompt
            for kind in ("probability", "content_free", "calibrated"):
                own = getattr(cell, "probabilities" if kind == "probability" else kind)
                assert_close(own, [getattr(row, kind) for row in alone.labels], atol=SUMMED)


def test_choices_and_the_right_answer_come_from_the_tasks_row(runner):
    task = task_of("translation")
    row = task.rows[0]
    asked = MatrixInputs("translation", first_variants(task), (Query(row.fields),), k=2)
    answer = last(runner, asked)
    assert (answer.queries[0].labels, answer.queries[0].label) == (row.choices, row.label)
    alone = runner(SCORE, PromptInputs("translation", row.fields, 2, row.choices))
    cell = answer.variants[0].cells[0]
    assert_close(cell.probabilities, [one.probability for one in alone.labels], atol=SUMMED)
    assert_close(cell.calibrated, [one.calibrated for one in alone.labels], atol=SUMMED)


def test_labels_of_several_tokens_are_summed(runner, smollm2):
    labels = (("good", ("an absolute masterpiece",)), ("bad", ("a complete and utter waste",)))
    task = Task("own", "Own", "Judge.", "{text} It was {label}.", labels)
    asked = MatrixInputs(task_to_json(task), first_variants(task), (LOVED,), k=0)
    alone = runner(SCORE, PromptInputs(asked.task, LOVED.fields, 0))
    assert all(len(row.words[0].tokens) > 2 for row in alone.labels)
    cell = last(runner, asked).variants[0].cells[0]
    assert_close(cell.probabilities, [row.probability for row in alone.labels], atol=SUMMED)


def test_the_wording_flips_answers_in_the_first_example(runner):
    answer = last(runner, EXAMPLES[0].inputs)
    assert answer.unanimous < len(answer.queries) == 6
    terse = answer.variants[2]
    assert {cell.predicted for cell in terse.cells} == {"negative"} and terse.accuracy.mean == 0.5


# Against a table


TABLE = {  # probability of "positive" by what the prompt has in it, the instruction first
    ("Decide", "Loved"): 0.9,
    ("Decide", "waste"): 0.2,
    ("Decide", ""): 0.5,
    ("", "Loved"): 0.4,
    ("", "waste"): 0.1,
    ("", ""): 0.2,
}


@pytest.fixture
def table(monkeypatch, smollm2):
    """SmolLM2's tokenizer before a model that is `TABLE`; counts the calls and the prompts."""
    calls = []

    def scored(loaded, prompts, verbalizers):
        yield 0
        calls.append([prompt.text for prompt in prompts])
        found = []
        for text in calls[-1]:
            first = "Decide" if text.startswith("Decide") else ""
            p = TABLE[first, next((word for word in ("Loved", "waste") if word in text), "")]
            found.append(SimpleNamespace(probabilities={"sum": np.array([p, 1 - p])}))
        return found

    monkeypatch.setattr(remembered_scores, "score_labels_in_steps", scored)
    monkeypatch.setattr(remembered_scores, "_of_all", WeakKeyDictionary())
    return SimpleNamespace(calls=calls, loaded=smollm2)


def test_calibration_is_by_variant_and_everything_is_asked_once(table):
    queries = tuple(replace(query, label="positive") for query in (LOVED, HATED))
    asked = MatrixInputs("sentiment", (OWN, BARE), queries, k=0)
    check_matrix(asked)
    answer = whole(asked, table.loaded)
    # By variant two inputs and three without content, none of them twice.
    assert (
        [len(set(prompts)) for prompts in table.calls] == [len(prompts) for prompts in table.calls] == [5, 5]
    )
    own, bare = answer.variants
    assert_close([cell.probabilities for cell in own.cells], [(0.9, 0.1), (0.2, 0.8)], atol=OURS)
    assert_close([cell.content_free for cell in bare.cells], [(0.2, 0.8)] * 2, atol=OURS)
    # 0.4 / 0.2 = 2 against 0.6 / 0.8 = 0.75, so 2 / 2.75; and 0.5 against 1.125.
    assert_close(bare.cells[0].calibrated, (2 / 2.75, 0.75 / 2.75), atol=OURS)
    assert_close(bare.cells[1].calibrated, (0.5 / 1.625, 1.125 / 1.625), atol=OURS)
    assert_close(own.cells[0].calibrated, calibrate(np.array([0.9, 0.1]), np.array([0.5] * 2)), atol=OURS)
    assert [cell.predicted for cell in bare.cells] == ["negative"] * 2
    assert [cell.calibrated_predicted for cell in bare.cells] == ["positive", "negative"]
    assert (own.accuracy.mean, bare.accuracy.mean, bare.calibrated_accuracy.mean) == (0.5, 0, 0.5)
    # Plain they differ on the first input only, calibrated on none.
    assert answer.disagreement.tolist() == [[0, 0.5], [0.5, 0]] and answer.unanimous == 1
    assert not answer.calibrated_disagreement.any() and answer.calibrated_unanimous == 2


def test_without_a_known_answer_nothing_is_right_or_wrong(table):
    answer = whole(replace(ASKED, variants=(OWN, BARE), k=0), table.loaded)
    assert [one.accuracy for one in answer.variants] == [None, None]
    html = matrix_table(answer)
    assert "stage-wrong" not in html and "stage-right" not in html and "not known" in html
    assert to_plain(answer)["variants"][0]["accuracy"] is None


def test_accuracy_counts_only_known_answers(table):
    queries = (replace(LOVED, label="positive"), HATED)
    asked = replace(ASKED, variants=(OWN, BARE), queries=queries, k=0)
    answer = whole(asked, table.loaded)
    assert [one.accuracy.mean for one in answer.variants] == [1, 0]
    assert "<strong>1 of 1</strong>" in matrix_table(answer)


def test_an_input_that_is_a_shot_is_named(table):
    shot = SENTIMENT.shots[1]
    asked = replace(ASKED, variants=(OWN, BARE), queries=(Query(shot.fields),))
    seen = whole(replace(asked, k=2), table.loaded)
    assert seen.queries[0].notice.startswith("This is shot 2")
    assert seen.queries[0].label == shot.label
    assert "Input 1: This is shot 2" in matrix_table(seen)
    assert not whole(replace(asked, k=1), table.loaded).queries[0].notice


def test_shots_that_do_not_fit_are_named_and_calibration_follows_them(table, monkeypatch):
    monkeypatch.setattr(compute, "window", lambda loaded: 90)
    answer = whole(replace(ASKED, variants=(OWN, BARE), k=2), table.loaded)
    cell = answer.variants[0].cells[0]
    assert cell.notice == "Dropped to fit into the window: shot 1." and cell.tokens <= 90 - 32
    first, second = SENTIMENT.shots[0].fields[0][1], SENTIMENT.shots[1].fields[0][1]
    assert not any(first in prompt for prompt in table.calls[0] if prompt.startswith("Decide"))
    assert all(second in prompt for prompts in table.calls for prompt in prompts)
    assert cell.notice in matrix_table(answer)


# What may be typed


def worded(**changed) -> tuple[Variant, ...]:
    return (OWN, replace(BARE, **changed))


@pytest.mark.parametrize(
    ("changed", "problem"),
    [
        ({"task": "none"}, "no ready task"),
        ({"variants": (OWN,)}, "'variants' has 1 entry; there must be at least 2. Give 2 to 6"),
        (
            {"variants": tuple(replace(OWN, name=str(i)) for i in range(7))},
            "'variants' has 7 entries; the limit",
        ),
        ({"queries": ()}, "'queries' has 0 entries; there must be at least 1"),
        ({"queries": (LOVED,) * 41}, "'queries' has 41 entries; the limit is 40"),
        ({"k": 17}, "number of shots is 17. It must be 0 to 16"),
        ({"variants": worded(name=OWN.name)}, "Two variants are called 'As written'"),
        ({"variants": worded(name=" ")}, "name of variant 2 is empty"),
        ({"variants": worded(template="{review} {label}")}, r"Variant 'No instruction': .*{text} is missing"),
        ({"variants": worded(template="{text}{b} {label}")}, r"Variant 'No instruction': .*no field {b}"),
        ({"variants": worded(template="{text}")}, r"Variant 'No instruction': .*{label} 0 times"),
        ({"variants": worded(template="{text {label}")}, "Variant 'No instruction': .*braces"),
        ({"variants": worded(instruction="\ud83d")}, "Character 1 of the instruction is half of a surrogate"),
        ({"queries": (LOVED, Query((("review", "x"),)))}, r"Input 2: The field {text} is missing"),
        ({"queries": (Query((("text", "x"), ("label", "y"))),)}, r"Input 1: The task has no field {label}"),
        ({"queries": (Query((("text", " "),)),)}, "Input 1: The field 'text' is empty"),
        ({"queries": (replace(LOVED, label="great"),)}, "Input 1: Its right answer is 'great', .*none of"),
        ({"queries": (replace(LOVED, choices=("a", "b")),)}, "Input 1: It has choices, but"),
        ({"queries": (Query((("text", "w " * 40_000),)),) * 2}, "320,000 characters; the limit is 200,000"),
    ],
)
def test_mistakes_are_named_before_a_model_is_loaded(changed, problem):
    inputs = replace(ASKED, **changed)
    with pytest.raises(BadInput, match=problem):
        check_fields(inputs)
        check_matrix(inputs)


@pytest.mark.parametrize("choices", [(), ("un",), ("un", "un"), ("un", " ")])
def test_an_input_of_its_own_needs_choices_where_the_task_has_no_labels(choices):
    task = task_of("translation")
    query = Query((("text", "one"),), choices=choices)
    with pytest.raises(BadInput, match="Input 1: It needs at least two choices"):
        check_matrix(MatrixInputs("translation", first_variants(task), (query,)))


def test_inputs_as_json():
    variants = [to_plain(OWN), to_plain(BARE)]
    values = {"task": "sentiment", "variants": variants, "queries": [{"fields": {"text": "Fine."}}]}
    parsed = parse(MatrixInputs, values)
    check_matrix(parsed)
    assert parsed.queries == (Query((("text", "Fine."),)),) and parsed.variants == (OWN, BARE)


@pytest.mark.parametrize("name", ["sentiment", "inference", "translation"])
def test_the_pages_tables_say_what_was_put_in_and_empty_lines_nothing(name):
    task = task_of(name)
    queries = tuple(Query(row.fields, row.label, row.choices) for row in task.rows[:3])
    tables = [variants_table(first_variants(task)), queries_table(task, queries)]
    frames = [pd.DataFrame(one["data"], columns=one["headers"]) for one in tables]
    padded = [pd.concat([one, one.iloc[:1].map(lambda cell: None)]) for one in frames]
    asked = inputs_of_page(name, *padded, 4, "plain", "smollm2")
    assert asked == MatrixInputs(name, first_variants(task), queries, 4)
    check_matrix(asked)


def frame_of(table) -> pd.DataFrame:
    return pd.DataFrame(table["data"], columns=table["headers"])


def test_rows_are_added_up_to_the_limit():
    table = frame_of(variants_table((OWN, BARE)))
    for count in range(3, 7):
        table = frame_of(with_variant("sentiment", table))
        assert len(table) == count == table["name"].nunique()
    with pytest.raises(BadInput, match="6 variants already"):
        with_variant("sentiment", table)
    queries = frame_of(with_query(frame_of(queries_table(SENTIMENT, (LOVED,)))))
    assert queries.to_numpy().tolist() == [["Loved every minute.", ""], ["", ""]]
    check_matrix(inputs_of_page("sentiment", table, queries, 4, "plain", "smollm2"))
    with pytest.raises(BadInput, match="40 inputs already"):
        with_query(pd.concat([queries.iloc[:1]] * 40))


def test_a_column_that_was_deleted_is_missed_by_its_name():
    frame = pd.DataFrame([["a", "b"], ["c", "d"]], columns=["name", "instruction"])
    queries = pd.DataFrame([["Fine."]], columns=["text"])
    with pytest.raises(BadInput, match="Variant 'a': .*{label} 0 times"):
        check_matrix(inputs_of_page("sentiment", frame, queries, 0, "plain", "smollm2"))


def test_what_was_typed_is_escaped(runner):
    evil = '</td><img src=x onerror=alert(1)>"'
    labels = ((evil, ("yes",)), ("no", ("no",)))
    task = Task("own", evil, evil, "{text} {label}", labels)
    variants = (Variant(evil, evil, evil + "{text} {label}"), Variant("b", evil, "{text}\n{label}"))
    query = Query((("text", evil),), evil)
    html = matrix_table(last(runner, MatrixInputs(task_to_json(task), variants, (query,), 0)))
    assert "<img" not in html and html.count("&lt;img") > 6
