"""Archives that are cut or damaged, have wrong lengths, or are malicious."""

from __future__ import annotations

import gzip
import tracemalloc
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from random import Random

import pytest

from osce_news.archive.http_messages import MAX_PAGE_BYTES
from osce_news.archive.records import records
from osce_news.archive.report import Report
from osce_news.archive.warc_files import WarcFiles
from tests.archive.making import URL, answer, bodies, exchange, packed, page, read, record, saved, sha1, write

BIG = MAX_PAGE_BYTES


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    folder = tmp_path_factory.mktemp("archive")
    (path,) = write(folder, [exchange(n % 2, Random(n % 2).randbytes(50)) for n in range(3)])
    return path.read_bytes()


def unpacked(data: bytes) -> bytes:
    return gzip.decompress(data)


@pytest.mark.slow
@pytest.mark.parametrize("way", ["a member a record", "plain", "one member"])
def test_a_file_cut_at_any_byte_gives_its_complete_pages(tmp_path: Path, archive: bytes, way: str) -> None:
    data = {"a member a record": archive, "plain": unpacked(archive)}.get(way) or packed(unpacked(archive))
    path = saved(tmp_path / "a.warc.gz", data)
    whole = bodies(path)
    assert len(whole) == (2 if way == "one member" else 3)
    ends = sorted({0, len(data), *(one.offset for one in records(path, Report()))})
    last = 0
    for size in range(len(data)):
        path.write_bytes(data[:size])
        found, report = read(path)
        assert [one.body for one in found] == whole[: len(found)]
        assert len(found) >= last  # complete records stay complete
        last = len(found)
        assert report.skipped["unreadable"] == 0, report.problems
        if way != "one member":
            missing = size not in ends[1:]
            end = max(one for one in ends if one <= size)
            if way == "plain" and any(size + more in ends for more in range(1, 5)):
                assert report.cut == 0  # only line ends behind the record are missing
            else:
                assert report.cut == missing
                assert all(f"cut at byte {end}:" in line for line in report.problems)
                assert len(list(records(path, Report()))) == ends.index(end)
        else:
            assert report.cut == 1


def test_a_cut_file_is_reported_in_one_line(tmp_path: Path, archive: bytes) -> None:
    path = saved(tmp_path / "a.warc.gz", archive[:-10])
    offset = [one.offset for one in records(path, Report())][-1]
    _, report = read(path)
    (line,) = report.lines()
    assert line.startswith(f"{path}: cut at byte ")
    assert int(line.split("byte ")[1].split(":")[0]) > offset


@pytest.mark.parametrize("place", [-6, -30])  # in the checksum, and in the page
def test_a_damaged_last_record_is_not_taken_for_a_cut_file(
    tmp_path: Path, archive: bytes, place: int
) -> None:
    data = bytearray(archive)
    data[place] ^= 0x55
    _, report = read(saved(tmp_path / "a.warc.gz", bytes(data)))
    assert (report.cut, report.skipped["unreadable"]) == (0, 1)
    assert report.lines()[0].endswith(f": damaged up to byte {len(data)}; skipped")
    _, report = read(saved(tmp_path / "b.warc.gz", archive[:-30] + bytes(500)))  # after a crash
    assert (report.cut, report.skipped["unreadable"]) == (1, 0)


@pytest.mark.slow
@pytest.mark.parametrize("way", ["a member a record", "plain"])
def test_a_flipped_bit_costs_a_page_and_gives_no_wrong_one(tmp_path: Path, archive: bytes, way: str) -> None:
    data = archive if way != "plain" else unpacked(archive)
    path = saved(tmp_path / "a.warc.gz", data)
    whole = set(bodies(path))
    rng = Random(1)
    for _ in range(400):
        damaged = bytearray(data)
        damaged[rng.randrange(10, len(data))] ^= 1 << rng.randrange(8)
        path.write_bytes(damaged)
        found, report = read(path)
        assert {one.body for one in found} <= whole
        # One record is hit, and with it those that refer to it.
        assert len(found) >= 1, report.problems
        assert len(found) == 3 or report.lines()


@pytest.mark.parametrize("junk", [b"\0" * 5000, b"\x1f\x8b\x08" + b"junk" * 9, b"<html>" * 20_000])
@pytest.mark.parametrize("packing", [packed, lambda *parts: b"".join(parts)], ids=["packed", "plain"])
def test_bytes_between_records_are_skipped(tmp_path: Path, junk: bytes, packing: object) -> None:
    first, second = (packing(page(n)) for n in (0, 1))  # type: ignore[operator]
    found, report = read(saved(tmp_path / "a.warc.gz", first + junk + second))
    assert [one.body for one in found] == [b"<p>page 0</p>", b"<p>page 1</p>"]
    assert report.skipped["unreadable"] >= 1
    (line, *_) = report.problems
    assert f"byte {len(first)}: " in line


def test_an_archive_appended_to_a_cut_one_is_read(tmp_path: Path, archive: bytes) -> None:
    for end in range(len(archive) - 300, len(archive) - 1, 7):
        found, report = read(saved(tmp_path / "all.warc.gz", archive[:end] + archive))
        assert len(found) >= 3 + 2
        assert len(report.problems) == 1
        assert "damaged up to byte" in report.problems[0] or report.cut


LENGTHS = [0, 1, 10, 55, 57, 60, 100, 5000, 10**6, 10**7, 10**18, "-1", "x", "", "1e3", "٣"]


