"""The answers of CDX interfaces, read in each of their forms, and what is none."""

from __future__ import annotations

import json

import pytest

from osce_news.archive.cdx import CdxRecord, parse_records
from osce_news.archive.report import RecordError
from osce_news.archive.web_archives import CommonCrawl, Wayback
from osce_news.errors import LayoutError
from tests.web_archive import Kept

URL, TIME = "https://www.osce.org/node/1", "20201231120000"
RECORD = CdxRecord(URL, TIME, "200", "text/html", "ABC")
NAMES = ["urlkey", "timestamp", "original", "mimetype", "statuscode", "digest", "length"]
ROW = ["org,osce)/node/1", TIME, URL, "text/html", "200", "ABC", "9"]
LINE = {"url": URL, "timestamp": TIME, "mime": "text/html", "status": "200", "digest": "ABC"}
PLACE = {"filename": "crawl-data/a.warc.gz", "offset": "10", "length": "20"}
INDEX = "https://index.example/CC-MAIN-2026-48-index"


def wayback(since: str | None = None, until: str | None = None) -> Wayback:
    return Wayback([f"{URL}*"], since, until, "https://a.example/cdx", "https://a.example/web/")


def common_crawl(since: str | None = None, until: str | None = None) -> CommonCrawl:
    return CommonCrawl(["*.osce.org"], since, until, "https://a.example/info", "https://b.example")


@pytest.mark.parametrize(
    ("body", "key"),
    [
        (json.dumps([NAMES, ROW]), None),
        (json.dumps([NAMES, ROW, [], ["org%2Cosce+1"]]), "org%2Cosce+1"),
        (json.dumps([NAMES[1:], ROW[1:]]), None),
        (json.dumps(LINE | {"length": 9, "urlkey": None}), None),
        (json.dumps(LINE | {"length": "9"}) + "\n\n", None),
    ],
)
def test_each_form_of_an_answer_is_read(body: str, key: str | None) -> None:
    (record,), unreadable, found = parse_records(body.encode())
    assert (record.url, record.when, record.is_page) == (URL, "2020-12-31T12:00:00Z", True)
    assert (record.digest, record.length, unreadable, found) == ("ABC", "9", 0, key)


@pytest.mark.parametrize("body", [b"", b" \n", b"[]", json.dumps([NAMES]).encode()])
def test_an_empty_answer_has_no_captures(body: bytes) -> None:
    assert parse_records(body) == ([], 0, None)


@pytest.mark.parametrize(
    "body",
    [
        b"<!DOCTYPE html><p>Sorry", b'[["urlkey", ', b"[1, 2]", b"[" * 100_000, b"{" * 100_000, b"7", b'"x"',
        b'{"message": "Too many"}', b'{"error": "x"}', b"org,osce)/ 2020 https://www.osce.org/ text/html 200",
        b"\xff\xfe\x00", b'{"timestamp": ',
    ],
)  # fmt: skip
def test_the_error_for_a_strange_answer_has_its_beginning(body: bytes) -> None:
    with pytest.raises(LayoutError, match=r"index: expected an answer of a CDX interface, got '") as caught:
        parse_records(body)
    assert len(str(caught.value)) < 300


@pytest.mark.parametrize(
    "change",
    [
        {"url": None}, {"url": "ftp://a.example/"}, {"url": 7}, {"url": ["x"]}, {"timestamp": "2020"},
        {"timestamp": "20201331120000"}, {"timestamp": "2020123112000x"}, {"url": "http://["},
    ],
)  # fmt: skip
def test_a_record_without_an_address_or_a_time_is_counted(change: dict[str, object]) -> None:
    body = "\n".join(json.dumps(one) for one in (LINE, LINE | change)).encode()
    assert parse_records(body + b'\n{"url": "https://www.o')[1] == 2


@pytest.mark.parametrize(("status", "mime"), [("302", "text/html"), ("-", "warc/revisit"), ("200", "a/b")])
def test_only_html_with_status_200_is_a_page(status: str, mime: str) -> None:
    assert not CdxRecord(URL, TIME, status, mime).is_page


def test_the_wayback_machine_is_asked_part_by_part() -> None:
    archive = wayback("2020-01-01", "2020-12-31")
    (first,) = archive.first()
    assert first == (
        "https://a.example/cdx?url=https%3A%2F%2Fwww.osce.org%2Fnode%2F1&matchType=prefix&output=json"
        "&from=20200101&to=20201231235959&filter=statuscode%3A200&filter=mimetype%3Atext%2Fhtml"
        "&limit=5000&showResumeKey=true"
    )
    more = archive.read(first, 200, json.dumps([NAMES, ROW, [], ["a b+%2C"]]).encode())
    assert more.next == [f"{first}&resumeKey=a+b%2B%252C"]
    other = [*ROW[:2], f"{URL}2", *ROW[3:]]
    more = archive.read(more.next[0], 200, json.dumps([NAMES, other, [], ["c"]]).encode())
    assert more.next == [f"{first}&resumeKey=c"]
    same = archive.read(more.next[0], 200, json.dumps([NAMES, other, [], ["d"]]).encode())
    assert (same.next, same.is_cut) == ((), True)
    assert archive.place(RECORD) == (f"https://a.example/web/{TIME}id_/{URL}", {})


