"""The pages below home: built at their first visit, bounded, at the right root, a sentence if they fail."""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType

import pytest
from gradio.routes import App
from starlette.datastructures import QueryParams
from starlette.testclient import TestClient

from demos.contract import Endpoint, Info
from demos.shell import load_demos, serving
from demos.shell.gallery import build, launch_options, moved_address
from demos.shell.load_demos import Broken, load_programme
from demos.shell.navigation import header_html
from demos.shell.pages import SESSIONS
from demos.shell.serving import Pages

ROOT = Path(__file__).parents[2]
OURS = "http://127.0.0.1:7860"
PAGE = {"Accept": "text/html"}


@contextmanager
def served(runner, *programme: str, root: str = "") -> Iterator[TestClient]:
    """The gallery of some demos, set up as `launch()` does it."""
    blocks, options = build(runner, programme), launch_options(runner, programme)
    blocks.root_path, blocks.theme, blocks.css, blocks.head = root, options["theme"], "", ""
    blocks.state_session_capacity = options["state_session_capacity"]
    blocks.config = blocks.get_config_file()
    app = App.create_app(blocks, app_kwargs=options["app_kwargs"])
    app.root_path = root
    with TestClient(app, base_url=OURS, follow_redirects=False) as client:
        yield client


@pytest.fixture
def demo(monkeypatch) -> Callable[..., str]:
    """Make the module of a demo; returns its name."""

    def make(name: str, **other: object) -> str:
        module = ModuleType(name, "A demo of the tests.")
        info = Info(slug=name.replace("_", "-"), title=name, tab="Pipelines", limits="Nothing.")
        facts = {"INFO": info, "EXAMPLES": (), "ENDPOINTS": (), "build": lambda run: None} | other
        vars(module).update(facts)
        monkeypatch.setitem(sys.modules, name, module)
        return name

    return make


def test_a_page_is_built_once(runner, demo):
    built = []
    with served(runner, demo("counted", build=built.append)) as client:
        assert built == []
        assert all(client.get("/counted").status_code == 200 for _ in range(3)) and len(built) == 1
        config = client.get("/counted/config").json()
        assert config["root"] == f"{OURS}/counted"


@pytest.mark.parametrize("path", ["", "/counted"])
def test_every_application_remembers_so_many_visits_at_most(runner, demo, path):
    with served(runner, demo("counted")) as client:
        client.get(path or "/")
        for number in range(SESSIONS + 20):
            body = {"data": [], "fn_index": 99999, "session_hash": f"visit {number}"}
            assert client.post(f"{path}/gradio_api/run/x", json=body).status_code >= 400
        pages = client.app.middleware_stack
        while not isinstance(pages, Pages):
            pages = pages.app
        page = pages._built["counted"] if path else client.app
        assert len(page.state_holder.session_data) == SESSIONS


def test_pages_keep_no_history_and_show_no_monitoring(runner, demo):
    with served(runner, demo("counted")) as client:
        assert client.get("/counted").status_code == 200
        assert client.get("/counted/gradio_api/runs").status_code == 404
        assert client.get("/counted/monitoring").status_code == 403
        large = {"files": ("a.csv", b"x" * (11 * 2**20))}
        assert client.post("/counted/gradio_api/upload", files=large).status_code == 413


def test_a_page_that_cannot_be_built_is_a_sentence_and_is_tried_again(runner, demo, monkeypatch, caplog):
    tried = []

    def fail(run):
        tried.append(1)
        if len(tried) < 2:
            raise ZeroDivisionError("<b>no</b>")

    with served(runner, demo("fails", build=fail), demo("works")) as client:
        answer = client.get("/fails", headers=PAGE)
        assert answer.status_code == 503 and answer.headers["retry-after"]
        assert "could not be laid out (ZeroDivisionError)" in answer.text and "<b>" not in answer.text
        assert client.get("/fails").status_code == 503 and len(tried) == 1, "not at every request"
        assert client.get("/works").status_code == 200
        monkeypatch.setattr(serving, "RETRY", 0.0)
        assert client.get("/fails").status_code == 200
    assert "Traceback" in caplog.text


