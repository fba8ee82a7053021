"""What all tests share: bundled weights only, one cache and one runner for the whole run."""

from __future__ import annotations

import os

# Before anything is imported that reads them: what the caller has set must not matter.
for name in [n for n in os.environ if n.startswith(("HF_", "TRANSFORMERS_", "STAGE_", "GRADIO_", "SPACE"))]:
    del os.environ[name]
os.environ["STAGE_MODELS"], os.environ["STAGE_ENGINE"] = "bundled", "transformers"
os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"
os.environ.setdefault("OMP_NUM_THREADS", "1")  # the test run's processes share the cores already

import pytest
from hypothesis import settings

from demos.models.cache import shared_cache
from demos.models.specs import Origin, Spec
from demos.runner import Runner

# Tests never time: by default an example that takes 0.2 s on a busy machine would fail.
settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")

pytest_plugins = ("tests.nearest", "tests.slow")


@pytest.fixture(scope="session")
def runner() -> Runner:
    return Runner(shared_cache())


@pytest.fixture(scope="session")
def minilm():
    with shared_cache().lease(Spec("minilm")) as loaded:
        yield loaded


@pytest.fixture(scope="session")
def smollm2():
    with shared_cache().lease(Spec("smollm2")) as loaded:
        yield loaded


@pytest.fixture(scope="session")
def origin() -> Origin:
    return Origin("tiny", "Tiny random model", None, None, "bundled", "MIT", "")