def test_an_answer_without_a_key_that_is_full_has_more() -> None:
    """pywb leaves out what is over the limit."""
    full = "\n".join([json.dumps(LINE)] * 5000).encode()
    archive = wayback()
    assert archive.read(archive.first()[0], 200, full).is_cut
    assert not archive.read(archive.first()[0], 200, full[: full.rindex(b"\n")]).is_cut


def test_common_crawl_is_asked_crawl_by_crawl_and_page_by_page() -> None:
    archive = common_crawl("2024-02-01")
    crawls = [
        {"id": "3", "cdx-api": INDEX},  # of an unknown time
        {"id": "2", "cdx-api": INDEX, "from": "2024-01-20T00:00:00", "to": "2024-02-02T00:00:00"},
        {"id": "1", "cdx-api": INDEX, "from": "2023-11-28T00:00:00", "to": "2023-12-12T00:00:00"},
        {"id": "0"},
        "x",
    ]
    questions = archive.read(archive.cdx_url, 200, json.dumps(crawls).encode()).next
    begin = f"{INDEX}?url=osce.org&matchType=domain&output=json&from=20240201&pageSize=1"
    assert questions == [f"{begin}&showNumPages=true"] * 2
    pages = archive.read(questions[0], 200, b'{"pages": 3, "pageSize": 1, "blocks": 3}').next
    assert pages == [f"{begin}&page={number}" for number in range(3)]
    assert archive.read(questions[0], 200, b"2\n").next == pages[:2]
    answer = archive.read(pages[0], 200, json.dumps(LINE | PLACE).encode())
    assert archive.place(answer.records[0]) == (
        "https://b.example/crawl-data/a.warc.gz",
        {"Range": "bytes=10-29", "Accept-Encoding": "identity"},
    )
    nothing = archive.read(pages[1], 404, b'{"message": "No Captures found for: x"}')
    assert (nothing.records, nothing.next) == ((), ())


@pytest.mark.parametrize("change", [{"filename": None}, {"offset": "-1"}, {"length": "x"}, {"offset": None}])
def test_a_record_without_its_place_is_counted_too(change: dict[str, str | None]) -> None:
    body = "\n".join(json.dumps(one) for one in (LINE | PLACE, LINE | PLACE | change)).encode()
    answer = common_crawl().read(f"{INDEX}?page=0", 200, body)
    assert (len(answer.records), answer.unreadable) == (1, 1)


@pytest.mark.parametrize("body", [b"{}", b"[]", b'[{"id": "x"}]', b'[{"cdx-api": "x"}]', b"<p>", b"null"])
def test_a_strange_list_of_crawls_is_reported(body: bytes) -> None:
    with pytest.raises(LayoutError, match="expected an answer of a CDX interface"):
        common_crawl().read("https://a.example/info", 200, body)


@pytest.mark.parametrize("body", [b'{"pages": "many"}', b"{}", b"[3]", b"<p>"])
def test_a_strange_number_of_pages_is_reported(body: bytes) -> None:
    with pytest.raises(LayoutError, match="expected an answer of a CDX interface"):
        common_crawl().read(f"{INDEX}?showNumPages=true", 200, body)


def test_an_index_with_too_many_pages_is_cut() -> None:
    answer = common_crawl().read(f"{INDEX}?showNumPages=true", 200, b'{"pages": 1000000}')
    assert (len(answer.next), answer.is_cut) == (1000, True)


def test_the_own_headers_of_a_capture_are_kept_and_those_of_the_archive_are_not() -> None:
    headers = {
        "memento-datetime": "Thu, 31 Dec 2020 12:00:00 GMT", "content-type": "text/html", "server": "nginx",
        "x-archive-orig-server": "Apache", "x-archive-orig-content-encoding": "gzip", "etag": '"1"',
        "x-archive-orig-etag": '"2"', "link": "<x>",
    }  # fmt: skip
    exchange = wayback().exchange(RECORD, "https://a.example/x", headers, 200, b"<p>")
    assert sorted(exchange.headers) == [
        ("content-type", "text/html"), ("etag", '"2"'), ("server", "Apache"),
    ]  # fmt: skip
    assert (exchange.url, exchange.when, exchange.source) == (URL, RECORD.when, "https://a.example/x")


KEPT = Kept(URL, "2020-12-31T12:00:00Z", b"<p>A page</p>")
OTHER = Kept(f"{URL}2", "2020-12-31T12:00:00Z", b"<p>A page</p>")


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (KEPT.record[:-9], "cut: "),
        (KEPT.record[:-60] + b"\0" * 60, "no complete record"),
        (b"\0" * len(KEPT.record), "no complete record"),
        (OTHER.record, "cut: |another capture"),
    ],
)
def test_a_part_of_a_file_that_is_not_the_record_is_refused(body: bytes, reason: str) -> None:
    record = CdxRecord(URL, TIME, "200", "text/html", length=str(len(KEPT.record)))
    whole = common_crawl().exchange(record, "s", {}, 206, KEPT.record)
    assert (whole.body, whole.when, dict(whole.headers)["Content-Type"]) == (
        KEPT.body, KEPT.when, "text/html; charset=utf-8",
    )  # fmt: skip
    with pytest.raises(RecordError, match=reason):
        common_crawl().exchange(record, "s", {}, 206, body)
    with pytest.raises(RecordError, match="whole file"):
        common_crawl().exchange(record, "s", {}, 200, KEPT.record)
