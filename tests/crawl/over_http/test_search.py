"""Crawls of a real Typesense server, as `osce-news crawl --source search`."""

from __future__ import annotations

import gzip
import json
import signal
import sqlite3
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from osce_news.search_query import COLLECTION
from tests.archive.replaying import assert_same, replay
from tests.crawl.over_http.crawling import OWN_PAGES, ROBOTS, content, rows, until
from tests.newsroom import Newsroom, Reply, faults
from tests.newsroom.site import HTML
from tests.processes import Command, Ended
from tests.typesense import Typesense

TYPES = ("Press release", "News", "Speech", "Weekly report", "Decision")


def document(number: int, **more: Any) -> dict[str, Any]:
    """Return a document of a made-up newsroom, at noon, midnight UTC or midnight in Vienna."""
    day = 19_000 - number // 4  # since 1970
    return (
        {
            "id": f"node-{number}",
            "nid": 100_000 + number,
            "title": f"OSCE mission reports <mark>progress</mark> &amp; plans, part {number}",
            "url": f"/odihr/{100_000 + number}",
            "date": day * 86_400 + (0, 43_200, -3600)[number % 3],
            "item_type_label": TYPES[number % len(TYPES)],
            "bundle": "news",
            "source_label": "OSCE Office for Democratic Institutions and Human Rights",
            "fow_label": "Elections",
            "preview": f"WARSAW, the preview of {number}",
            "full_text": f"<p>The first paragraph of {number}.</p><p>The second.</p>",
        }
        | {"bundle": None if number % len(TYPES) in (2, 4) else "news"}
        | more
    )


def crawl(
    service: Typesense, db: Path, *options: str, key: str | None = None, before: str = "", wait_s: float = 120
) -> Ended:
    with start(service, db, *options, key=key, before=before) as command:
        return command.wait(wait_s)


def start(service: Typesense, db: Path, *options: str, key: str | None = None, before: str = "") -> Command:
    variables = {"OSCE_NEWS_CONTACT": "someone@example.org", "OSCE_NEWS_SEARCH_URL": service.url}
    if key != "":
        variables["OSCE_NEWS_SEARCH_KEY"] = key or service.key
    place = ["--db", str(db), "--json", "--delay", "0"]
    return Command(["crawl", "--source", "search", *place, *options], db.parent, variables, before)


def test_the_newsroom_is_stored_with_its_texts(service: Typesense, tmp_path: Path) -> None:
    service.put(document(number) for number in range(600))
    db = tmp_path / "osce-news.db"
    done = crawl(service, db)
    assert done.status == 0, done.errors
    summary = json.loads(done.output)
    assert (summary["source"], summary["new"], summary["requests"]) == ("search", 360, 5)
    assert summary["message"] == "240 documents of other types are not stored (Speech 120, Decision 120)"
    (one,) = rows(
        db,
        "SELECT title, published, content_type, offices, topics, teaser, text, origin, url FROM newsroom "
        "WHERE id = '100003'",
    )
    assert one == (
        "OSCE mission reports progress & plans, part 3",
        "2022-01-08",
        "Weekly report",
        '["OSCE Office for Democratic Institutions and Human Rights"]',
        '["Elections"]',
        "WARSAW, the preview of 3",
        "The first paragraph of 3.\n\nThe second.",
        "search",
        "https://www.osce.org/odihr/100003",
    )
    assert rows(db, "SELECT count(*), count(text) FROM newsroom") == [(360, 360)]

    again = json.loads(crawl(service, db).output)
    assert (again["mode"], again["requests"], again["new"], again["changed"]) == ("incremental", 3, 0, 0)


def test_a_full_crawl_finds_edits_and_withdrawals(service: Typesense, tmp_path: Path) -> None:
    service.put(document(number, item_type_label="News") for number in range(600))
    db = tmp_path / "osce-news.db"
    crawl(service, db)
    service.put([
        document(560, item_type_label="News", title="Another title"),
        document(520, item_type_label="News", full_text="Another text."),
        document(1000, item_type_label="News", date=18_855 * 86_400),
    ])  # fmt: skip
    service.remove("node-300")
    assert json.loads(crawl(service, db).output)["new"] == 0
    with Newsroom(robots=ROBOTS) as site:  # which has no such page
        own_pages = OWN_PAGES.format(url=site.url)
        start_url = ("--start-url", f"{site.url}/press-releases")
        full = json.loads(crawl(service, db, "--full", *start_url, before=own_pages).output)
        assert site.paths == ["/robots.txt", "/odihr/100300"]
    assert [full[name] for name in ("new", "changed", "withdrawn")] == [1, 1, 1]
    assert rows(db, "SELECT id FROM items WHERE withdrawn IS NOT NULL") == [("100300",)]
    changed = "SELECT item_id, field, after FROM revisions ORDER BY 1"
    assert rows(db, changed) == [("100520", "text", "Another text."), ("100560", "title", "Another title")]


