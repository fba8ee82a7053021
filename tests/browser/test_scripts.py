"""The parts of the browser's scripts that need no gallery: loaded into an empty page and asked."""

from __future__ import annotations

import base64
import json
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from playwright.sync_api import Browser, Page

from demos.attention.viewer import SCRIPTS as VIEWER
from demos.attention.viewer import html_export
from demos.caption_world.watch_it_learn import SCRIPTS as LEARN
from demos.caption_world.who_sees_what import SCRIPTS as WHO
from demos.debate.dependence import SCRIPTS as DEBATE
from demos.prompting.builder import SCRIPTS as PROMPTING
from demos.shell.gallery import SHELL_SCRIPTS
from demos.shell.load_demos import load_programme, working
from demos.shell.saved_page import SCRIPTS as SAVED

FOLDER = Path(__file__).parents[2] / "assets" / "js"
OWN = ("common", "shell", "attention", "bertviz", "caption_world", "debate", "foundations", "prompting")
PAGES = {"viewer": VIEWER, "debate": DEBATE, "prompting": PROMPTING, "learn": LEARN, "who": WHO, "shell": ()}
LESSONS = [demo for demo in working(load_programme()) if demo.INFO.tab == "Foundations"]
PAGES |= {demo.INFO.slug: demo.SCRIPTS for demo in LESSONS if hasattr(demo, "SCRIPTS")}

MAP = {"name": "self", "layers": 2, "heads": 3, "causal": False, "square": True, "has_flow": True}
TOKENS = [{"text": text, "segment": segment} for text, segment in (("a", 0), ("b", 0), ("c", 1))]
PAIR = MAP | {"queries": TOKENS, "keys": TOKENS}
SINGLE = MAP | {"queries": TOKENS[:2], "keys": TOKENS[:2]}
STATE = {"view": "head", "map": "self", "layer": 1, "heads": None, "head": 0, "token": 2, "side": "query"}
STATE |= {
    "finding": None,
    "rows": False,
    "filter": "ab",
    "relative": {"head": False, "matrix": True},
    "measure": "",
    "lowest": False,
}


def loaded(page: Page, paths: tuple[Path, ...]) -> Page:
    """The page with the scripts as the gallery loads them; what a script throws is thrown here."""
    wrong: list[str] = []
    page.on("pageerror", lambda error: wrong.append(str(error)))
    for path in dict.fromkeys(paths):
        page.add_script_tag(content=path.read_text("utf-8"))
        assert not wrong, (path.name, wrong)
    return page


@pytest.fixture(scope="module")
def blank(browser: Browser) -> Iterator[Page]:
    page = browser.new_page()
    yield loaded(page, (*SHELL_SCRIPTS, *VIEWER, *DEBATE, *PROMPTING))
    page.close()


@pytest.mark.parametrize("name", PAGES)
def test_a_page_loads_each_script_after_those_that_it_uses(browser: Browser, name: str):
    page = browser.new_page()
    loaded(page, (*SHELL_SCRIPTS, *PAGES[name]))
    page.close()


def test_the_saved_page_has_all_that_its_viewer_uses(browser: Browser):
    page = loaded(browser.new_page(), html_export.SCRIPTS)
    assert page.evaluate("Object.keys(AttentionViews)") == ["head", "model", "matrix", "neuron", "flow"]
    page.close()


def test_every_script_belongs_to_a_page_and_is_checked():
    in_frames = {FOLDER / "bertviz" / "boot.js"}
    listed = {path for page in PAGES.values() for path in page} | {*SHELL_SCRIPTS, *SAVED} | in_frames
    assert listed == {path for folder in OWN for path in (FOLDER / folder).glob("*.js")}
    assert all(path.read_text("utf-8").startswith("// @ts-check\n") for path in listed)


def test_libraries_are_loaded_where_bertviz_draws_only(blank: Page):
    assert not any("vendor" in path.parts for paths in PAGES.values() for path in paths)
    assert blank.evaluate("[typeof window.d3, typeof window.jQuery]") == ["undefined", "undefined"]


