"""Which links of a deck are the gallery's: in Markdown, HTML and lists, dead, foreign and hostile ones."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from demos.commands.rehearse.deck import MAX_BYTES, links_in, named_hosts, read_deck
from demos.errors import BadInput
from demos.shell.load_demos import load_programme, titles

SLUGS = titles(load_programme())

MARKDOWN = """# Is attention explanation?

[the trial](http://127.0.0.1:7860/trial?example=2#trial-adversary), then <http://localhost:7860/similarity>.

![a picture](./pictures/one.png) [the same again](http://127.0.0.1:7860/trial?example=2#trial-adversary)

<section data-background-iframe="http://127.0.0.1:7860/attention?embed=1&amp;example=3"></section>
<iframe src='/generate?example=1'></iframe> [Jain](https://arxiv.org/abs/1902.10186)
[on a Space](https://someone-stage.hf.space/zero-shot) see also https://arxiv.org/abs/1908.04626.
"""


def found(text: str, **more: object) -> list[tuple[str | None, int, int]]:
    return [(link.slug, link.example, link.line) for link in links_in(text, SLUGS, **more).links]


def test_links_of_markdown_and_html_in_their_order_each_once():
    assert found(MARKDOWN) == [
        ("trial", 2, 3),
        ("similarity", 0, 3),
        ("attention", 3, 7),
        ("generate", 1, 8),
        ("zero-shot", 0, 9),
    ]
    deck = links_in(MARKDOWN, SLUGS)
    assert deck.links[0].fragment == "trial-adversary" and deck.links[2].query == "embed=1&example=3"
    assert deck.foreign == {"arxiv.org": 2}


def test_a_plain_list():
    text = "/trial?example=1\n./sentiment\n- /entities?example=3\nhttp://192.168.1.20:7860/\n\n/models\n"
    assert found(text) == [
        ("trial", 1, 1),
        ("sentiment", 0, 2),
        ("entities", 3, 3),
        ("", 0, 4),
        ("models", 0, 6),
    ]


def test_prose_and_paths_of_files_are_no_links():
    assert found("Read and/or write, see /etc/hosts or assets/js. Either /trial or not.") == []
    assert found('<img src="/logo.svg"> <link href="/theme.css"> [code](./talk.py)') == []


def test_dead_links_lead_nowhere():
    assert found("http://127.0.0.1:7860/trail?example=1\n/no-such-demo\n") == [(None, 1, 1), (None, 0, 2)]


def test_old_links_lead_where_they_lead_now():
    text = "http://127.0.0.1:7860/?demo=similarity&example=2 http://127.0.0.1:7860/bertviz"
    assert found(text) == [("similarity", 2, 1), ("attention", 0, 1)]


def test_a_gallery_below_a_root_and_under_a_name_of_its_own():
    text = "https://stage.example.org/stage/trial?example=1"
    assert found(text) == [] and links_in(text, SLUGS).foreign == {"stage.example.org": 1}
    assert found(text, hosts=named_hosts(["https://stage.example.org"])) == [("trial", 1, 1)]


def test_the_owners_names_come_from_the_environment_too(monkeypatch):
    monkeypatch.setenv("STAGE_HOSTS", "stage.example.org, *")
    assert {"stage.example.org"} <= named_hosts([])


@pytest.mark.parametrize("wrong", ["http://[", "http://127.0.0.1:99999999/trial", "http://%zz/", "https://"])
def test_broken_addresses_stop_nothing(wrong):
    assert ("trial", 0, 2) in found(f"[x]({wrong})\nhttp://localhost/trial")


@given(st.text(max_size=300))
def test_any_text_is_read(text):
    for link in links_in(text, SLUGS).links:
        assert 1 <= link.line <= text.count("\n") + 1


@given(st.lists(st.sampled_from(sorted(SLUGS)), min_size=1, max_size=8, unique=True), st.integers(1, 9))
def test_every_link_that_is_written_is_found(slugs, example):
    text = "\n".join(f"* [{slug}](http://localhost:7860/{slug}?example={example}&embed=1)" for slug in slugs)
    assert found(text) == [(slug, example, line) for line, slug in enumerate(slugs, 1)]


def test_a_deck_of_ten_megabytes_is_read(tmp_path):
    """Most of it pictures in base64, as an exported deck has them; thousands of links."""
    picture = '<img src="data:image/png;base64,' + "iVBORw0KGgo/+" * 70_000 + '">\n'
    links = "".join(
        f"[{i}](https://example.org/{i})\n[x](http://localhost/trial?example={i % 5 + 1})\n"
        for i in range(5000)
    )
    path = tmp_path / "deck.html"
    path.write_text(picture * 11 + links + picture)
    assert path.stat().st_size > 10 * 10**6
    deck = links_in(read_deck(path), SLUGS)
    assert [link.example for link in deck.links] == [1, 2, 3, 4, 5] and deck.foreign == {"example.org": 5000}


def test_what_cannot_be_read_is_said(tmp_path):
    with pytest.raises(BadInput, match="nowhere.md cannot be read: No such file"):
        read_deck(tmp_path / "nowhere.md")
    with pytest.raises(BadInput, match="cannot be read"):
        read_deck(tmp_path)
    with (tmp_path / "huge").open("wb") as file:
        file.truncate(MAX_BYTES + 1)
    with pytest.raises(BadInput, match="too much for a deck"):
        read_deck(tmp_path / "huge")
    (tmp_path / "binary").write_bytes(bytes(range(256)) * 50)
    assert links_in(read_deck(tmp_path / "binary"), SLUGS).links == ()