@pytest.mark.slow
def test_other_types_can_be_asked_for(service: Typesense, tmp_path: Path) -> None:
    service.put(document(number) for number in range(20))
    db = tmp_path / "osce-news.db"
    assert json.loads(crawl(service, db).output)["new"] == 12
    done = crawl(service, db, "--type", "speech, Decision", "--full")
    assert (done.status, json.loads(done.output)["new"]) == (0, 8)
    full = json.loads(crawl(service, db, "--full").output)
    assert (full["withdrawn"], full["seen"]) == (0, 12)


def _assert_nowhere(key: str, folder: Path, done: Ended) -> None:
    """Fail if a file, packed or not, or the output holds the key."""
    assert key not in done.output
    assert key not in done.errors
    files = [file for file in folder.rglob("*") if file.is_file()]
    assert files
    for file in files:
        data = file.read_bytes()
        data += gzip.decompress(data) if data[:2] == b"\x1f\x8b" else b""
        assert key.encode() not in data, file


@pytest.mark.slow
def test_the_archive_of_a_crawl_gives_the_same_database(service: Typesense, tmp_path: Path) -> None:
    service.put(document(number) for number in range(600))
    crawl(service, tmp_path / "a.db", "--archive", str(tmp_path / "archive"))
    service.put([document(1, title="Another title"), document(3, full_text="Another text.")])
    crawl(service, tmp_path / "a.db", "--archive", str(tmp_path / "archive"))
    done = replay(tmp_path)
    assert done.status == 0, done.errors
    assert_same(tmp_path)
    assert rows(tmp_path / "b.db", "SELECT text FROM newsroom WHERE id = '100003'") == [("Another text.",)]


@pytest.mark.parametrize(
    ("options", "key", "status", "said"),
    [
        ([], "another-key", 6, "the search service refuses the key (status 401)"),
        (["--search-url", "{url}/nothing"], None, 3, "expected a collection at /collections/unified"),
        ([], "a\nkey", 2, "--search-key: a key is one line"),
        (["--search-url", "{url}/?x-typesense-api-key=secret"], None, 2, "give the address without '?'"),
        (["--type", "Sermon", "--full"], None, 0, ""),
    ],
)
def test_what_is_wrong_is_one_line(
    service: Typesense, tmp_path: Path, options: list[str], key: str | None, status: int, said: str
) -> None:
    service.put([document(1)])
    done = crawl(
        service, tmp_path / "osce-news.db", *(one.format(url=service.url) for one in options), key=key
    )
    assert done.status == status, done.errors
    assert said in done.errors
    assert "another-key" not in done.errors
    assert "secret" not in done.errors


def test_a_collection_without_the_title_field_is_asked_without_it(service: Typesense, tmp_path: Path) -> None:
    service.ask("DELETE", "/collections/unified")
    fields = [{"name": "date", "type": "int64"}, {"name": "nid", "type": "int64"}]
    service.ask("POST", "/collections", {"name": "unified", "fields": fields})
    service.put(document(number) for number in range(5))
    done = crawl(service, tmp_path / "osce-news.db")
    assert done.status == 0, done.errors
    assert "does not know the field title: it is left out" in done.errors
    assert json.loads(done.output)["new"] == 3


Pages = dict[str, str | tuple[int, str]]


def _site(pages: Pages) -> Newsroom:
    """Return a site whose responses are given by path: a text, or a status and a text."""
    site = Newsroom(robots=ROBOTS)
    site.fail(faults.everything, faults.status(404))
    for path, page in {"/robots.txt": ROBOTS, **pages}.items():
        status, text = page if isinstance(page, tuple) else (200, page)
        headers = {"Location": text} if status == 302 else {}
        kind = HTML if text[:1] == "<" else "application/json"
        site.fail(path, faults.always(Reply(status, text.encode(), kind, headers)))
    return site