CASES: list[tuple[str, Any]] = [
    # numbers
    ("StageNumbers.formatNumber(-0.12345, 2)", "−0.12"),
    ("[NaN, -Infinity].map((value) => StageNumbers.formatNumber(value))", ["–", "−∞"]),
    ("StageNumbers.formatKnown(null)", "undefined"),
    ("[0.25, -0.25, -0.001].map((v) => StageNumbers.formatSigned(v, 2))", ["+0.25", "−0.25", "0.00"]),
    ("[2, 2.5, null].map(StageNumbers.formatRank)", ["2", "2.5", "undefined"]),
    ("StageNumbers.formatPercent(0.256)", "26 %"),
    ("StageNumbers.meanOfRows([[0, 1], [1, 1]])", [0.5, 1]),
    # ticks and bins
    ("StageNumbers.roundTicks(0, 1, 4)", [0, 0.2, 0.4, 0.6, 0.8, 1]),
    ("StageNumbers.roundTicks(-0.3, 0.3, 4)", [-0.2, 0, 0.2]),
    ("StageNumbers.roundTicks(0, 37, 5)", [0, 10, 20, 30]),
    ("StageNumbers.roundTicks(0, 0.004, 4)", [0, 0.001, 0.002, 0.003, 0.004]),
    ("[0.1 + 0.2, -2].map(StageNumbers.formatTick)", ["0.3", "−2"]),
    ("StageNumbers.roundEnd([0.02, null, 0.07])", 0.1),
    ("StageNumbers.roundEnd([3])", 1),
    ("StageNumbers.roundEnd([])", 0.05),
    ("StageNumbers.countBins([0, 0.24, 0.25, 1, null, NaN, 2, -1], 0, 1, 4)", [3, 1, 0, 2]),
    # text
    ("['', ' ', 'a\\tb', '\\u00a0'].map(StageText.legible)", ["∅", "␣", "a⇥b", "U+00A0"]),
    ("StageText.legible('a\\u200bb')", "aU+200Bb"),
    ("StageText.legible('👩\\u200d🔬')", "👩\u200d🔬"),
    ("StageText.escapeMarkup(`<a href='\"'>&`)", "&lt;a href=&#39;&quot;&#39;&gt;&amp;"),
    ("StageText.fitText('short', 500, 12)", "short"),
    ("StageText.fitText('👩👩👩👩👩👩', 0, 12)", "…"),
    ("StageText.graphemes('\u1112\u1161\u11ab한👩\u200d🔬e\u0301')",
     ["\u1112\u1161\u11ab", "한", "👩\u200d🔬", "e\u0301"]),
    ("StageText.clip('\u1112\u1161\u11ab'.repeat(3), 2)", "\u1112\u1161\u11ab" * 2),
    ("StageText.fitText('👩\u200d🔬'.repeat(9), 60, 12).replaceAll('👩\u200d🔬', '')", "…"),
    ("StageText.columnWidth(['x'.repeat(81)], 12, 40)", 40),
    # tokens
    ("AttentionTokens.visibleText({text: '', piece: '##x'})", "##x"),
    ("AttentionTokens.asideText({text: 'x', piece: '[UNK]', note: 'not in the vocabulary: y'})", " [UNK]"),
    ("AttentionTokens.asideText({text: '한', piece: '##\\u1112', part: '1/3'})", " \u1112"),
    ("AttentionTokens.asideText({text: 'é', piece: 'Ã', part: '1/2'})", " 1/2"),
    ("AttentionHeads.enabledHeads({heads: null}, {heads: 3})", [0, 1, 2]),
    ("AttentionHeads.toggleHead({heads: [2]}, {heads: 3}, 0)", {"heads": [0, 2]}),
    ("AttentionHeads.onlyHead({heads: [1], head: 'mean'}, 1)", {"heads": None, "head": "mean"}),
    (
        "AttentionHeads.rankHeads({names: ['m'], values: [[[1, null], [3, 2]]]}, 'm', false, 2)",
        [{"layer": 1, "head": 0, "value": 3}, {"layer": 1, "head": 1, "value": 2}],
    ),
    # what is named, and where
    ("AttentionViewTabs.whyNot('neuron', {square: true}, {measure: 'mean', words: 'sum'})",
     "Needs Show: each head, sub-words as tokens"),
    ("AttentionViewTabs.whyNot('flow', {square: false}, {})",
     "Rollout needs square attention, which cross-attention is not"),
    ("DebateTradeoff.freePlace([100, 100], 20, 300, 200, [])", {"x": 100, "y": 88, "box": [90, 77, 110, 91]}),
    ("DebateTradeoff.freePlace([100, 100], 20, 300, 200, [[0, 0, 300, 99]]).y", 122),
    ("DebateTradeoff.freePlace([100, 100], 20, 300, 200, [[0, 0, 300, 200]])", None),
    # sums to 1, and a way to 1 loses no proportions
    ("DebateWeightRows.reweigh([0.2, 0.3, 0.5], 2, 0)", [0.4, 0.6, 0]),
    ("DebateWeightRows.reweigh([0, 0, 1], 2, 0.5)", [0.25, 0.25, 0.5]),
    ("DebateWeightRows.reweigh([1], 0, 0.3)", [1]),
    ("AttentionMatrixCells.cellsPerPixel(0.25, 1)", 4),
    ("AttentionMatrixCells.cellsPerPixel(3, 2)", 1),
]  # fmt: skip


