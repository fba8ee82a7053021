"""What the browser does not read is left out of a page; the rest of it is as Gradio made it."""

from __future__ import annotations

import json

import gradio as gr
import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from demos.shell.blocks import Blocks
from demos.shell.lean_config import API_INFO, CONFIG, FOR_SERVERS, lean

HOSTILE = "</script><script>alert('&')</script> 한국어 \u2028"


def echo(text: str) -> str:
    return text


@pytest.fixture(scope="module")
def page() -> bytes:
    with Blocks() as blocks:
        gr.Textbox(HOSTILE, label="Text")
        gr.api(echo)  # pyright: ignore[reportPrivateImportUsage]
    return TestClient(gr.mount_gradio_app(FastAPI(), blocks, path="/")).get("/").content


def config_of(page: bytes) -> dict:
    found = CONFIG.search(page)
    assert found
    return json.loads(found[2])


def info_of(page: bytes) -> dict:
    found = API_INFO.search(page)
    assert found
    return json.loads(found[2])


def test_only_descriptions_for_the_api_are_left_out(page):
    before, after = config_of(page), config_of(lean(page))
    assert sum(FOR_SERVERS <= one.keys() for one in before["components"]) == 3, "the textbox and its echo"
    for one, other in zip(before["components"], after["components"], strict=True):
        assert not FOR_SERVERS & other.keys()
        one["props"].pop("_api_info", None)
        assert other == {name: value for name, value in one.items() if name not in FOR_SERVERS}
    del before["components"], after["components"]
    assert before == after


def test_code_to_copy_is_left_out_unless_the_page_shows_the_api(page):
    before, without, shown = (info_of(one) for one in (page, lean(page), lean(page, shows_api=True)))
    assert shown == before
    assert set(before["named_endpoints"]["/echo"].pop("code_snippets")) >= {"python", "bash"}
    assert without == before


def test_what_surrounds_the_configuration_stays(page):
    [start, end] = CONFIG.search(page).span(2)  # pyright: ignore[reportOptionalMemberAccess]
    made = lean(page, shows_api=True)
    assert made.startswith(page[:start]) and made.endswith(page[end:])
    assert lean(b"<p>no configuration</p>") == b"<p>no configuration</p>"


def test_nothing_in_the_configuration_ends_its_script(page):
    found = CONFIG.search(lean(page))
    assert found and b"<" not in found[2]
    assert HOSTILE in [one["props"].get("value") for one in config_of(lean(page))["components"]]
