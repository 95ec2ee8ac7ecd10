"""Pages in the WARC files of other tools: their forms, encodings and habits."""

from __future__ import annotations

import errno
import gzip
import os
import zlib
from pathlib import Path

import brotli  # type: ignore[import-untyped]
import pytest

from osce_news.archive import http_messages
from osce_news.archive.http_messages import header
from osce_news.archive.records import is_warc, record_at, records
from osce_news.archive.replay.plan import plan_replay
from osce_news.archive.report import RecordError, Report
from osce_news.errors import BadInputError
from tests.archive.making import NOON, URL, answer, bodies, packed, page, read, record, saved, sha1

PAGE = "<!DOCTYPE html>\n<p>Przyjęto ü</p>\n".encode() * 40

WGET = record(
    answer(PAGE, "HTTP/1.1 200 OK", Content_Type="text/html"),
    url=f"<{URL.format(0)}>",
    version="WARC/1.0",
    WARC_IP_Address="127.0.0.1",
    WARC_Warcinfo_ID="<urn:uuid:1>",
    WARC_Payload_Digest=sha1(PAGE),
)
BROWSERTRIX = record(
    answer(PAGE, "HTTP/2 200", **{":status": "200"}, Content_Type="text/html", Content_Encoding="br"),
    version="WARC/1.1",
    date="2024-08-05T12:00:00.123Z",
    WARC_Page_ID="abc",
    WARC_Payload_Digest="sha256:" + "ab" * 32,
    WARC_Block_Digest="sha256:" + "",
)
COMMON_CRAWL = record(
    answer(PAGE, Content_Type="text/html", X_Crawl_Content_Encoding="gzip", Content_Length=str(len(PAGE))),
    WARC_Identified_Payload_Type="text/html",
    WARC_Payload_Digest=sha1(PAGE).removeprefix("sha1:").join(["sha1:", ""]),
)
HERITRIX = record(answer(PAGE), version="WARC/0.18", line_end="\r\n", WARC_Payload_Digest=sha1(PAGE))
INFO = record(b"software: x\r\n", "warcinfo", url="")


@pytest.mark.parametrize(
    "form", [WGET, BROWSERTRIX, COMMON_CRAWL, HERITRIX], ids=["wget", "btx", "cc", "0.18"]
)
@pytest.mark.parametrize("way", ["plain", "a member a record", "one member", "named otherwise"])
def test_pages_of_other_tools_are_read_in_every_form(tmp_path: Path, form: bytes, way: str) -> None:
    whole = INFO + form + form
    data = {"a member a record": packed(INFO, form, form), "one member": packed(whole)}.get(way, whole)
    path = saved(tmp_path / ("a.warc.gz" if way != "a member a record" else "a.warc"), data)
    found, report = read(path)
    assert report.problems == []
    assert [(one.url, one.fetched_at, one.status, one.body) for one in found] == [
        (URL.format(0), NOON, 200, PAGE)
    ] * 2
    assert [one.kind for one in records(path, Report())] == ["warcinfo", "response", "response"]


def test_a_single_record_of_a_larger_file_is_a_warc_file(tmp_path: Path) -> None:
    path = saved(tmp_path / "extract", packed(COMMON_CRAWL))
    assert is_warc(path)
    assert bodies(path) == [PAGE]


ENCODED = {
    "gzip": gzip.compress(PAGE),
    "x-gzip": gzip.compress(PAGE[:100]) + gzip.compress(PAGE[100:]),
    "deflate": zlib.compress(PAGE),
    "Deflate": zlib.compress(PAGE)[2:-4],
    "br": brotli.compress(PAGE),
    "zstd": http_messages.zstd.compress(PAGE),
    "gzip, br": brotli.compress(gzip.compress(PAGE)),
    "identity": PAGE,
    "utf-8": PAGE,  # not an encoding, and not encoded
    "": gzip.compress(PAGE),
}


@pytest.mark.parametrize("encoding", ENCODED)
@pytest.mark.parametrize("chunked", [False, True])
def test_content_encodings_are_decoded(tmp_path: Path, encoding: str, chunked: bool) -> None:
    raw = ENCODED[encoding]
    body = raw
    headers = {"Content_Encoding": encoding, "Content_Length": str(len(raw))} if encoding else {}
    if chunked:
        parts = [raw[:7], raw[7:30], raw[30:]]
        body = b"".join(b"%X;x=y\r\n%b\r\n" % (len(part), part) for part in parts if part) + b"0\r\n\r\n"
        headers |= {"Transfer_Encoding": "chunked"}
    block = answer(body, **headers)
    for digest in (sha1(body), sha1(raw)):
        path = saved(tmp_path / "a.warc", record(block, WARC_Payload_Digest=digest))
        assert bodies(path) == [PAGE]