@pytest.mark.parametrize(("asked", "expected"), CASES, ids=[asked for asked, _ in CASES])
def test_pure_functions(blank: Page, asked: str, expected: Any):
    answer = blank.evaluate(asked)
    if isinstance(expected, list) and all(isinstance(value, float | int) for value in expected):
        assert answer == pytest.approx(expected, abs=1e-12)
    else:
        assert answer == expected


STATES = [
    ("a token that is gone", {"token": 2}, SINGLE, {"token": None, "filter": "all"}),
    ("a pair keeps its filter", {}, PAIR, {"token": 2, "filter": "ab"}),
    ("a layer above the top", {"layer": 9}, PAIR, {"layer": 1}),
    ("heads that are gone", {"heads": [7]}, PAIR, {"heads": None}),
    ("no head at all stays", {"heads": []}, PAIR, {"heads": []}),
    ("all heads by name", {"heads": [0, 1, 2]}, PAIR, {"heads": None}),
    ("a head that is gone", {"head": 5}, PAIR, {"head": 0}),
    ("the mean stays", {"head": "mean"}, PAIR, {"head": "mean"}),
    ("a view that the map has not", {"view": "neuron"}, PAIR, {"view": "head"}),
    ("a measure that is gone", {"measure": "sink"}, PAIR, {"measure": ""}),
    ("another map", {"map": "cross"}, PAIR, {"map": "self"}),
]


@pytest.mark.parametrize(
    ("change", "shown", "expected"), [row[1:] for row in STATES], ids=[r[0] for r in STATES]
)
def test_a_choice_that_is_not_offered_becomes_the_nearest_one(
    blank: Page, change: dict[str, Any], shown: dict[str, Any], expected: dict[str, Any]
):
    asked = "([state, payload]) => AttentionState.reconcile(state, payload, AttentionViews)"
    found = blank.evaluate(asked, [STATE | change, {"maps": [shown]}])
    assert {name: found[name] for name in expected} == expected


