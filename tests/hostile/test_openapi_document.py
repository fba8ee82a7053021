"""The OpenAPI document and the endpoints agree: schemathesis makes requests from the one for the other."""

from __future__ import annotations

from typing import Any

import schemathesis
from hypothesis import HealthCheck, settings
from schemathesis.specs.openapi.checks import positive_data_acceptance

from demos.models.cache import shared_cache
from demos.shell.plain_http import plain_http
from tests.hostile.asked import ENDPOINTS, Checker

CHECKED = (
    "bpe_merges",
    "shapes",
    "render_prompt",
    "similarity",
    "generate",
    "zero_shot",
    "prompt_matrix",
    "attention_export",
)
"""Endpoints whose fields are of all the types that there are."""

DOCUMENT = schemathesis.openapi.from_asgi("/api/openapi.json", plain_http(ENDPOINTS, Checker(shared_cache())))


@DOCUMENT.include(path=[f"/api/{name}" for name in CHECKED]).parametrize()
@settings(max_examples=20, derandomize=True, database=None, suppress_health_check=[*HealthCheck])
def test_what_the_document_says_of_an_endpoint_holds(case: Any) -> None:
    answer = case.call()
    assert answer.status_code == 200 or answer.json()["error"]["remedy"], case.as_curl_command()
    # What a schema cannot say, such as that a text holds no half of a character, is refused too.
    case.validate_response(answer, excluded_checks=[positive_data_acceptance])
