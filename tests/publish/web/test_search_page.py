"""The search page: what it finds, how it is narrowed, and what can be taken along."""

from __future__ import annotations

import asyncio
import csv
import html
import io
import re
import shlex
import shutil
import sqlite3
import threading
from collections import Counter
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, quote

import feedparser
import pytest

from osce_news.publish.web.addresses import ITEMS, Position
from osce_news.publish.web.facets import Facets
from osce_news.publish.web.item_page import difference
from osce_news.publish.web.responses import download
from osce_news.publish.web.served_copy import make_copy
from osce_news.publish.web.server import application
from osce_news.storage import queries, search
from osce_news.storage.query import VOCABULARIES, Query, label
from tests.helpers import run
from tests.publish.web.conftest import EDITED, GONE, READ, STORIES, TEXT, node, number_of_items, searched
from tests.publish.web.test_pages import text_of

Get = Callable[..., Any]


def found(page: str) -> list[str]:
    """Return the identifiers of the items on a page of results."""
    return re.findall(r'<li id="item-(\w+)">', page)


def links(page: str, part: str) -> dict[str, str]:
    """Return the links of the element with this identifier, as address by text."""
    _, _, rest = page.partition(f'id="{part}"')
    pairs = re.findall(
        r'<a href="([^"]*)"[^>]*>(.*?)</a>', re.split("</(?:ul|ol|section)>", rest)[0], re.DOTALL
    )
    return {
        " ".join(html.unescape(re.sub("<[^>]+>", "", text)).split()): html.unescape(to) for to, text in pairs
    }


def test_without_a_query_the_newest_items_come_first(get: Get, reading: sqlite3.Connection) -> None:
    page = get("/").text
    assert number_of_items(page) == 300
    assert found(page) == [row["id"] for row in queries.items(reading, Query(), ITEMS)]
    assert page.index('role="search"') < page.index("<h1>") < page.index('class="items"')


@pytest.mark.parametrize("newest", [False, True])
def test_pages_of_results_together_are_what_the_command_finds(
    get: Get, reading: sqlite3.Connection, newest: bool
) -> None:
    query = Query.parse(words="police OR border")
    expected = [row["id"] for row in search.search(reading, query, None, ("", ""), newest=newest).rows]
    address, pages = f"/?search=police+OR+border{'&order=date' if newest else ''}", []
    while address:
        page = get(address).text
        assert number_of_items(page) == len(expected)
        pages.append(found(page))
        following = re.search(r'<a rel="next" href="([^"]+)"', page)
        address = html.unescape(following[1]) if following else ""
    assert [identifier for ids in pages for identifier in ids] == expected
    assert {len(ids) for ids in pages[:-1]} == {ITEMS}


def test_words_are_marked_in_title_teaser_or_text(get: Get) -> None:
    title = get("/?search=title:mended").text
    assert "that was <mark>mended</mark></a></h2>" in title
    assert "of <mark>quicksilver</mark> and" in get("/?search=quicksilver").text
    teaser = next(
        story.teaser for story in STORIES if "training" in story.teaser and "training" not in story.title
    )
    assert teaser
    assert re.search(r'<p class="passage">[^<]*<mark>', get("/?search=teaser:training").text)


@pytest.mark.parametrize(
    "narrowed", ["", "search=police", "type=press-release&since=2025-09", "as-of=2025-12-01"]
)
@pytest.mark.parametrize("name", VOCABULARIES)
def test_a_facet_counts_what_a_click_on_it_finds(get: Get, name: str, narrowed: str) -> None:
    values = links(get(f"/?{narrowed}").text, f"values-{name}")
    assert values
    for text, address in values.items():
        number = re.search(r" ([\d,]+)$", text)
        assert number is not None
        page = get(address).text
        if f"{name}=" not in narrowed:  # else a click adds to what is chosen
            assert number_of_items(page) == int(number[1].replace(",", "")), text


def test_facets_count_what_plain_python_counts(reading: sqlite3.Connection) -> None:
    facets = Facets(reading)
    query = Query.parse(words="training")
    rows = search.search(reading, query, None, ("", "")).rows
    expected = Counter(name for row in rows for name in set(row["offices"]))
    counted = facets.of(reading, query, facets.found(reading, query))
    labels = {label("office", value): number for value, number in counted["office"].items()}
    assert labels == {name: number for name, number in expected.items() if name in labels}
    assert len(labels) > 5
    assert counted["year"] == {"2025": len(rows)} or sum(counted["year"].values()) == len(rows)


