from __future__ import annotations

import pytest

from demos.models.memory_budget import in_words, installed_memory, memory_budget, parse_bytes


@pytest.mark.parametrize(
    ("text", "size"), [("8GB", 8 * 10**9), ("1.5 gb", 1_500_000_000), ("750M", 750_000_000), ("12", 12)]
)
def test_sizes_are_read(text, size):
    assert parse_bytes(text) == size


@pytest.mark.parametrize("text", ["", "GB", "8 cows", "-1GB", "1e9"])
def test_anything_else_is_refused(text):
    with pytest.raises(ValueError, match="Write it like 8GB"):
        parse_bytes(text)


def test_sizes_in_words():
    assert [in_words(size) for size in (999, 1000, 930_000_000, 2_150_000_000)] == [
        "999 bytes",
        "1.0 KB",
        "930.0 MB",
        "2.1 GB",
    ]


def test_a_containers_limit_counts_when_it_is_smaller(tmp_path):
    machine = installed_memory(limits=())
    (tmp_path / "limited").write_text("1000000\n")
    (tmp_path / "unlimited").write_text("max\n")
    assert installed_memory(limits=(str(tmp_path / "limited"),)) == 1_000_000
    assert installed_memory(limits=(str(tmp_path / "unlimited"), str(tmp_path / "absent"))) == machine


def test_the_budget_is_the_environments_or_half_the_memory(monkeypatch):
    monkeypatch.setenv("STAGE_MEMORY_BUDGET", "3GB")
    assert memory_budget() == 3 * 10**9
    monkeypatch.delenv("STAGE_MEMORY_BUDGET")
    assert memory_budget() == installed_memory() // 2