@pytest.mark.parametrize(("root", "prefix"), [("", ""), ("/gallery", ""), ("/gallery", "/gallery")])
def test_pages_work_below_a_root_whether_a_proxy_leaves_it_in_the_path_or_not(
    runner, demo, monkeypatch, root, prefix
):
    monkeypatch.setenv("GRADIO_ROOT_PATH", root)
    blocks, options = (
        build(runner, ("demos.tasks.similarity",)),
        launch_options(runner, ("demos.tasks.similarity",)),
    )
    blocks.root_path = root
    app = App.create_app(blocks, app_kwargs=options["app_kwargs"])
    app.root_path = root
    with TestClient(app, base_url=OURS, follow_redirects=False) as client:
        page = client.get(f"{prefix}/similarity", headers=PAGE)
        assert page.status_code == 200
        assert client.get(f"{prefix}/similarity/config").json()["root"] == f"{OURS}{root}/similarity"
        before, _, _ = page.text.partition('<script type="module"')
        script = before.partition('<script src=".')[2].partition('"')[0]
        assert script.startswith("/stage/"), "the scripts must be loaded before any of Gradio's"
        found = client.get(f"{prefix}{script}", headers={"Accept-Encoding": "gzip"})
        assert found.status_code == 200 and found.headers["content-type"].startswith("text/javascript")
        assert found.headers["content-encoding"] == "gzip" and "immutable" in found.headers["cache-control"]
        assert client.post(f"{prefix}{script}").status_code == 405
        moved = client.get(f"{prefix}/?demo=similarity&__theme=dark")
        assert moved.headers["location"] == "./similarity?__theme=dark"
        missing = client.get(f"{prefix}/nothing/below/", headers=PAGE)
        assert missing.status_code == 404 and '<a href="../../similarity">' in missing.text


@pytest.mark.parametrize(
    ("slug", "query", "address"),
    [
        ("", "demo=a&x=1", "a?x=1"),
        ("", "tab=Two Words&__theme=dark", "?__theme=dark#two-words"),
        ("", "tab=models&embed=1", "models?embed=1"),
        ("", "demo=//evil.example", "evil.example"),
        ("", "demo=..", "unknown"),
        ("", "demo=http:evil", "http%3Aevil"),
        ("", "demo=a%0d%0ab", "a%0D%0Ab"),
        ("bertviz", "example=3&__theme=dark", "attention?draw=bertviz&__theme=dark"),
        ("a", "x=1", None),
        ("", "", None),
        ("", "tab=", None),
    ],
)
def test_old_addresses_lead_to_the_new_ones_and_nowhere_else(slug, query, address):
    assert moved_address(slug, QueryParams(query), {"a"}) == address


@pytest.mark.parametrize(
    ("changed", "why"),
    [
        ({"INFO": None}, "INFO must be"),
        ({"INFO": Info("x", "X", None, "L")}, "INFO must be"),
        ({"INFO": Info("a/b", "X", "T", "L")}, "small letters"),
        ({"INFO": Info("", "X", "T", "L")}, "INFO must be"),
        ({"INFO": Info("config", "X", "T", "L")}, "config is taken"),
        ({"INFO": Info("bertviz", "X", "T", "L")}, "bertviz is taken"),
        ({"INFO": Info("similarity", "X", "T", "L")}, "similarity is taken"),
        ({"ENDPOINTS": None}, "TypeError"),
        ({"ENDPOINTS": (object(),)}, "must hold Endpoints"),
        ({"ENDPOINTS": (Endpoint("x", lambda a, b: None, None),)}, "StopIteration|KeyError"),
    ],
)
def test_a_demo_that_breaks_the_contract_is_a_card_and_stops_no_other(demo, changed, why):
    load_demos.load_programme.cache_clear()
    first, broken = load_programme(("demos.tasks.similarity", demo("strange", **changed)))
    load_demos.load_programme.cache_clear()
    assert isinstance(first, ModuleType) and isinstance(broken, Broken)
    assert re.search(why, broken.reason)
    assert "aria-current" in header_html([first, broken], "similarity")
    assert header_html([first, broken]).count("aria-current") == 1, "at home only home is marked"


def test_no_listener_makes_a_layout():
    """Made outside of `with`, a layout block joins whatever page is being built at that moment."""
    layouts = {"Column", "Row", "Group", "Accordion", "Tab", "Tabs", "Blocks"}
    for path in (ROOT / "demos").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            for call in ast.walk(node) if isinstance(node, ast.Return | ast.Lambda | ast.Yield) else ():
                name = getattr(getattr(call, "func", None), "attr", "")
                assert name not in layouts, f"{path}:{getattr(call, 'lineno', '?')} makes gr.{name}"