def test_places_that_differ_only_in_case_are_one(get: Get) -> None:
    places = [text.rpartition(" ")[0] for text in links(get("/").text, "values-place")]
    assert len(places) == len({place.casefold() for place in places}) > 3
    assert number_of_items(get("/?place=VIENNA").text) == number_of_items(get("/?place=Vienna").text)


def test_every_choice_stands_in_the_address_and_can_be_removed(get: Get) -> None:
    address = (
        "/?search=osce&office=odihr&office=chairpersonship&type=news&since=2025-08&until=2025&as-of=2025"
    )
    page = get(address).text
    choices = re.search(r'<ul class="choices".*?</ul>', page, re.DOTALL)
    assert choices is not None
    removed = re.findall(r'<a href="([^"]+)"><span class="unseen">', choices[0])
    assert len(removed) == 7
    for one in map(html.unescape, removed):
        assert number_of_items(get(one).text) >= number_of_items(page)
        again = get(one).text
        assert len(re.findall(r'<span class="unseen">remove </span>[\w ]+:', again)) == 6, one
    period = "since=2025-08-01&until=2025-12-31&as-of=2025-12-31"
    assert f"/?search=osce&office=chairpersonship&type=news&{period}" in map(html.unescape, removed)


def test_several_values_mean_any_and_one_link_makes_it_all(get: Get) -> None:
    page = get("/?office=odihr&office=chairpersonship").text
    together = re.search(r'href="([^"]+)">only with all of them<', page)
    assert together is not None
    both = get(html.unescape(together[1])).text
    assert 0 < number_of_items(both) < number_of_items(page)
    assert "all of these offices, topics and places" in both
    assert "only with all of them" not in both


def test_a_year_and_a_decade_of_the_histogram_lead_to_their_items(get: Get) -> None:
    page = get("/?search=police").text
    years = re.findall(r'<a href="([^"]+)"[^>]* title="(\d{4}): ([\d,]+)"', page)
    assert [year for _, year, _ in years] == sorted(year for _, year, _ in years)
    for address, _, number in years:
        assert number_of_items(get(html.unescape(address)).text) == int(number)
    assert number_of_items(get("/?search=police&since=2020-01-01&until=2029-12-31").text) == 47
    assert 'href="/?search=police&amp;since=2020-01-01&amp;until=2029-12-31"' in page


@pytest.mark.parametrize(
    ("asked", "line"),
    [
        ("since=Marh+2015", " since: 'Marh 2015' is not a date"),
        ("since=2020&until=2015", " since 2020-01-01 is after until 2015-12-31"),
        ("office=nowhere", "no office 'nowhere'"),
        ("place=Atlantis", "no place 'Atlantis'"),
        ("language=xx", "no language 'xx'"),
        ("offcie=odihr", "no filter 'offcie'"),
        ("search=-police", "only excludes"),
        ("as-of=Friday", "as-of: 'Friday' is not a date"),
        ("as-of=2025-11-29", "nothing is known of 2025-11-29: the first items were read on 2025-11-30"),
        ("order=random", "no order 'random'"),
        ("page=0", "page: not a number from 1: '0'"),
        ("page=99999999999", "page: not a number from 1"),
        ("page=31", "there is no page 31; the last one is 30"),
        (f"search={'a' * 60_000}", "too long for an address"),
        ("office=odihr&" * 500, "too long for an address"),
        ("search=%3Cscript%3Ealert(1)%3C/script%3E&since=x", "is not a date"),
    ],
)
def test_bad_input_is_an_error_line_above_the_form(get: Get, asked: str, line: str) -> None:
    answer = get(f"/?{asked}")
    assert answer.status_code == 400
    assert line in text_of(answer.text)
    assert "<form" in answer.text
    assert "<script" not in answer.text
    assert len(answer.text) < 10_000
    for file in ("/items.csv", "/cite"):
        if not re.match("order|page", asked):
            assert get(f"{file}?{asked}").status_code == 400


@pytest.mark.parametrize(
    "words", ["don't", '"', "C++", "a\0b", "🕊", "title:", "NEAR(", "*", "AND", "%FF", "  "]
)
def test_any_words_are_an_answer(get: Get, words: str) -> None:
    assert get(f"/?search={quote(words)}").status_code == 200


