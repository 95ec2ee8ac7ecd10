"""WARC records in the forms that tools write, made by hand, and exchanges for our own writer."""

from __future__ import annotations

import base64
import gzip
import hashlib
from collections.abc import Collection, Iterable
from contextlib import redirect_stderr, redirect_stdout
from io import StringIO
from pathlib import Path

from warcio.cli import main as warcio_main  # type: ignore[import-untyped]

from osce_news.archive.capture import Capture
from osce_news.archive.http_messages import Exchange
from osce_news.archive.report import Report
from osce_news.archive.warc_files import WarcFiles
from osce_news.archive.warc_writer import ArchiveWriter

URL = "https://www.osce.org/press-releases?page={}"
HOSTS = ("osce.org", "127.0.0.1")
NOON = "2024-08-05T12:00:00Z"
HTML = [("Content-Type", "text/html; charset=utf-8")]


def exchange(number: int = 0, body: bytes | None = None, **more: object) -> Exchange:
    """Return the exchange for a list page of that number."""
    page = f"<p>page {number}</p>\n".encode() * 20 if body is None else body
    values: dict[str, object] = {"url": URL.format(number), "status": 200, "when": NOON, "headers": HTML}
    return Exchange(**{**values, "body": page, **more})  # type: ignore[arg-type]


def write(folder: Path, exchanges: Iterable[Exchange], run: str = "1", **more: object) -> list[Path]:
    """Write the exchanges as one run and return its files."""
    before = set(folder.glob("*.warc.gz"))
    with ArchiveWriter(folder, run, **more) as writer:  # type: ignore[arg-type]
        for one in exchanges:
            writer.record(one)
    return sorted(set(folder.glob("*.warc.gz")) - before)


def sha1(data: bytes) -> str:
    return "sha1:" + base64.b32encode(hashlib.sha1(data).digest()).decode()


def answer(body: bytes = b"<p>", status: str = "HTTP/1.1 200 OK", **headers: str) -> bytes:
    """Return an HTTP answer; `Content_Length="3"` is a header."""
    lines = [status, *(f"{name.replace('_', '-')}: {value}" for name, value in headers.items())]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


def record(
    block: bytes,
    kind: str = "response",
    url: str = URL.format(0),
    *,
    version: str = "WARC/1.0",
    length: int | str | None = None,
    date: str = NOON,
    line_end: str = "\r\n",
    **fields: str,
) -> bytes:
    """Return a record as bytes; `WARC_Truncated="length"` is a field."""
    lines = [version, f"WARC-Type: {kind}", f"WARC-Target-URI: {url}", f"WARC-Date: {date}"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in fields.items()]
    lines += [f"Content-Length: {len(block) if length is None else length}"]
    return (line_end.join(lines) + 2 * line_end).encode() + block + (2 * line_end).encode()


def page(number: int, body: bytes | None = None, **fields: str) -> bytes:
    """Return the record of a list page of that number."""
    return record(
        answer(f"<p>page {number}</p>".encode() if body is None else body), url=URL.format(number), **fields
    )


def packed(*parts: bytes) -> bytes:
    """Return each part as a gzip member."""
    return b"".join(gzip.compress(part, 6, mtime=0) for part in parts)


def read(*paths: Path, hosts: Collection[str] = HOSTS) -> tuple[list[Capture], Report]:
    """Return the captures of these files and the report."""
    report = Report()
    contents = WarcFiles(paths).contents(paths, report, hosts)
    return [content for content in contents if isinstance(content, Capture)], report


def bodies(*paths: Path) -> list[bytes]:
    return [capture.body for capture in read(*paths)[0]]


def saved(path: Path, data: bytes) -> Path:
    path.write_bytes(data)
    return path


def warcio(*arguments: str | Path) -> tuple[int, str]:
    """Return the status and the output of warcio's command."""
    out, errors = StringIO(), StringIO()
    status = 0
    with redirect_stdout(out), redirect_stderr(errors):
        try:
            warcio_main([str(one) for one in arguments])
        except SystemExit as end:
            status = int(end.code or 0)
    return status, out.getvalue() + errors.getvalue()
