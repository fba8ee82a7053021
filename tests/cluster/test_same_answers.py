"""A front's answers are those of a single process, byte for byte. Here they pass through JSON."""

from __future__ import annotations

import pytest

from demos.cluster.runner import ClusterRunner
from demos.models.cache import ModelCache, shared_cache
from demos.runner import Runner
from tests.cluster.recorded import ENDPOINTS, RECORDED, differing
from tests.cluster.test_cluster_runner import Here

CHEAP = (
    *("attention", "attention_view", "bertviz", "bpe_merges", "caption_world", "entities", "fill_mask"),
    *("render_prompt", "sentiment", "shapes", "tokenize", "trial_predict", "zero_shot"),
)


@pytest.mark.parametrize("name", [name for name in RECORDED if name in CHEAP])
def test_a_workers_answer_is_the_same_json(name, runner):
    workers = Here(endpoints=ENDPOINTS.values(), run=Runner(shared_cache()))
    assert not list(differing(name, runner, ClusterRunner(workers, ModelCache(0)), most=2))