@pytest.mark.parametrize("encoding", ["gzip", "deflate", "br", "zstd", "unheard-of"])
def test_a_body_that_the_tool_already_decoded_is_kept(tmp_path: Path, encoding: str) -> None:
    """Its length is that of the encoded body, which may be longer."""
    headers = {"Content_Encoding": encoding, "Content_Length": "99999"}
    for more in ({}, {"Transfer_Encoding": "chunked", "Content_Length": "7"}):
        block = answer(PAGE, **headers | more)
        assert bodies(saved(tmp_path / "a.warc", record(block))) == [PAGE]


def test_a_body_with_a_compressed_content_type_is_not_decompressed(tmp_path: Path) -> None:
    raw = gzip.compress(PAGE)
    path = saved(tmp_path / "a.warc", record(answer(raw, Content_Type="application/gzip")))
    assert bodies(path) == [raw]


def test_other_records_and_other_hosts_are_skipped_and_counted(tmp_path: Path) -> None:
    parts = [
        INFO,
        record(b"GET / HTTP/1.1\r\n\r\n", "request"),
        record(b"x: y", "metadata"),
        record(b"20240805 1.2.3.4", url="dns:www.osce.org"),
        record(b"??", "my-own"),
        page(0),
        *(record(answer(), url=url) for url in ("http://osce.org/a", "https://polis.osce.org:8443/b")),
        *(record(answer(), url=url) for url in ("https://example.org/?osce.org", "https://notosce.org/")),
        record(answer(), url="https://www.osce.org@example.org/"),
        *(record(answer(), url=url) for url in ("https://[/", "https://www.osce.org:99999/")),
    ]
    found, report = read(saved(tmp_path / "a.warc", b"".join(parts)), hosts={"osce.org"})
    assert [capture.url for capture in found] == [
        URL.format(0), "http://osce.org/a", "https://polis.osce.org:8443/b",
    ]  # fmt: skip
    assert report.captures == 3
    assert report.lines()[-1] == (
        "records skipped: 3 of other hosts, 1 not fetched by HTTP, 2 that can't be read, 1 of no known type"
    )


@pytest.mark.parametrize(
    ("block", "fields", "why"),
    [
        (answer(b"<p>half", Content_Length="999"), {}, "the page is truncated: 7 of 999 bytes"),
        (answer(b"5\r\nhello\r\n5\r\nwo", Transfer_Encoding="chunked"), {}, "its last chunk is missing"),
        (answer(b"<p>half"), {"WARC_Truncated": "length"}, "the tool that recorded it cut the page (length)"),
        (answer(gzip.compress(PAGE)[:-9], Content_Encoding="gzip"), {}, "gzip is cut or damaged"),
        (answer(brotli.compress(PAGE)[:-9], Content_Encoding="br"), {}, "br is cut or damaged"),
        (
            answer(http_messages.zstd.compress(PAGE)[:-9], Content_Encoding="zstd"),
            {},
            "zstd is cut or damaged",
        ),
        (answer(b"\0\1\2", Content_Encoding="compress"), {}, "unknown content-encoding 'compress'"),
        (answer(PAGE), {"WARC_Block_Digest": sha1(b"other")}, "its bytes do not match its digest"),
        (answer(PAGE), {"WARC_Payload_Digest": sha1(b"other")}, "its page does not match its digest"),
        (answer(PAGE), {"WARC_Segment_Number": "1"}, "one of several segments"),
        (b"<p>no head", {}, "holds no HTTP response"),
        (answer(PAGE), {"date": "yesterday"}, "WARC-Date 'yesterday' is not a time"),
        (answer(PAGE), {"date": "2024-13-05T12:00:00Z"}, "WARC-Date '2024-13-05T12:00:00Z' is not a time"),
        (answer(PAGE), {"date": "2024-08-05T12:00:60Z"}, "WARC-Date '2024-08-05T12:00:60Z' is not a time"),
    ],
)
def test_an_unusable_page_is_reported(tmp_path: Path, block: bytes, fields: dict[str, str], why: str) -> None:
    first = record(block, **fields)
    found, report = read(saved(tmp_path / "a.warc", first + page(1)))
    assert [capture.url for capture in found] == [URL.format(1)]
    (line,) = report.problems
    assert line.startswith(f"{tmp_path / 'a.warc'}: byte 0: ")
    assert line.endswith("; skipped")
    assert why in line


@pytest.mark.parametrize(
    ("date", "read_as"),
    [
        ("2024-08-05T12:00:00.999999Z", NOON),
        ("2024-08-05T12:00Z", NOON),
        ("20240805120000", NOON),
        ("2024-08-05", "2024-08-05T00:00:00Z"),
        ("2024", "2024-01-01T00:00:00Z"),
        ("2016-12-31T23:59:60Z", "2016-12-31T23:59:59Z"),
        ("2016-12-31T23:59:60.5Z", "2016-12-31T23:59:59Z"),
    ],
)
def test_times_of_any_precision_are_read(tmp_path: Path, date: str, read_as: str) -> None:
    (capture,), _ = read(saved(tmp_path / "a.warc", record(answer(), date=date)))
    assert capture.fetched_at == read_as