@pytest.mark.parametrize(
    ("name", "token", "layer"), [("text", None, 0), ("measure", 1, 1), ("nothing", 1, 0)]
)
def test_a_token_belongs_to_its_text_and_rollout_starts_at_the_top(
    blank: Page, name: str, token: int | None, layer: int
):
    key = {"text": "x", "measure": "attention"}
    new = key | ({"text": "y"} if name == "text" else {"measure": "rollout"} if name == "measure" else {})
    asked = "([state, before, payload]) => AttentionState.carriedOver(state, before, payload)"
    found = blank.evaluate(asked, [STATE | {"token": 1, "layer": 0}, key, {"maps": [PAIR], "key": new}])
    assert (found["token"], found["layer"]) == (token, layer)


def test_the_toolbar_offers_what_the_view_and_the_map_have(blank: Page):
    asked = "([state, maps, uses]) => AttentionToolbar.wantedParts(state, { maps }, uses)"
    head = blank.evaluate(asked, [STATE, [PAIR], ["heads", "filter", "rows", "relative"]])
    hidden = {"head": False, "token": False, "map": False}
    assert head == hidden | {"layer": True, "heads": True, "filter": True, "rows": True, "relative": True}
    matrix = blank.evaluate(
        asked, [STATE | {"view": "matrix"}, [SINGLE, PAIR], ["heads", "head", "mean", "filter"]]
    )
    assert (matrix["map"], matrix["heads"], matrix["head"], matrix["filter"]) == (True, False, True, False)
    assert not matrix["rows"]


FINDING = {"kind": "words", "map": "self", "layer": 1, "head": 2, "side": "query", "token": 0}
AT_FINDING = {"layer": 1, "heads": [2], "head": 2, "token": 0, "finding": "words self 1 2 0"}


@pytest.mark.parametrize(
    ("payload", "expected"),
    [
        ({}, {"layer": 0, "heads": None, "token": None, "finding": ""}),
        ({"findings": [FINDING, FINDING | {"layer": 0}]}, AT_FINDING),
        ({"findings": [FINDING], "opens": {"layer": 0, "view": "matrix", "finding": None}},
         AT_FINDING | {"layer": 0, "view": "matrix", "finding": None}),
    ],
)  # fmt: skip
def test_a_viewer_starts_at_the_first_finding_or_where_a_page_was_left(
    blank: Page, payload: dict[str, Any], expected: dict[str, Any]
):
    found = blank.evaluate("(payload) => AttentionState.initialState(payload)", {"maps": [PAIR]} | payload)
    assert {name: found[name] for name in expected} == expected


def test_who_goes_elsewhere_is_not_brought_back(blank: Page):
    asked = """([patch, payload]) => {
      const before = { ...AttentionState.initialState(payload), ...patch };
      const changed = AttentionState.changed(AttentionState.initialState(payload), patch);
      const next = { ...payload, findings: [{ ...payload.findings[0], layer: 0, head: 1 }] };
      const after = AttentionState.carriedOver(changed, {}, next);
      return [changed.finding, after.layer, after.heads];
    }"""
    payload = {"maps": [PAIR], "findings": [FINDING]}
    stays, moves = {"view": "matrix", "rows": True}, {"layer": 1}
    assert blank.evaluate(asked, [stays, payload]) == ["words self 1 2 0", 0, [1]]
    assert blank.evaluate(asked, [moves, payload]) == [None, 1, [2]]


KOREAN = [
    {"text": text, "piece": text, "eojeol": eojeol, "special": text == "[CLS]"}
    for text, eojeol in (("[CLS]", 0), ("서울", 1), ("의", 1), ("날씨", 2), ("x" * 400, 3))
]