@pytest.mark.parametrize(
    "pages",
    [
        {"/": '<script type="application/json">{{"typesense": {{"apiKey": "{key}"}}}}</script>'},
        {
            "/": '<script src="/other.js"></script><script src="/js/search.js"></script>',
            "/js/search.js": 'new Typesense.Client({{nodes: [], apiKey: "{key}"}})',
        },
    ],
)
def test_the_key_is_found_on_the_site(service: Typesense, tmp_path: Path, pages: dict[str, str]) -> None:
    service.put([document(1)])
    with _site({path: text.format(key=service.key) for path, text in pages.items()}) as site:
        options = ["--start-url", f"{site.url}/", "--archive", str(tmp_path / "archive"), "-v"]
        done = crawl(service, tmp_path / "osce-news.db", *options, key="")
    assert done.status == 0, done.errors
    assert "found the key of the search service in" in done.errors
    assert json.loads(done.output)["new"] == 1
    _assert_nowhere(service.key, tmp_path, done)


@pytest.mark.parametrize("missing", [[], ["/"], ["/3.js", "/0.js"]], ids=str)
def test_a_site_without_a_key_is_one_line(service: Typesense, tmp_path: Path, missing: list[str]) -> None:
    scripts = "".join(f'<script src="/{number}.js"></script>' for number in range(20))
    pages: Pages = {f"/{number}.js": "let a = 1" for number in range(20)}
    pages |= {"/": scripts} | dict.fromkeys(missing, (404, "Not found"))
    with _site(pages) as site:
        done = crawl(service, tmp_path / "osce-news.db", "--start-url", f"{site.url}/", key="")
    assert done.status == 2
    assert "give it as OSCE_NEWS_SEARCH_KEY" in done.errors
    assert len(site.paths) == (2 if "/" in missing else 7)  # robots.txt, the page and five scripts


def test_a_service_that_has_lost_its_documents_fails_an_incremental_crawl_too(
    service: Typesense, tmp_path: Path
) -> None:
    service.put([document(1)])
    assert crawl(service, tmp_path / "osce-news.db").status == 0
    service.remove("node-1")
    assert crawl(service, tmp_path / "osce-news.db").status == 3


def test_a_crawl_of_a_period_without_news_is_complete(service: Typesense, tmp_path: Path) -> None:
    service.put([document(1), document(2, item_type_label="Speech", bundle="speech")])
    done = crawl(service, tmp_path / "osce-news.db", "--since", "2100-01-01")
    assert (done.status, json.loads(done.output)["new"]) == (0, 0), done.errors


ANSWER = {"found": 1, "hits": [{"document": document(1)}]}


@pytest.mark.parametrize(
    ("response", "status", "said"),
    [
        ("<html><title>Search</title>Search</html>", 3, "is this the address of the search"),
        ((200, json.dumps({**ANSWER, "search_cutoff": True})), 4, "search_cutoff"),
        ((200, "{"), 3, "search: page not understood: search answer: expected JSON"),
        ((403, "{}"), 6, "refuses the key (status 403)"),
        ((302, "/elsewhere"), 3, "status 302"),
        ((200, '{"found": 0, "hits": []}'), 3, "expected documents of the newsroom, got none"),
        ((200, json.dumps({**ANSWER, "found": 0})), 3, "expected the number of documents in `found`, got 0"),
        ((400, '{"message": "not a key: a-secret-key"}'), 3, "not a key: xxxxxxxxxxxx"),
        ((422, '{"message": "Only upto 250 hits"}'), 3, "Only upto 250 hits"),
        ((503, '{"message": "Not Ready or Lagging"}'), 1, "status 503"),
    ],
)
def test_a_fault_of_the_service_is_named(
    tmp_path: Path, response: str | tuple[int, str], status: int, said: str
) -> None:
    with _site({COLLECTION: response, "/elsewhere": json.dumps(ANSWER)}) as site:
        variables = {"OSCE_NEWS_SEARCH_URL": site.url, "OSCE_NEWS_SEARCH_KEY": "a-secret-key"}
        options = ["crawl", "--source", "search", "--delay", "0", "--db", str(tmp_path / "osce-news.db")]
        soon = "import osce_news.crawl.settings as s\ns.BACK_OFF_BASE = 0.01"
        with Command(options, tmp_path, variables, soon) as command:
            done = command.wait(120)
        assert done.status == status, done.errors
        assert said in done.errors.splitlines()[-1]
        assert "a-secret-key" not in done.output + done.errors
        assert "/elsewhere" not in site.paths