def test_no_hits_name_the_nearest_word(get: Get) -> None:
    page = get("/?search=polise").text
    assert number_of_items(page) == 0
    assert "'polise' occurs nowhere; did you mean 'police'? Search for police instead." in text_of(page)
    instead = re.search(r'Search for <a href="([^"]+)">police -media</a>', get("/?search=polise+-media").text)
    assert instead is not None
    assert number_of_items(get(html.unescape(instead[1])).text) > 20


def test_the_command_on_the_page_prints_the_same_items(get: Get, history: Path, tmp_path: Path) -> None:
    shutil.copy(history, tmp_path / "osce-news.db")
    for asked in (
        "",
        "search=police&type=news&since=2025-09",
        "search=-police+training",
        "search=osce&order=date&office=odihr",
        "search=mended+OR+police&as-of=2025-12-01",
    ):
        page = get(f"/?{asked}").text
        typed = re.search(r'<pre tabindex="0" aria-label="The same on the command line">([^<]+)<', page)
        assert typed is not None
        program, *arguments = shlex.split(html.unescape(typed[1]))
        assert program == "osce-news"
        printed = run(arguments[0], "--limit", str(ITEMS), "--format", "csv", *arguments[1:], cwd=tmp_path)
        assert [row["id"] for row in csv.DictReader(io.StringIO(printed.out))] == found(page), asked


def test_files_hold_all_items_of_the_result(get: Get, history: Path) -> None:
    page = get("/?search=police").text
    files = links(page, "use-title")
    assert list(files) == ["Cite", "CSV", "Excel", "RIS", "BibTeX", "Feed", "Figures"]
    rows = list(csv.DictReader(io.StringIO(get(files["CSV"]).text)))
    assert sorted(row["id"] for row in rows) == searched(history, "police")
    assert get(files["Excel"]).content.startswith(b"PK")
    assert get(files["RIS"]).text.count("ER  - ") == len(rows)
    assert get(files["BibTeX"]).text.count("\n@") + 1 == len(rows)
    feed = get(files["Feed"])
    assert feed.headers["content-type"] == "application/atom+xml"
    parsed = feedparser.parse(feed.content)
    assert not parsed.bozo
    assert len(parsed.entries) == len(rows)
    assert f'type="application/atom+xml" title="Feed of these items" href="{files["Feed"]}"' in page
    cited = text_of(get(files["Cite"]).text)
    assert f"{len(rows)} of 300 items (words: police)" in cited
    assert "osce-news cite --search police" in cited
    assert len(list(csv.DictReader(io.StringIO(get("/items.csv").text)))) == 300


def test_pages_need_not_wait_for_files(snapshot: Path) -> None:
    datasette = application(snapshot)
    release = threading.Event()

    async def ignored(message: dict[str, Any]) -> None:
        pass

    async def page_among_files() -> Any:
        files = [
            download(
                datasette, ignored, snapshot, "x.csv", "text/csv", lambda reading, file: release.wait(30)
            )
            for _ in range(4)
        ]
        writing = [asyncio.create_task(file) for file in files]
        try:
            return await asyncio.wait_for(datasette.client.get("/"), 20)
        finally:
            release.set()
            await asyncio.gather(*writing)

    assert asyncio.run(page_among_files()).status_code == 200


def test_an_items_page_has_its_text_history_and_source(get: Get, reading: sqlite3.Connection) -> None:
    item = queries.item(reading, node(EDITED))
    assert item is not None
    page = get(f"/items/{node(EDITED)}").text
    assert f'href="{item["url"]}"' in page
    (revision,) = item["revisions"]
    assert difference(revision["before"], revision["after"]) in page
    assert "mended</ins>" in page
    shown = text_of(page)
    for name in ("published", "content_type"):
        assert (item[name] or "not printed") in shown
    assert f"title_raw {item['raw']['title_raw']}" in shown
    assert "Withdrawn: the full crawl" not in shown
    read = text_of(get(f"/items/{node(READ)}").text)
    assert TEXT in read
    assert "Article page read, requested" in read
    assert "Withdrawn: the full crawl of" in text_of(get(f"/items/{node(GONE)}").text)
    for address in ("/items/999999999", "/items/999.ris"):
        assert get(address).status_code == 404