@pytest.mark.parametrize("width", [200, 2000])
def test_tokens_in_rows_do_not_overlap_and_eojeols_stay_together(blank: Page, width: int):
    asked = """([tokens, width]) => {
      const every = Int32Array.from(tokens, (_, i) => i);
      const map = { queries: tokens, keys: tokens.slice(0, 2) };
      const positions = { queries: every, keys: every.slice(0, 2) };
      const { query, key, ...rest } = AttentionHeadPlaces.placesOf(map, positions, width, true);
      const plain = ({ start, length, middle }) => [start, length, middle].map((side) => [...side]);
      return { ...rest, query: plain(query), key: plain(key) };
    }"""
    places = blank.evaluate(asked, [KOREAN, width])
    start, length, middle = map(np.array, places["query"])
    gaps = start[1:] - (start + length)[:-1]
    np.testing.assert_allclose(gaps, [12, 1, 12, 12])
    np.testing.assert_allclose(middle, start + length / 2)
    assert (places["width"] is None) == (width == 2000)
    end = width if places["width"] is None else places["width"]
    for row in ("query", "key"):
        first, last = places[row][0][0], places[row][0][-1] + places[row][1][-1]
        assert first == pytest.approx(end - last), "in the middle"
    in_columns = blank.evaluate(asked.replace("width, true", "width, false"), [KOREAN, width])
    assert np.diff(in_columns["query"][0]) == pytest.approx(in_columns["thickness"])


def test_the_strongest_lines_are_those_of_a_sorted_list(blank: Page):
    weights = np.random.default_rng(0).integers(0, 256, (2, 9, 9)).astype(np.uint8)
    asked = """([bytes, limit]) => {
      const layer = { bytes: new Uint8Array(bytes), rows: 9, columns: 9 };
      const every = Int32Array.from({ length: 9 }, (_, i) => i);
      const positions = { queries: every, keys: every };
      const lines = AttentionLines.strongestLines(layer, [0, 1], positions, false, limit);
      return { byte: [...lines.byte], visible: lines.visible, total: lines.total };
    }"""
    found = blank.evaluate(asked, [weights.ravel().tolist(), 20])
    assert sorted(found["byte"], reverse=True) == sorted(weights.ravel().tolist(), reverse=True)[:20]
    assert (found["visible"], found["total"]) == (int((weights > 0).sum()), 162)


def test_neuron_scores_are_scaled_dot_products_with_bias_and_mask(blank: Page):
    random = np.random.default_rng(1)
    queries, keys, bias = random.normal(size=(3, 4)), random.normal(size=(3, 4)), random.normal(size=(3, 3))
    asked = """([queries, keys, bias, query]) => {
      const [q, k, b] = [queries, keys, bias].map((values) => Float32Array.from(values));
      const data = { dimension: 4, scaling: 0.5, queries: q, keys: k, bias: b };
      const map = { keys: [0, 1, 2], causal: true };
      const { scores, weights } = AttentionNeuronScores.neuronScores(data, map, query);
      return [[...scores].map((score) => (score === -Infinity ? null : score)), [...weights]];
    }"""
    scores, weights = blank.evaluate(asked, [array.ravel().tolist() for array in (queries, keys, bias)] + [1])
    expected = 0.5 * keys[:2] @ queries[1] + bias[1, :2]
    assert scores == [pytest.approx(expected[0], abs=1e-6), pytest.approx(expected[1], abs=1e-6), None]
    powers = np.exp(expected - expected.max())
    assert weights == pytest.approx([*(powers / powers.sum()), 0], abs=1e-6)


def test_a_layer_is_decoded_and_one_that_is_cut_short_says_so(blank: Page):
    packed = base64.b64encode(zlib.compress(bytes(range(12)))).decode()
    data = {"map": "self", "layer": 0, "heads": 1, "rows": 3, "columns": 4, "scale": 1, "data": packed}
    decode = "async (data) => [...(await AttentionData.decodeLayer(data)).bytes]"
    assert blank.evaluate(decode, data) == list(range(12))
    failing = "(data) => AttentionData.decodeLayer(data).then(() => '', (error) => error.message)"
    assert blank.evaluate(failing, data | {"rows": 4}) == "The data of this view is incomplete."
    assert blank.evaluate(failing, data | {"data": "AAAA"}) == "The data of this view could not be unpacked."


