"""A key of the search service that the site prints in its pages is in nothing that a crawl keeps."""

from __future__ import annotations

import dataclasses
import re
from pathlib import Path

import pytest

from osce_news.archive.records import records
from osce_news.archive.report import Report
from tests.archive.making import warcio
from tests.archive.replaying import assert_same, crawl, newsroom, replay, warcs
from tests.crawl.over_http import crawling
from tests.newsroom import Reply
from tests.newsroom.site import Site

KEY = "AbCdEf0123456789+/AbCdEf0123456789="
PRINTED = KEY.replace("/", "\\/")  # as PHP writes JSON


@pytest.fixture(autouse=True)
def prints_the_key(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let each page of the newsroom have the key in its settings, and in a script."""
    answer = Site.answer

    def with_key(site: Site, target: str) -> Reply:
        reply = answer(site, target)
        more = (
            f'<script type="application/json">{{"typesense": {{"apiKey": "{PRINTED}"}}}}</script>'
            f'<script>new Typesense.Client({{apiKey: "{KEY}"}})</script></head>'
        )
        body = reply.body.decode().replace("</head>", more)
        return dataclasses.replace(reply, body=body.encode())

    monkeypatch.setattr(Site, "answer", with_key)


def has_key(folder: Path) -> list[Path]:
    """Return the files in which the key is, the unpacked ones too."""
    for path in warcs(folder):
        (folder / f"{path.name}.txt").write_bytes(
            b"".join(one.block or b"" for one in records(path, Report()))
        )
    forms = re.compile(f"{re.escape(KEY)}|{re.escape(PRINTED)}".encode())
    return [path for path in folder.rglob("*") if path.is_file() and forms.search(path.read_bytes())]


@pytest.mark.slow
@pytest.mark.parametrize("compress", [True, False])
def test_an_archive_has_the_page_without_its_key_and_replays_the_same(tmp_path: Path, compress: bool) -> None:
    with newsroom(compress=compress) as server:
        done = crawl(server, tmp_path, "-v")
        crawl(server, tmp_path)
        assert 304 in [entry.status for entry in server.log]
    assert done.status == 0, done.errors
    assert KEY not in done.output + done.errors
    pages = [
        one
        for path in warcs(tmp_path)
        for one in records(path, Report())
        if one.kind == "response" and b"text/html" in (one.block or b"")
    ]
    assert pages
    for page in pages:
        assert page.headers["osce-news-replaced"] == "keys of the search service"
        assert (page.block or b"").count(b"x" * len(KEY)) == 2
    assert [warcio("check", path) for path in warcs(tmp_path)] == [(0, "")] * 2
    assert replay(tmp_path).status == 0
    assert_same(tmp_path)
    assert has_key(tmp_path) == []


def test_a_page_that_is_not_understood_is_kept_without_its_key(tmp_path: Path) -> None:
    with newsroom() as server:
        server.article_pages[1] = b"<html><head></head><body>Page</body></html>"
        done = crawling.crawl(server, tmp_path / "a.db", "--start-url", f"{server.url}/node/1")
    assert done.status == 3, done.errors
    (kept,) = tmp_path.glob("a.db-not-understood/*.html")
    assert b"x" * len(KEY) in kept.read_bytes()
    assert has_key(tmp_path) == []