@pytest.mark.parametrize(
    ("data", "hint"),
    [
        (b"<!DOCTYPE html>" * 9, ""),
        (b"\n", ""),
        (packed(b"<p>a page"), ""),
        (gzip.compress(b""), ""),
        (b"PK\x03\x04" + b"\0" * 40, "a zip file; if it is a WACZ"),
        (http_messages.zstd.compress(page(0)), "zstd -d"),
        (packed(b"filedesc://a.arc 0.0.0.0 2024 text/plain 9\n"), "an ARC file; `warcio recompress"),
    ],
    ids=["html", "a line", "packed html", "packed nothing", "wacz", "zstd", "arc"],
)
def test_a_file_that_is_no_warc_file_is_an_error_in_one_line(tmp_path: Path, data: bytes, hint: str) -> None:
    path = saved(tmp_path / "a.warc.gz", data)
    assert not is_warc(path)
    with pytest.raises(BadInputError, match=r"^[^\n]*a\.warc\.gz: not a WARC file[^\n]*$") as error:
        read(path)
    assert hint in str(error.value)


def test_resource_records_are_pages_and_notes_of_crawlers_are_not(tmp_path: Path) -> None:
    """As warcit and tools that keep saved folders write them: the page itself, without a response."""
    pages = [
        record(PAGE, "resource", Content_Type="text/html"),
        record(b"{}", "resource", url="urn:pageinfo:https://www.osce.org/", Content_Type="application/json"),
    ]
    found, report = read(saved(tmp_path / "a.warc", b"".join(pages)))
    assert [(one.status, one.body, header(one.headers, "content-type")) for one in found] == [
        (200, PAGE, "text/html")
    ]
    assert (report.captures, report.skipped["not_http"]) == (1, 0)


def test_files_are_found_in_folders_and_ordered_by_time(tmp_path: Path) -> None:
    later = saved(tmp_path / "a.warc", record(answer(), date="2024-08-05T00:00:00Z"))
    (tmp_path / "deep").mkdir()
    earlier = saved(tmp_path / "deep" / "z.WARC.GZ", packed(record(answer(), date="2023-08-05T00:00:00Z")))
    saved(tmp_path / "notes.txt", b"")
    (tmp_path / "b.warc").symlink_to(later)
    saved(tmp_path / "._a.warc", b"\0\5\26\7 a companion file of macOS")
    assert plan_replay([tmp_path, later]).warcs == [earlier, later]
    (tmp_path / "empty").mkdir()
    with pytest.raises(BadInputError, match=r"no WARC file .* in .*empty"):
        plan_replay([tmp_path / "empty"])
    saved(tmp_path / "deep" / "b.wacz", b"")  # what can't be read in one folder does not fill another
    with pytest.raises(BadInputError, match=r"no WARC file .* in .*empty"):
        plan_replay([tmp_path / "deep", tmp_path / "empty"])
    with pytest.raises(BadInputError, match="no such file or folder"):
        plan_replay([tmp_path / "gone"])


def test_links_to_folders_are_followed_once(tmp_path: Path) -> None:
    disk, folder = tmp_path / "disk", tmp_path / "folder"
    (disk / "deep").mkdir(parents=True)
    folder.mkdir()
    file = saved(disk / "deep" / "a.warc", record(answer()))
    (disk / "deep" / "up").symlink_to(folder)
    (folder / "one").symlink_to(disk)
    (folder / "two").symlink_to(disk / "deep")
    plan = plan_replay([folder])
    assert [found.resolve() for found in plan.warcs] == [file]
    assert plan.left_out == []


def test_a_folder_that_cannot_be_listed_is_left_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    scandir = os.scandir

    def refuse(path: str) -> object:
        if path.endswith("closed"):
            raise PermissionError(errno.EACCES, "Permission denied", path)
        return scandir(path)

    (tmp_path / "closed").mkdir()
    file = saved(tmp_path / "a.warc", record(answer()))
    monkeypatch.setattr("os.scandir", refuse)
    plan = plan_replay([tmp_path])
    assert plan.warcs == [file]
    assert plan.left_out == [f"{tmp_path / 'closed'}: Permission denied"]


def test_an_unreadable_file_is_an_error_in_one_line(tmp_path: Path) -> None:
    path = tmp_path / "a.warc"
    path.symlink_to(path)  # which nobody can read, not even root
    with pytest.raises(BadInputError, match="can't be read: Too many levels of symbolic links"):
        read(path)


def test_where_a_record_is_gone_the_one_behind_it_is_not_taken_for_it(tmp_path: Path) -> None:
    path = saved(tmp_path / "a.warc", page(0) + page(1))
    first, second = records(path, Report())
    assert record_at(path, second.offset).url == second.url
    with pytest.raises(RecordError, match="the record is gone"):
        record_at(path, first.offset + 1)
