"""A file with answers for which the disk has no room."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from demos.errors import StageError
from demos.ui.column_panel import _save
from tests.faults.conftest import full_disk


def test_a_file_with_answers_for_which_the_disk_has_no_room_is_named_and_leaves_nothing(tmp_path):
    answers: Any = SimpleNamespace(written=lambda: ("a line\n" * 2**18, 0))
    refusal = pytest.raises(StageError, match="answers cannot be stored here: File too large. Ask again")
    with full_disk(2**19), refusal:
        _save(answers, tmp_path / "answers" / "answers.csv")
    assert not any(tmp_path.iterdir())
    assert _save(answers, tmp_path / "answers" / "answers.csv") == 0
