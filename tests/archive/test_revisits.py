"""Revisit records: a body is written once, and read wherever a record refers to it."""

from __future__ import annotations

import gc
import json
import warnings
from pathlib import Path
from random import Random
from typing import Any

import pytest

from osce_news.archive.http_messages import header
from osce_news.archive.records import records
from osce_news.archive.report import Report
from tests.archive.making import (
    HTML,
    NOON,
    URL,
    answer,
    bodies,
    exchange,
    packed,
    page,
    read,
    record,
    saved,
    sha1,
    warcio,
    write,
)  # fmt: skip

PROFILE = "http://netpreserve.org/warc/1.0/revisit/identical-payload-digest"
LATER = "2024-08-06T12:00:00Z"


def kinds(path: Path) -> list[str]:
    return [record.kind for record in records(path, Report()) if record.kind in ("response", "revisit")]


def test_a_body_is_stored_once_per_folder_and_read_each_time(tmp_path: Path) -> None:
    (first,) = write(tmp_path, [exchange(0), exchange(1)], "1")
    (second,) = write(tmp_path, [exchange(1, when=LATER), exchange(2), exchange(0, when=LATER)], "2")
    assert (kinds(first), kinds(second)) == (["response"] * 2, ["revisit", "response", "revisit"])
    found, report = read(first, second)
    assert report.problems == []
    assert [(one.url[-1], one.fetched_at, one.revisit) for one in found[2:]] == [
        ("1", LATER, "identical-payload-digest"), ("2", NOON, None), ("0", LATER, "identical-payload-digest"),
    ]  # fmt: skip
    assert [one.body for one in found] == [exchange(n).body for n in (0, 1, 1, 2, 0)]
    assert bodies(second, first) == [exchange(n).body for n in (1, 2, 0, 0, 1)]  # in whatever order
    assert warcio("check", second) == (0, "")


def test_a_second_crawl_of_unchanged_pages_adds_little(tmp_path: Path) -> None:
    pages = [exchange(n, Random(n).randbytes(12_000)) for n in range(20)]
    (first,) = write(tmp_path, pages, "1")
    (second,) = write(tmp_path, pages, "2")
    assert first.stat().st_size > 200_000
    assert second.stat().st_size < first.stat().st_size * 0.09


def test_empty_bodies_are_not_stored_as_revisits(tmp_path: Path) -> None:
    (path,) = write(tmp_path, [exchange(0, b""), exchange(1, b"")])
    assert kinds(path) == ["response", "response"]


def test_a_revisit_keeps_the_header_of_its_own_response(tmp_path: Path) -> None:
    (path,) = write(tmp_path, [exchange(0), exchange(1, exchange(0).body, status=404, headers=[("X", "y")])])
    found, _ = read(path)
    assert [(one.status, header(one.headers, "x"), one.body) for one in found] == [
        (200, "", exchange(0).body), (404, "y", exchange(0).body),
    ]  # fmt: skip


def asked(etag: str = "", since: str = "") -> dict[str, Any]:
    headers = [("If-None-Match", etag)] if etag else []
    headers += [("If-Modified-Since", since)] if since else []
    return {"status": 304, "body": b"", "request_headers": headers, "when": LATER, "headers": [("Date", "x")]}


@pytest.mark.parametrize("again", [False, True])
def test_a_304_refers_to_the_page_with_the_requests_validators(tmp_path: Path, again: bool) -> None:
    tags = [*HTML, ("ETag", '"1"'), ("Last-Modified", "Mon, 05 Aug 2024 11:00:00 GMT")]
    first = write(tmp_path, [exchange(0, headers=tags)])
    if again:  # seen in another answer, whose body is that of another page
        first += write(tmp_path, [exchange(5), exchange(0, exchange(5).body, headers=[("ETag", '"2"')])])
    by_tag = exchange(0, **asked('"2"' if again else '"1"'))
    by_time = exchange(0, **asked(since="Mon, 05 Aug 2024 11:00:00 GMT"))
    last = write(tmp_path, [by_tag, by_time], "2")
    found, report = read(*first, *last)
    assert report.problems == []
    meant = exchange(5 if again else 0).body
    assert [(one.fetched_at, one.status, one.revisit, one.body) for one in found[-2:]] == [
        (LATER, 200, "server-not-modified", meant), (LATER, 200, "server-not-modified", exchange(0).body),
    ]  # fmt: skip
    assert warcio("check", *last) == (0, "")


def test_a_304_for_a_page_that_is_not_in_the_archive_is_unresolved(tmp_path: Path) -> None:
    """A crawl in between was not recorded, so the archive holds only an older version of the page."""
    first = write(tmp_path, [exchange(0, headers=[*HTML, ("ETag", '"1"')])])
    others = [asked('"2"'), asked("*"), asked('"1", "2"'), asked()]
    last = write(tmp_path, [*(exchange(0, **one) for one in others), exchange(1, **asked('"1"'))], "2")
    found, report = read(*first, *last)
    assert (len(found), report.skipped["unresolved"]) == (1, 5)
    assert "its page is in none of the files" in report.lines()[0]


