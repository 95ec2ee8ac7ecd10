"""The page of an item: its text, its history, its reference, and its neighbours."""

from __future__ import annotations

import asyncio
import html
import re
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path
from urllib.parse import parse_qs

from osce_news.publish.web.addresses import ITEMS
from osce_news.publish.web.databases import make_copy
from osce_news.publish.web.item_page import difference
from osce_news.publish.web.server import application
from osce_news.storage import queries
from tests.publish.web.conftest import EDITED, GONE, READ, STORIES, TEXT, Get, found, node, text_of


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


def test_a_long_text_is_shown_whole_and_many_changes_behind_a_fold(history: Path, tmp_path: Path) -> None:
    path = Path(shutil.copy(history, tmp_path / "long.db"))
    text = "\n\n".join(f"Paragraph {n}. {'A sentence of quicksilver. ' * 20}" for n in range(40))
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("UPDATE articles SET text = ? WHERE item_id = ?", [text, node(READ)])
        connection.executemany(
            "INSERT INTO revisions (item_id, run_id, seen_at, class, field, before, after) "
            "VALUES (?, 1, '2025-12-01T00:00:00Z', 'text', 'teaser', ?, ?)",
            [(node(READ), f"{n} {text}", f"{text} {n}") for n in range(40)],
        )
        connection.executemany(
            "INSERT INTO addresses VALUES (?, ?, '2025-12-01T00:00:00Z', '2025-12-01T00:00:00Z')",
            [(node(READ), f"https://www.osce.org/{n}") for n in range(30)],
        )
    make_copy(path, tmp_path / "osce-news.db")
    datasette = application(tmp_path / "osce-news.db")

    page = str(asyncio.run(datasette.client.get(f"/items/{node(READ)}?search=quicksilver&item=1")).text)
    (shown,) = re.findall('<div class="text">(.*?)</div>', page, re.DOTALL)
    assert re.sub("</?mark>", "", shown) == text
    assert "8 earlier changes" in page
    assert "the last 10 of" in text_of(page)
    assert f'<a href="/osce-news/addresses?item_id={node(READ)}">all 31</a>' in page


def test_a_difference_is_marked_and_the_rest_shortened() -> None:
    words = " ".join(f"word{n}" for n in range(60))
    assert difference(f"{words} <old> end", f"{words} <new> end") == (
        f"{' '.join(f'word{n}' for n in range(12))} … {' '.join(f'word{n}' for n in range(48, 60))} "
        "<del>&lt;old&gt;</del> <ins>&lt;new&gt;</ins> end"
    )
    assert difference("in Bitola", "in Bitola (corrected)") == "in Bitola <ins>(corrected)</ins>"
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


def test_a_link_from_before_a_crawl_that_changed_the_result_still_shows_its_item(get: Get) -> None:
    shown = found(get("/?search=police").text)
    moved = get(f"/items/{shown[1]}?search=police&item=1").text
    assert f'rel="prev" href="/items/{shown[0]}?search=police&amp;item=1"' in moved
    for number in (40, 300, 9999):
        page = get(f"/items/{shown[1]}?search=police&item={number}").text
        assert "<mark>" in page
        assert f'href="/?search=police#item-{shown[1]}">↑ Results' in page
        assert "rel=" not in page.partition("<main")[2]


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
