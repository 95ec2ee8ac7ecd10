"""The archive writer: its records, and that every byte is read back."""

from __future__ import annotations

import gzip
import json
import re
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from warcio.archiveiterator import ArchiveIterator  # type: ignore[import-untyped]

from osce_news import __version__
from osce_news.archive.http_messages import Exchange
from osce_news.archive.records import records
from osce_news.archive.report import Report
from osce_news.archive.warc_writer import ArchiveWriter
from osce_news.errors import StorageError
from tests.archive.making import HTML, NOON, URL, bodies, exchange, read, warcio, write


def fields_of(path: Path, kind: str) -> list[dict[str, str]]:
    return [record.headers for record in records(path, Report()) if record.kind == kind]


def blocks_of(path: Path, kind: str) -> list[bytes]:
    return [record.block or b"" for record in records(path, Report()) if record.kind == kind]


def test_the_warcinfo_record_describes_the_run(tmp_path: Path) -> None:
    agent = "osce-news/1 (+someone@example.org)"
    (path,) = write(tmp_path, [exchange()], "7", user_agent=agent)
    assert re.fullmatch(r"osce-news-\d{14}-7-00000\.warc\.gz", path.name)
    first = next(records(path, Report()))
    assert (first.kind, first.headers["warc-filename"]) == ("warcinfo", path.name)
    assert first.block is not None
    told = dict(line.split(": ", 1) for line in first.block.decode().splitlines())
    assert (told["software"], told["operator"], told["robots"], told["isPartOf"]) == (
        f"osce-news/{__version__}", "someone@example.org", "obey", path.name.removesuffix("-00000.warc.gz"),
    )  # fmt: skip
    assert (told["format"], told["http-header-user-agent"]) == ("WARC File Format 1.1", agent)


def test_request_and_response_refer_to_each_other_and_to_the_file(tmp_path: Path) -> None:
    asked = [("User-Agent", "osce-news"), ("Cookie", "secret"), ("Authorization", "secret")]
    given_back = [*HTML, ("Transfer-Encoding", "chunked"), ("Set-Cookie", "a"), ("Set-Cookie", "b")]
    one = exchange(3, b"<p>\xff", request_headers=asked, headers=given_back, ip="127.0.0.1")
    (path,) = write(tmp_path, [one])
    (info,), (request,), (response,) = (fields_of(path, kind) for kind in ("warcinfo", "request", "response"))
    assert request["warc-concurrent-to"] == response["warc-record-id"]
    assert request["warc-warcinfo-id"] == response["warc-warcinfo-id"] == info["warc-record-id"]
    for fields in (request, response):
        assert fields["warc-target-uri"] == URL.format(3)
        assert (fields["warc-date"], fields["warc-ip-address"]) == (NOON, "127.0.0.1")
        assert fields["warc-block-digest"].startswith("sha1:")
    (asked_for,), (answered,) = blocks_of(path, "request"), blocks_of(path, "response")
    assert asked_for == (
        b"GET /press-releases?page=3 HTTP/1.1\r\nHost: www.osce.org\r\nUser-Agent: osce-news\r\n\r\n"
    )
    assert answered == (
        b"HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\nSet-Cookie: a\r\nSet-Cookie: b\r\n"
        b"Content-Length: 4\r\n\r\n<p>\xff"
    )


def test_a_fragment_is_not_part_of_the_request(tmp_path: Path) -> None:
    (path,) = write(tmp_path, [exchange(url="https://www.osce.org#top")])
    assert fields_of(path, "request")[0]["warc-target-uri"] == "https://www.osce.org"
    assert blocks_of(path, "request")[0].startswith(b"GET / HTTP/1.1\r\n")


_VALUE = st.binary(max_size=30).map(lambda value: value.decode("latin-1"))
_NAME = st.from_regex(r"X-[A-Za-z0-9]{1,10}", fullmatch=True)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    headers=st.lists(st.tuples(_NAME, _VALUE), max_size=5),
    body=st.binary(max_size=200) | st.binary(max_size=3).map(lambda part: part * 30_000),
    status=st.sampled_from([200, 204, 301, 304, 404, 503, 999]),
    when=st.sampled_from([NOON, "1997-01-01T00:00:00Z"]),
)
def test_every_byte_is_read_back(
    tmp_path_factory: pytest.TempPathFactory,
    headers: list[tuple[str, str]],
    body: bytes,
    status: int,
    when: str,
) -> None:
    """Line ends and zero bytes would end the header, so they are written as spaces."""
    body = b"" if status in (204, 304) else body
    folder = tmp_path_factory.mktemp("archive")
    one = Exchange(url=URL.format(1), status=status, headers=headers, body=body, when=when)
    other = Exchange(url=URL.format(2), status=200, body=b"the next", when=when)
    (path,) = write(folder, [one, other])
    found, report = read(path)
    if status == 304:  # nothing in the archive that it means
        assert (report.skipped["unresolved"], [capture.body for capture in found]) == (1, [b"the next"])
        return
    assert report.problems == []
    first, second = found
    assert (first.status, first.body, first.fetched_at, second.body) == (status, body, when, b"the next")
    kept = [pair for pair in first.headers if pair[0].startswith("X-")]
    wanted = [(name, value.translate(str.maketrans("\r\n\0", "   "))) for name, value in headers]
    assert kept == [(name, value.strip(" \t")) for name, value in wanted]
    assert warcio("check", path) == (0, "")