def test_the_cache_forgets_what_was_not_used_for_longest_and_every_failure(blank: Page):
    asked = """async () => {
      const cache = AttentionData.createCache(25);
      const made = [];
      const get = (key) => cache.get(key, () => (made.push(key), { size: 10 }));
      for (const key of ["a", "b", "a", "c", "b", "a"]) await get(key);
      await cache.get("bad", () => { throw new Error("no"); }).catch(() => {});
      await cache.get("bad", () => (made.push("bad"), { size: 0 }));
      return [made, cache.bytes()];
    }"""
    # c puts out b (a was used since), b puts out a.
    assert blank.evaluate(asked) == [["a", "b", "c", "b", "a", "bad"], 20]


def test_watching_the_page_ends_when_it_has_found(blank: Page):
    asked = """async () => {
      let looks = 0;
      const turn = () => new Promise((done) => setTimeout(done));
      StageDom.watchPage(() => { looks++; return document.getElementById("awaited") !== null; });
      document.body.append(StageDom.element("i"));
      await turn();
      document.body.append(StageDom.element("i", { id: "awaited" }));
      await turn();
      const found = looks;
      document.body.append(StageDom.element("i"));
      await turn();
      return [found, looks];
    }"""
    assert blank.evaluate(asked) == [3, 3]


def test_both_surfaces_know_the_same_words_and_text_is_escaped(blank: Page):
    asked = """() => {
      const pen = document.createElement("canvas").getContext("2d");
      const [canvas, svg] = [AttentionSurface.canvasSurface(pen), AttentionSurface.svgSurface(10, 10)];
      svg.text(1, 2, "<script>", { colour: '"red"' });
      const words = (surface) => Object.keys(surface).filter((name) => name !== "toString").sort();
      return [words(canvas), words(svg), svg.toString()];
    }"""
    canvas, svg, document = blank.evaluate(asked)
    assert canvas == svg
    assert "<script>" not in document
    assert "&lt;script&gt;" in document


def test_a_notice_names_what_has_changed_since(blank: Page):
    fields = [{"label": "Text", "choices": {}}, {"label": "<Model>", "choices": {"b": "B & C"}}]
    asked = """([answer, values, now]) => {
      const made = StageFreshness.asked(answer.name, values, false);
      return [StageFreshness.notice(answer, made, values), StageFreshness.notice(answer, made, now)];
    }"""
    fresh, stale = blank.evaluate(
        asked, [{"name": "n", "ask": "Go", "fields": fields}, ["x", "b"], ["x", "a"]]
    )
    assert fresh == ""
    assert "&lt;Model&gt; <bdi>“B &amp; C”</bdi>" in stale
    assert "Text" not in stale
    assert "press <b>Go</b> to update" in stale


def test_nothing_polls():
    sources = {
        path.name: path.read_text("utf-8") for folder in OWN for path in (FOLDER / folder).glob("*.js")
    }
    assert [name for name, source in sources.items() if "setInterval" in source] == []
    assert json.loads((FOLDER / "tsconfig.json").read_text())["include"][1:] == sorted(OWN)


def test_a_table_sorts_by_the_head_of_a_column(blank):
    def sorted_by_click() -> list[str]:
        blank.locator(".stage-sort").click()
        return blank.locator("tbody th").all_inner_texts()

    values = {"a": "0.4", "b": "", "c": "0.9", "d": "10"}
    rows = "".join(
        f'<tr><th>{name}</th><td data-value="{value}"></td></tr>' for name, value in values.items()
    )
    blank.evaluate(  # not set_content, which takes away the document's listeners
        "html => { document.body.innerHTML = html; }",
        '<table><thead><tr><th>name</th><th><button class="stage-sort" data-best="high">figure</button></th>'
        f"</tr></thead><tbody>{rows}</tbody></table>",
    )
    assert sorted_by_click() == ["d", "c", "a", "b"], "the best first, as numbers; what has none at the end"
    assert blank.locator('th[aria-sort="descending"]').inner_text() == "figure"
    assert sorted_by_click() == ["a", "c", "d", "b"], "and the other way at the next click"