@pytest.mark.parametrize("archived", [True, False])
def test_a_key_that_the_service_repeats_is_in_nothing_that_is_kept(tmp_path: Path, archived: bool) -> None:
    response = (400, '{"message": "not a key: a-secret-key"}') if archived else (200, '["a-secret-key"]')
    with _site({COLLECTION: response}) as site:
        variables = {"OSCE_NEWS_SEARCH_URL": site.url, "OSCE_NEWS_SEARCH_KEY": "a-secret-key"}
        options = ["crawl", "--source", "search", "--delay", "0", "--db", str(tmp_path / "osce-news.db")]
        options += ["--archive", str(tmp_path / "archive")] if archived else []
        with Command(options, tmp_path, variables) as command:
            assert command.wait(120).status == 3
    kept = [path.read_bytes() for path in tmp_path.rglob("*.json")]
    kept += [gzip.decompress(path.read_bytes()) for path in tmp_path.rglob("*.warc.gz")]
    assert any(b"xxxxxxxxxxxx" in content for content in kept)
    assert not any(b"a-secret-key" in content for content in kept)


LONG_KEY = "Ab0+Zk9/Qm4=Ab0+Zk9/Qm4="


@pytest.mark.parametrize("archived", [True, False])
@pytest.mark.parametrize(
    "reply",
    [
        Reply(200, json.dumps({LONG_KEY: 1}).encode(), "application/json"),
        Reply(200, f"<title>not a key: {LONG_KEY}</title>".encode()),
        Reply(200, json.dumps(ANSWER).encode(), "application/json", {"X-Key": LONG_KEY}),
        Reply(302, b"", headers={"Location": f"/elsewhere?key={quote(LONG_KEY, safe='')}"}),
        Reply(401, b"{}", "application/json", {"X-Key": LONG_KEY}),
        Reply(400, json.dumps({"message": f"?key={quote(LONG_KEY, safe='')}"}).encode(), "application/json"),
    ],
)
def test_a_key_is_in_nothing_that_is_kept_wherever_the_service_repeats_it(
    tmp_path: Path, reply: Reply, archived: bool
) -> None:
    with Newsroom(robots=ROBOTS) as site:
        site.fail(COLLECTION, faults.always(reply))
        variables = {"OSCE_NEWS_SEARCH_URL": site.url, "OSCE_NEWS_SEARCH_KEY": LONG_KEY}
        options = ["crawl", "--source", "search", "--delay", "0", "--db", str(tmp_path / "osce-news.db")]
        options += ["--archive", str(tmp_path / "archive")] if archived else []
        with Command(options, tmp_path, variables) as command:
            done = command.wait(120)
    kept = [path.read_bytes() for path in tmp_path.rglob("*") if path.is_file() and path.suffix != ".gz"]
    kept += [gzip.decompress(path.read_bytes()) for path in tmp_path.rglob("*.warc.gz")]
    kept += [(done.output + done.errors).encode()]
    forms = (LONG_KEY, quote(LONG_KEY, safe=""))
    assert not [form for form in forms for content in kept if form.encode() in content]


@pytest.mark.slow
def test_a_crawl_that_is_killed_ten_times_has_the_same_rows(service: Typesense, tmp_path: Path) -> None:
    """5,000 documents, 700 of one date, killed at a random moment."""
    service.put(document(number) for number in range(4300))
    service.put(document(number, date=18_000 * 86_400) for number in range(4300, 5000))
    assert crawl(service, tmp_path / "whole.db").status == 0
    db = tmp_path / "killed.db"
    for _ in range(10):
        before = _pages(db)
        with start(service, db, "--full", "--delay", "0.3") as command:
            until(lambda before=before: _pages(db) > before + 1 or not command.is_running)  # type: ignore[misc]
            command.send(signal.SIGKILL)
            command.wait()
    done = crawl(service, db, "--full")
    assert done.status == 0, done.errors
    assert content(db, "sources") == content(tmp_path / "whole.db", "sources")  # they have times
    texts = "SELECT item_id, text FROM articles ORDER BY 1"
    assert rows(db, texts) == rows(tmp_path / "whole.db", texts)
    assert _pages(db) <= _pages(tmp_path / "whole.db") + 12


def _pages(db: Path) -> int:
    try:
        return int(rows(db, "SELECT count(*) FROM pages")[0][0])
    except sqlite3.OperationalError:
        return 0
