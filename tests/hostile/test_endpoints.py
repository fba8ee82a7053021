"""Hostile inputs over plain HTTP: each is answered or refused with a sentence, and nothing fails here."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from demos.foundations.shapes.schemas import PASTED
from demos.models.cache import shared_cache
from demos.shell.plain_http import plain_http
from tests.hostile import corpus
from tests.hostile.asked import (
    ENDPOINTS,
    Asked,
    Checker,
    asking,
    expect_answer,
    request_of,
    sent,
    text_fields,
    with_text,
)

PLACES = len(ENDPOINTS)
NAMES = list(ENDPOINTS)
QUICK = {"bpe_merges", "tokenize", "shapes", "sentiment", "similarity"}
"""Endpoints that get every text."""


@pytest.fixture(scope="module")
def checking() -> Iterator[Asked]:
    """Every endpoint, up to where a model would be loaded."""
    with asking(plain_http(ENDPOINTS, Checker(shared_cache()))) as asked:
        yield asked


@pytest.fixture(scope="module")
def computing(runner) -> Iterator[Asked]:
    with asking(plain_http(ENDPOINTS, runner)) as asked:
        yield asked


@pytest.mark.parametrize("name", NAMES)
def test_values_of_the_wrong_type_are_refused_before_a_model_is_loaded(checking, name):
    endpoint = ENDPOINTS[name]
    base = request_of(endpoint)
    fields = list(base)
    for number, text in enumerate(corpus.texts(corpus.JSON_TEXTS)):
        field = fields[(number + NAMES.index(name)) % len(fields)]
        rest = sent({key: value for key, value in base.items() if key != field}).decode()[1:-1]
        body = f'{{"{field}": {text}{", " if rest else ""}{rest}}}'.encode()
        answer = checking.post(f"/api/{name}", content=body)
        expect_answer(answer, f"{name}, {field} = {corpus.told(text)}")


@pytest.mark.parametrize("name", NAMES)
def test_bodies_that_are_no_request_are_refused(checking, name):
    for body in (
        corpus.raw("bodies")
        if name in QUICK
        else corpus.share(corpus.raw("bodies"), NAMES.index(name) % 8, 8)
    ):
        answer = checking.post(
            f"/api/{name}", content=body, headers={"Content-Type": "text/html; charset=utf-7"}
        )
        expect_answer(answer, f"{name}, {corpus.told(body)}")


@pytest.mark.parametrize("name", NAMES)
def test_texts_are_answered_or_refused_before_a_model_is_loaded(checking, name):
    endpoint = ENDPOINTS[name]
    base, fields = request_of(endpoint), text_fields(endpoint)
    for number, text in enumerate(corpus.texts("texts") if fields else ()):
        field = fields[(number + NAMES.index(name)) % len(fields)]
        answer = checking.post(f"/api/{name}", content=sent(with_text(endpoint, base, field, text)))
        expect_answer(answer, f"{name}, {field} = {corpus.told(text)}")


@pytest.mark.parametrize("name", NAMES)
def test_texts_are_answered_or_refused_by_models(computing, name):
    endpoint = ENDPOINTS[name]
    base, fields = request_of(endpoint), text_fields(endpoint)
    found = corpus.texts("texts")
    for text in found if name in QUICK else corpus.share(found, NAMES.index(name), PLACES):
        for field in fields[:1]:
            answer = computing.post(f"/api/{name}", content=sent(with_text(endpoint, base, field, text)))
            expect_answer(answer, f"{name}, {field} = {corpus.told(text)}")


def test_configurations_are_built_or_refused(checking):
    for text in corpus.texts("configs"):
        answer = checking.post("/api/shapes", content=sent({"source": PASTED, "config": text}))
        expect_answer(answer, f"shapes, {corpus.told(text)}")


def test_tasks_are_rendered_or_refused(checking):
    base = request_of(ENDPOINTS["render_prompt"])
    for text in corpus.texts("tasks"):
        answer = checking.post("/api/render_prompt", content=sent(base | {"task": text}))
        expect_answer(answer, f"render_prompt, {corpus.told(text)}")
