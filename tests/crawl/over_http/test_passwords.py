"""Passwords in addresses that a site sends: they are not used, and stay only in what was received."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from warcio.archiveiterator import ArchiveIterator  # type: ignore[import-untyped]

from tests.archive.replaying import assert_same, replay
from tests.crawl.over_http.crawling import LIST, ROBOTS, start
from tests.newsroom import Newsroom, faults, make_stories

SECRET = "geheim77"


def with_password(url: str) -> str:
    return url.replace("http://", f"http://anna:{SECRET}@")


def led_on(newsroom: Newsroom) -> None:
    newsroom.fail(
        faults.page(0), faults.redirect(f"{with_password(newsroom.url)}{LIST}?page=0&rows=9"), times=1
    )


def led_away(newsroom: Newsroom) -> None:
    newsroom.fail(faults.page(0), faults.redirect(with_password("http://other.example/")))


def led_nowhere(newsroom: Newsroom) -> None:
    newsroom.fail(faults.page(0), faults.redirect(with_password("http://a..b/")))


def led_to_another_page(newsroom: Newsroom) -> None:
    newsroom.fail(faults.page(1), faults.redirect(f"{with_password(newsroom.url)}{LIST}?page=3"))


def led_from_items(newsroom: Newsroom) -> None:
    for story in newsroom.stories:
        newsroom.fail(story.path, faults.redirect(f"{with_password(newsroom.url)}/node/999999"))


def links_with_passwords(newsroom: Newsroom) -> None:
    def answer(exchange: faults.Exchange) -> None:
        usual = exchange.usual()
        links = f'href="{with_password(newsroom.url)}/'.encode()
        exchange.reply(replace(usual, body=usual.body.replace(b'href="/', links)))

    newsroom.fail(faults.listing, answer)


WAYS = (led_on, led_away, led_nowhere, led_to_another_page, led_from_items, links_with_passwords)


@pytest.mark.parametrize("send", WAYS, ids=lambda way: way.__name__)
def test_a_password_is_only_in_what_was_received(send: Callable[[Newsroom], None], tmp_path: Path) -> None:
    archive = [
        "--archive",
        str(tmp_path / "archive"),
        "--log-file",
        str(tmp_path / "log.txt"),
        "-v",
        "--articles",
    ]
    with Newsroom(make_stories(25), robots=ROBOTS) as newsroom:
        send(newsroom)
        with start(newsroom, tmp_path / "a.db", *archive) as command:
            done = command.result()  # with a traceback, because of -v
    assert SECRET not in done.output + done.errors
    assert SECRET not in (tmp_path / "log.txt").read_text(encoding="utf-8")
    with closing(sqlite3.connect(tmp_path / "a.db")) as connection:
        assert not [line for line in connection.iterdump() if SECRET in line]
    found = set()
    for file in (tmp_path / "archive").glob("*.gz"):
        with file.open("rb") as stream:
            for record in ArchiveIterator(stream):
                content = f"{record.rec_headers}{record.http_headers}{record.content_stream().read()!r}"
                found |= {record.rec_type} if SECRET in content else set()
    assert found <= {"response", "revisit"}
    assert "response" in found
    assert SECRET not in replay(tmp_path).errors
    assert_same(tmp_path)
