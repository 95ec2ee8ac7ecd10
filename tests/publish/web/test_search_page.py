"""The search page: what it finds, and what can be taken along."""

from __future__ import annotations

import csv
import html
import io
import re
import shlex
import shutil
import sqlite3
from pathlib import Path
from urllib.parse import quote

import feedparser
import pytest

from osce_news.publish.web.addresses import ITEMS
from osce_news.storage import queries
from osce_news.storage.queries import Query, search
from tests.helpers import run
from tests.publish.web.conftest import STORIES, Get, found, links, number_of_items, searched, text_of


def test_the_front_page_shows_coverage_and_last_crawls(get: Get, reading: sqlite3.Connection) -> None:
    shown = text_of(get("/").text)
    found = queries.overview(reading)
    assert f"Items 300 from {found['offices']} offices on {found['topics']} topics; 1 withdrawn" in shown
    assert f"Published {found['first']} to {found['last']}" in shown
    assert "Full texts 1 Last page" in shown
    assert "Last page read 2025-12-07 06:00 UTC" in shown
    assert re.search(r"Last run 2 \(full\), complete, ended [\d-]+ [\d:]+ UTC: 0 new, 1 changed", shown)
    assert "not affiliated with the OSCE" in shown


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


def test_chosen_values_come_first(get: Get) -> None:
    def offices(page: str) -> list[str]:
        section = page.partition('id="facet-office"')[2].partition("</section>")[0]
        return re.findall(r"<span>([^<]+)</span> <span class=.number", section)

    rare = offices(get("/").text)[-1]
    assert offices(get(f"/?office={quote(rare)}").text)[0] == rare


def test_nothing_can_be_cited_if_nothing_is_found(get: Get) -> None:
    answer = get("/cite?search=zzzz")
    assert answer.status_code == 400
    assert "nothing to cite: no item matches the filters" in text_of(answer.text)


def test_several_values_mean_any_and_one_link_makes_it_all(get: Get) -> None:
    page = get("/?office=odihr&office=chairpersonship").text
    together = re.search(r'href="([^"]+)">only with all of them<', page)
    assert together is not None
    both = get(html.unescape(together[1])).text
    assert 0 < number_of_items(both) < number_of_items(page)
    assert "all of these offices, topics and places" in both
    assert "only with all of them" not in both


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


@pytest.mark.parametrize("words", ["don't", "C++", "a\0b", "title:", "NEAR(", "AND", "%FF", "  "])
def test_any_words_are_an_answer(get: Get, words: str) -> None:
    assert get(f"/?search={quote(words)}").status_code == 200


@pytest.mark.parametrize("signs", ['"', "🕊", "*"])
@pytest.mark.parametrize("field", ["?search=", "osce-news/full-text?words=", "osce-news/newsroom?_search="])
def test_a_search_without_a_letter_or_digit_is_refused(get: Get, signs: str, field: str) -> None:
    assert get(f"/{field}{quote(signs)}").status_code == 400


def test_no_hits_name_the_nearest_word(get: Get) -> None:
    page = get("/?search=polise").text
    assert number_of_items(page) == 0
    assert '<ol class="items"' not in page  # it would be a second line
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