def test_a_long_text_comes_in_parts_and_many_changes_behind_a_fold(history: Path, tmp_path: Path) -> None:
    path = Path(shutil.copy(history, tmp_path / "long.db"))
    text = "\n\n".join(f"Paragraph {n}. {'A sentence of quicksilver. ' * 20}" for n in range(40))
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("UPDATE articles SET text = ? WHERE item_id = ?", [text, node(READ)])
        connection.executemany(
            "INSERT INTO revisions (item_id, run_id, seen_at, class, field, before, after) "
            "VALUES (?, 1, '2025-12-01T00:00:00Z', 'text', 'teaser', ?, ?)",
            [(node(READ), f"{n} {text}", f"{text} {n}") for n in range(40)],
        )
    make_copy(path, tmp_path / "osce-news.db")
    datasette = application(tmp_path / "osce-news.db")

    def page(part: int) -> str:
        address = f"/items/{node(READ)}?search=quicksilver&item=1&part={part}"
        return str(asyncio.run(datasette.client.get(address)).text)

    last = int(re.findall(r"Part 1 of (\d+)", page(1))[0])
    shown = [re.findall('<div class="text">(.*?)</div>', page(n), re.DOTALL)[0] for n in range(1, last + 1)]
    assert last > 4
    assert re.sub("</?mark>", "", " ".join(shown)).split() == text.split()
    assert "8 earlier changes" in page(1)
    assert "the last 10 of" in text_of(page(1))
    assert len(page(1)) < 50_000


def test_a_difference_is_marked_and_the_rest_shortened() -> None:
    words = " ".join(f"word{n}" for n in range(60))
    assert difference(f"{words} <old> end", f"{words} <new> end") == (
        f"{' '.join(f'word{n}' for n in range(12))} … {' '.join(f'word{n}' for n in range(48, 60))} "
        "<del>&lt;old&gt;</del> <ins>&lt;new&gt;</ins> end"
    )
    assert difference(None, "a & b") == "<ins>a &amp; b</ins>"


def test_an_item_leads_to_its_neighbours_and_back_to_its_page_of_the_result(get: Get) -> None:
    first, second = (get(f"/?search=police&page={page}").text for page in (1, 2))
    address = re.findall(r'<h2><a href="(/items/[^"]+)"', first)[-1]
    page = get(html.unescape(address)).text
    later = re.search(r'<a rel="next" href="([^"]+)"', page)
    assert later is not None
    assert html.unescape(later[1]).startswith(f"/items/{found(second)[0]}?search=police&item={ITEMS + 1}")
    page = get(html.unescape(later[1])).text
    assert f'href="/?search=police&amp;page=2#item-{found(second)[0]}"' in page
    assert f'rel="prev" href="/items/{found(first)[-1]}?search=police&amp;item={ITEMS}"' in page
    assert "<mark>" in page
    newest = get(f"/items/{found(get('/').text)[0]}").text
    assert 'rel="prev"' not in newest
    assert f'rel="next" href="/items/{found(get("/").text)[1]}?item=2"' in newest
    assert get(f"/items/{node(0)}?search=police&item=40").status_code == 400
    assert get(f"/items/{node(0)}?item=300").status_code == 400


def test_zotero_and_others_can_read_the_reference(get: Get, reading: sqlite3.Connection) -> None:
    place = next(
        place for place, story in enumerate(STORIES) if story.offices and place not in (EDITED, GONE, READ, 7)
    )
    item = queries.item(reading, node(place))
    assert item is not None
    page = get(f"/items/{node(place)}").text
    coins = re.search(r'class="Z3988" title="([^"]+)"', page)
    assert coins is not None
    pairs = parse_qs(html.unescape(coins[1]))
    assert pairs["rft.title"] == [item["title"]]
    assert pairs["rft.aucorp"] == item["offices"]  # institutions, which Zotero does not split into names
    assert (pairs["rft.date"], pairs["rft.identifier"]) == ([item["published"]], [item["url"]])
    assert get(f"/items/{node(place)}.ris").text.count("TY  - ") == 1
    assert get(f"/items/{node(READ)}.bib").text.startswith("@")


def test_a_place_survives_its_own_address() -> None:
    from datasette.utils import MultiParams

    place = Position(
        Query.parse(words="a & b", offices=["odihr"], since="2015", as_of="2025"),
        newest=True,
        number=ITEMS + 1,
    )
    _, _, query = place.results(page=place.page).partition("?")
    assert Position.read(MultiParams(parse_qs(query))) == place