@pytest.mark.parametrize("length", LENGTHS)
@pytest.mark.parametrize("way", ["plain", "a member a record", "one member"])
@pytest.mark.parametrize("place", [0, 1, 2])
def test_a_wrong_length_costs_one_record(tmp_path: Path, length: int | str, way: str, place: int) -> None:
    parts = [page(n, f"<p>page {n}</p>".encode() * 2) for n in range(3)]
    parts[place] = record(answer(b"<p>page X</p>" * 2), url=URL.format(9), length=length)
    whole = b"".join(parts)
    data = {"a member a record": packed(*parts), "one member": packed(whole)}.get(way, whole)
    found, report = read(saved(tmp_path / "a.warc", data))
    others = [n for n in range(3) if n != place]
    if (
        way == "one member" and length == 10**7
    ):  # the reader unpacks that much before it sees that the length is wrong
        others = others[:place]
        assert report.problems
    assert [one.url for one in found] == [URL.format(n) for n in others]
    assert len(report.problems) == 1
    assert "no length" in report.problems[0] or "wrong" in report.problems[0] or report.cut


def test_a_length_that_is_short_by_line_ends_is_found_by_the_digest(tmp_path: Path) -> None:
    block = answer(b"<p>\n\n\n")
    first = record(block, length=len(block) - 2, WARC_Block_Digest=sha1(block))
    found, report = read(saved(tmp_path / "a.warc", first + page(1)))
    assert ([one.url for one in found], report.skipped["unreadable"]) == ([URL.format(1)], 1)


@contextmanager
def flat(most: int) -> Iterator[None]:
    """Fail if more than `most` bytes are allocated at one time."""
    tracemalloc.start()
    try:
        yield
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < most, f"{peak:,} bytes"


def bomb(size: int) -> bytes:
    """Return zeros, gzipped."""
    pack = zlib.compressobj(9, zlib.DEFLATED, 31)
    zeros = bytes(2**20)
    return b"".join(pack.compress(zeros) for _ in range(size // 2**20)) + pack.flush()


def test_a_decompression_bomb_in_a_body_is_refused_in_bounded_memory(tmp_path: Path) -> None:
    data = record(answer(bomb(64 * 2**20), Content_Encoding="gzip")) + page(1)
    path = saved(tmp_path / "a.warc", data)
    with flat(5 * BIG):
        found, report = read(path)
    assert (len(found), report.skipped["too_large"]) == (1, 1)
    assert f"unpacks to more than {BIG:,} bytes" in report.problems[0]


def test_a_decompression_bomb_in_a_record_is_skipped_in_bounded_memory(tmp_path: Path) -> None:
    size = 64 * 2**20
    pack = zlib.compressobj(9, zlib.DEFLATED, 31)
    head, *_ = record(b"HTTP/1.1 200 OK\r\n\r\n", length=size + 19).partition(b"\r\n\r\nHTTP")
    parts = [pack.compress(head + b"\r\n\r\nHTTP/1.1 200 OK\r\n\r\n")]
    parts += [pack.compress(bytes(2**20)) for _ in range(64)]
    parts += [pack.compress(b"\r\n\r\n"), pack.flush()]
    path = saved(tmp_path / "a.warc.gz", packed(page(0)) + b"".join(parts) + packed(page(1)))
    with flat(2 * BIG):
        found, report = read(path)
    assert ([one.url for one in found], report.skipped["too_large"]) == ([URL.format(0), URL.format(1)], 1)


def test_a_header_without_end_is_skipped_in_bounded_memory(tmp_path: Path) -> None:
    endless = b"WARC/1.0\r\n" + b"X: " + b"y" * (16 * 2**20)
    path = saved(tmp_path / "a.warc.gz", packed(endless) + packed(page(1)))
    with flat(2 * BIG):
        found, report = read(path)
    assert (len(found), report.skipped["unreadable"]) == (1, 1)


@pytest.mark.slow
@pytest.mark.parametrize("packing", [packed, lambda *parts: b"".join(parts)], ids=["packed", "plain"])
def test_many_small_records_are_read_in_bounded_memory(tmp_path: Path, packing: object) -> None:
    with (tmp_path / "a.warc").open("wb") as file:
        one = packing(*(record(answer(b"x" * n), url="https://example.org/") for n in range(100)))  # type: ignore[operator]
        file.writelines([one] * 100)
        file.write(packing(page(1)))  # type: ignore[operator]
    report = Report()
    with flat(1_000_000):
        path = tmp_path / "a.warc"
        count = sum(1 for _ in WarcFiles([path]).contents([path], report, hosts=["osce.org"]))
    assert (count, report.skipped["other_hosts"], report.problem_count) == (1, 10_000, 0)


def test_many_wrong_lengths_are_skipped_fast_and_reported_in_few_lines(tmp_path: Path) -> None:
    data = record(answer(b"x"), length=4_000_000) * 20_000 + page(1)
    found, report = read(saved(tmp_path / "a.warc", data))
    assert (len(found), report.skipped["unreadable"]) == (1, 20_000)
    assert len(report.lines()) == 22
    assert report.lines()[20] == "and 19,980 more problems"


def test_lines_of_a_report_have_no_control_characters(tmp_path: Path) -> None:
    data = record(answer(), date="\x1b[2J\u202e") + page(1)
    (line, _) = read(saved(tmp_path / "a.warc", data))[1].lines()
    assert line.isprintable()
