"""Each fault of the test newsroom looks over HTTP as its name says."""

from __future__ import annotations

import datetime
import gzip
import http.client
import json
from collections.abc import Iterator
from email.utils import parsedate_to_datetime

import pytest

from tests.newsroom import Newsroom, faults, make_stories
from tests.newsroom.client import LIST, get


@pytest.fixture
def newsroom() -> Iterator[Newsroom]:
    with Newsroom(make_stories(23)) as server:
        yield server


@pytest.mark.parametrize("code", [304, 403, 404, 429, 500, 503])
def test_any_status_can_be_answered(newsroom: Newsroom, code: int) -> None:
    newsroom.fail(LIST, faults.status(code), times=1)
    got = get(newsroom.url)
    assert (got.status, got.body == b"") == (code, code == 304)
    assert get(newsroom.url).status == 200
    assert [entry.status for entry in newsroom.log] == [code, 200]


def test_retry_after_comes_as_seconds_or_as_a_date(newsroom: Newsroom) -> None:
    newsroom.fail(LIST, faults.retry_later(3), times=1)
    got = get(newsroom.url)
    assert (got.status, got.headers["Retry-After"]) == (429, "3")
    newsroom.fail(LIST, faults.retry_later(60, 503, date=True), times=1)
    got = get(newsroom.url)
    wait = parsedate_to_datetime(got.headers["Retry-After"]) - datetime.datetime.now(datetime.UTC)
    assert got.status == 503
    assert 58 < wait.total_seconds() <= 61


def test_connections_break_in_the_ways_that_connections_do(newsroom: Newsroom) -> None:
    usual = len(get(newsroom.url).body)
    newsroom.fail(LIST, faults.reset(), times=1)
    with pytest.raises(ConnectionResetError):
        get(newsroom.url)
    newsroom.fail(LIST, faults.cut(0.5), times=1)
    with pytest.raises(http.client.IncompleteRead) as cut:
        get(newsroom.url)
    assert len(cut.value.partial) == usual // 2
    newsroom.fail(LIST, faults.stall(), times=1)
    with pytest.raises(TimeoutError):
        get(newsroom.url, timeout=0.1)


@pytest.mark.parametrize("closed", [False, True])
def test_a_truncated_page_has_a_right_length_and_looks_whole_to_http(
    newsroom: Newsroom, closed: bool
) -> None:
    usual = get(newsroom.url)
    newsroom.fail(LIST, faults.truncated(0.4, closed=closed))
    got = get(newsroom.url)
    assert got.status == 200
    assert 0.35 < len(got.body) / len(usual.body) < 0.45
    assert 0 < len(got.nodes) < len(usual.nodes)
    assert got.body.rstrip().endswith(b"</html>") == closed


def test_what_is_not_a_listing_comes_with_200(newsroom: Newsroom) -> None:
    answers = {
        "junk": faults.junk(),
        "json": faults.json_body(),
        "empty": faults.empty(),
        "login": faults.login(),
        "error": faults.error_page(),
        "pdf": faults.wrong_type(),
        "bomb": faults.bomb(2**20),
    }
    got = {}
    for name, answer in answers.items():
        newsroom.fail(LIST, answer, times=1)
        got[name] = get(newsroom.url)
    assert {one.status for one in got.values()} == {200}
    assert all(b"Publishing date" not in one.body for one in got.values())
    html = {name for name, one in got.items() if one.headers["Content-Type"].startswith("text/html")}
    assert html == {"junk", "empty", "login", "error", "bomb"}
    assert json.loads(got["json"].body)["total"] == 0
    assert (got["empty"].body, got["empty"].headers["Content-Length"]) == (b"", "0")
    assert b"Password" in got["login"].body
    assert b"unexpected error" in got["error"].body
    assert len(got["bomb"].body) < 5000
    assert len(gzip.decompress(got["bomb"].body)) == 2**20
    with pytest.raises(UnicodeDecodeError):
        got["junk"].body.decode()


def test_redirects_lead_in_a_circle_or_off_the_site(newsroom: Newsroom) -> None:
    newsroom.fail(LIST, faults.redirect_loop(), times=1)
    got = get(newsroom.url, f"{LIST}?page=1")
    assert (got.status, got.headers["Location"]) == (302, f"{LIST}?page=1")
    newsroom.fail(LIST, faults.redirect("http://127.0.0.2:9/", 301), times=1)
    got = get(newsroom.url)
    assert (got.status, got.headers["Location"]) == (301, "http://127.0.0.2:9/")
