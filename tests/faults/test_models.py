"""A model that cannot be read or has no room is refused by name, and the others answer as before."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from demos.errors import ModelUnavailable
from demos.models import bundled
from demos.models.cache import ModelCache
from demos.models.checkpoint import ASSETS
from demos.runner import Runner
from demos.tasks.sentiment import SENTIMENT, SentimentInputs
from tests.faults.conftest import PATIENCE

ROOT = Path(__file__).parents[2]
HARMED, OTHER, SOUND = "korean-sentiment", "korean-mlm", "minilm-sentiment"


def truncated(models: Path) -> None:
    weights = models / HARMED / "model.safetensors"
    weights.write_bytes(weights.read_bytes()[: weights.stat().st_size // 2])


def swapped(models: Path) -> None:
    one, other = (models / name / "model.safetensors" for name in (HARMED, OTHER))
    ours, theirs = one.read_bytes(), other.read_bytes()
    one.write_bytes(theirs)
    other.write_bytes(ours)


@pytest.fixture
def models(tmp_path, monkeypatch) -> Path:
    """The bundled models, two of them as copies that may be harmed."""
    folder = tmp_path / "models"
    folder.mkdir()
    for model in (ASSETS / "models").iterdir():
        if model.name in (HARMED, OTHER):
            (folder / model.name).mkdir()
            for file in model.iterdir():
                (folder / model.name / file.name).write_bytes(file.read_bytes())
        else:
            (folder / model.name).symlink_to(model)
    monkeypatch.setattr(bundled, "ASSETS", tmp_path)
    return folder


@pytest.mark.parametrize("harm", [truncated, swapped], ids=lambda harm: harm.__name__)
def test_weights_that_are_not_the_published_ones_are_refused_and_the_others_answer(
    models, harm: Callable[[Path], None]
):
    runner = Runner(ModelCache(10**9))
    harm(models)
    for _ in range(2):
        with pytest.raises(
            ModelUnavailable, match=f"model.safetensors in .*{HARMED} is not the one that was"
        ):
            runner(SENTIMENT, SentimentInputs("좋다", HARMED))
        assert runner(SENTIMENT, SentimentInputs("A good film.", SOUND)).origin.checkpoint == SOUND


def test_a_model_that_memory_does_not_hold_is_refused_and_a_small_one_goes_on_answering():
    """The system itself refuses the memory, in a process of its own."""
    command = [sys.executable, "-m", "tests.faults.short_of_memory"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=4 * PATIENCE)
    assert done.returncode == 0 and "Traceback" not in done.stderr, done.stderr[-3000:]
    before, refused, beside, after = json.loads(done.stdout)
    assert refused.startswith("ModelTooLarge: minilm") and "so much memory is not left" in refused, refused
    assert before == beside == after == "SentimentResult"