def test_nothing_refers_to_a_page_that_was_cut_off(tmp_path: Path) -> None:
    (first,) = write(tmp_path, [exchange(0), exchange(1)])
    data = first.read_bytes()
    first.write_bytes(
        data[: next(r.offset for r in records(first, Report()) if "page=1" in str(r.headers)) + 60]
    )
    (second,) = write(tmp_path, [exchange(0), exchange(1)])
    assert kinds(second) == ["revisit", "response"]
    assert bodies(first, second) == [exchange(n).body for n in (0, 0, 1)]


@pytest.mark.parametrize(
    "damage",
    [
        lambda path: path.unlink(),
        lambda path: path.write_text(""),
        lambda path: path.write_bytes(path.read_bytes()[:-40]),
        lambda path: path.write_text("\n".join(path.read_text().splitlines()[:-1])),
        lambda path: path.write_text(path.read_text().replace('"bytes": ', '"bytes": 1')),
        lambda path: path.write_text(path.read_text().replace("{", "[")),
        lambda path: path.write_text(path.read_text().replace('"digest"', '"digests"')),
        lambda path: path.write_bytes(b"\xff" * 100),
    ],
)
def test_a_missing_or_damaged_list_of_digests_is_rebuilt(tmp_path: Path, damage: object) -> None:
    write(tmp_path, [exchange(0), exchange(1)], "1")
    write(tmp_path, [exchange(0)], "2")
    (list_,) = (tmp_path / "digests").iterdir()
    whole = list_.read_text()
    damage(list_)  # type: ignore[operator]
    (third,) = write(tmp_path, [exchange(1), exchange(0)], "3")
    assert kinds(third) == ["revisit", "revisit"]
    assert list_.read_text() == whole
    assert json.loads(whole.splitlines()[0])["entries"] == 2


def test_a_list_of_digests_that_cannot_be_written_costs_no_space(tmp_path: Path) -> None:
    write(tmp_path, [exchange(0)], "1")
    (tmp_path / "digests").write_text("no folder")
    (second,) = write(tmp_path, [exchange(0)], "2")
    assert kinds(second) == ["revisit"]


def test_nothing_refers_to_a_deleted_archive(tmp_path: Path) -> None:
    (first,) = write(tmp_path, [exchange(0)], "1")
    first.unlink()
    saved(tmp_path / "osce-news-1.warc.gz", b"no archive")
    (second,) = write(tmp_path, [exchange(0)], "2")
    assert kinds(second) == ["response"]


WGET = {"WARC_Profile": PROFILE, "WARC_Truncated": "length"}
REVISITS = {
    "by its record": {"WARC_Refers_To": "<urn:uuid:0>"},
    "by its address and time": {
        "WARC_Refers_To_Target_URI": URL.format(0), "WARC_Refers_To_Date": NOON,
    },
    "by its digest": {"WARC_Payload_Digest": sha1(b"<p>page 0</p>")},
}  # fmt: skip


@pytest.mark.parametrize("named", REVISITS)
@pytest.mark.parametrize("way", ["plain", "packed"])
def test_revisits_of_other_tools_are_resolved(tmp_path: Path, named: str, way: str) -> None:
    first = page(0, WARC_Record_ID="<urn:uuid:0>", WARC_Payload_Digest=sha1(b"<p>page 0</p>"))
    head = answer(b"", Content_Length="13")
    second = record(head, "revisit", URL.format(7), date=LATER, **WGET, **REVISITS[named])
    paths = [
        saved(tmp_path / f"{n}.warc", packed(page(9), one) if way == "packed" else page(9) + one)
        for n, one in enumerate([first, second])
    ]
    found, report = read(*paths)
    assert report.problems == []
    assert (found[-1].url, found[-1].fetched_at, found[-1].body) == (URL.format(7), LATER, b"<p>page 0</p>")


def test_a_revisit_whose_page_has_another_digest_is_not_resolved(tmp_path: Path) -> None:
    first = page(0, WARC_Record_ID="<urn:uuid:0>")
    fields = {**REVISITS["by its record"], "WARC_Payload_Digest": sha1(b"other")}
    second = record(answer(b""), "revisit", **WGET, **fields)
    found, report = read(saved(tmp_path / "a.warc", first + second))
    assert (len(found), report.skipped["unresolved"]) == (1, 1)


def test_a_revisit_into_a_one_member_file_is_reported_with_its_remedy(tmp_path: Path) -> None:
    first = page(0, WARC_Record_ID="<urn:uuid:0>")
    second = record(answer(b""), "revisit", **WGET, **REVISITS["by its record"])
    path = saved(tmp_path / "a.warc.gz", packed(page(9) + first + second))
    found, report = read(path)
    assert (len(found), report.skipped["unresolved"]) == (2, 1)
    assert "split it with `warcio recompress`" in report.problems[0]
    with warnings.catch_warnings():
        # warcio leaves a temporary file open, which must not be found while another test runs.
        warnings.simplefilter("ignore", ResourceWarning)
        assert warcio("recompress", path, tmp_path / "b.warc.gz")[0] == 0
        gc.collect()
    assert bodies(tmp_path / "b.warc.gz")[2] == b"<p>page 0</p>"
