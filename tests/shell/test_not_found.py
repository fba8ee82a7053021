"""An address that names no demo: a page for people, JSON for programs, and nothing typed becomes markup."""

from __future__ import annotations

from starlette.applications import Starlette
from starlette.testclient import TestClient

from demos.shell.not_found import missing_html, not_found_page

DEMOS = {"attention": "Attention viewer", "prompt": "Prompt builder"}


def ask(path: str, accept: str = "text/html"):
    application = Starlette(exception_handlers={404: not_found_page("Stage", DEMOS)})
    return TestClient(application).get(path, headers={"Accept": accept})


def test_people_see_the_demos_there_are():
    answer = ask("/nonsense")
    assert answer.status_code == 404 and "There is no demo called “nonsense”" in answer.text
    assert '<a href="./attention">Attention viewer</a>' in answer.text
    assert '<a href="../attention">Attention viewer</a>' in ask("/nonsense/further").text


def test_programs_get_json():
    for answer in (ask("/nonsense", "*/*"), ask("/gradio_api/nonsense")):
        assert answer.status_code == 404 and answer.json() == {"detail": "Not Found"}


def test_an_address_becomes_no_markup():
    assert "<img" not in ask("/<img src=x>").text
    said = missing_html("<b>" + "x" * 10_000, DEMOS)
    assert "<b>" not in said and "&lt;b&gt;" in said and len(said) < 1000