def test_an_encoded_body_is_stored_as_it_came(tmp_path: Path) -> None:
    raw = gzip.compress(b"<p>" * 1000)
    (path,) = write(tmp_path, [exchange(body=raw, headers=[*HTML, ("Content-Encoding", "gzip")])])
    (block,) = blocks_of(path, "response")
    assert block.endswith(b"\r\n\r\n" + raw)
    assert bodies(path) == [b"<p>" * 1000]


def test_warcio_reads_the_same(tmp_path: Path) -> None:
    (path,) = write(tmp_path, [exchange(0), exchange(1), exchange(2, exchange(0).body)])
    assert warcio("check", "-v", path)[0] == 0
    status, out = warcio("index", "-f", "warc-type,http:status,warc-target-uri", path)
    rows = [json.loads(line) for line in out.splitlines()]
    assert [row["warc-type"] for row in rows] == [
        "warcinfo",
        *["response", "request"] * 2,
        "revisit",
        "request",
    ]
    assert (status, rows[1]["http:status"]) == (0, "200")
    with path.open("rb") as file:
        read_by_warcio = [
            one.content_stream().read() for one in ArchiveIterator(file) if one.rec_type == "response"
        ]
    assert read_by_warcio == bodies(path)[:2]


def test_files_are_rolled_at_a_size_and_numbered_in_order(tmp_path: Path) -> None:
    exchanges = [exchange(n, bytes(range(256)) * 8 + str(n).encode()) for n in range(6)]
    paths = write(tmp_path, exchanges, max_bytes=3000)
    assert [path.name[-13:] for path in paths] == [f"{n:05}.warc.gz" for n in range(len(paths))]
    assert 1 < len(paths) < 6
    assert all(next(records(path, Report())).kind == "warcinfo" for path in paths)
    assert bodies(*paths) == [one.body for one in exchanges]
    assert all(warcio("check", path) == (0, "") for path in paths)


def test_a_body_in_an_earlier_file_of_the_run_is_not_stored_again(tmp_path: Path) -> None:
    paths = write(tmp_path, [exchange(n % 2, bytes(2000 + n % 2)) for n in range(6)], max_bytes=1)
    assert len(paths) == 6
    assert [len(fields_of(path, "revisit")) for path in paths] == [0, 0, 1, 1, 1, 1]
    assert len(bodies(*paths)) == 6


def test_a_truncated_exchange_is_marked_and_nothing_refers_to_it(tmp_path: Path) -> None:
    cut = exchange(body=b"<p>half", truncated="disconnect")
    (path,) = write(tmp_path, [cut, exchange(body=b"<p>half")])
    first, second = fields_of(path, "response")
    assert (first["warc-truncated"], "warc-truncated" in second) == ("disconnect", False)
    found, report = read(path)
    assert (len(found), report.skipped["truncated"]) == (1, 1)


def test_names_and_values_can_not_escape_the_folder_or_their_line(tmp_path: Path) -> None:
    (path,) = write(tmp_path / "new" / "folder", [exchange()], "../7 ü", user_agent="x (+a\r\nformat: b)")
    assert path.name.endswith("----7---00000.warc.gz")
    assert path.parent == tmp_path / "new" / "folder"
    first = next(records(path, Report()))
    assert first.block is not None
    assert b"operator: a  format: b\r\n" in first.block


def test_two_runs_of_one_name_in_one_second_have_their_own_files(tmp_path: Path) -> None:
    with ArchiveWriter(tmp_path, "1") as one, ArchiveWriter(tmp_path, "1") as two:
        one.record(exchange(0))
        two.record(exchange(1))
    assert one.path != two.path
    assert {capture.url for capture in read(one.path, two.path)[0]} == {URL.format(0), URL.format(1)}


def test_an_unwritable_folder_is_an_error_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StorageError, match=r"^the archive .*file.* can't be written: \w[^\n]+$"):
        ArchiveWriter(tmp_path / "file", "1")
    writer = ArchiveWriter(tmp_path, "1")
    writer.close()
    writer.close()
    with pytest.raises(StorageError, match="is closed"):
        writer.record(exchange())
