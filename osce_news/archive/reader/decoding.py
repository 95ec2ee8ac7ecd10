"""The page in a body, unpacked by its content-encoding: as much as a page may have and not a byte more."""

from __future__ import annotations

import re
import sys
import zlib
from collections.abc import Callable
from contextlib import suppress

from osce_news.archive.reader.http import Message
from osce_news.archive.reader.report import RecordError

try:
    import brotli  # type: ignore[import-untyped]
except ImportError:  # PyPy; Scrapy depends on the one or the other, and on zstd
    import brotlicffi as brotli  # type: ignore[import-not-found]
if sys.version_info >= (3, 14):
    from compression import zstd as zstd
else:
    from backports import zstd as zstd

_GZIP, _ZSTD = b"\x1f\x8b\x08", b"\x28\xb5\x2f\xfd"
_PIECE = 64 * 1024
_ALIASES = {"x-gzip": "gzip", "zstandard": "zstd"}
_PACKED_TYPES = re.compile(r"gzip|zip|compress|octet-stream|x-tar")
_FAULTS = (zlib.error, zstd.ZstdError, brotli.error, EOFError)

Decode = Callable[[bytes, int], bytes]


class _TooLargeError(Exception):
    """The unpacked body has more bytes than asked for."""


def decoded(message: Message, most_bytes: int) -> bytes:
    """Return the body of an answer unpacked, at most so many bytes.

    A body that is not packed though the head says so comes back as it is: many tools keep the head
    when they unpack. One that is packed though the head does not say so is unpacked. Raises RecordError if it
    is too large, cut or damaged.
    """
    body = message.body
    names = [name.strip() for name in message.header("content-encoding").lower().split(",")]
    encodings = [_ALIASES.get(name, name) for name in names if name not in ("", "identity", "none")]
    try:
        if not encodings and not _PACKED_TYPES.search(message.header("content-type").lower()):
            with suppress(*_FAULTS):
                body = _gunzip(body, most_bytes) if body[:3] == _GZIP else body
        for name in reversed(encodings):
            body = _undo(name, body, most_bytes)
    except _TooLargeError as error:
        raise RecordError(f"unpacks to more than {most_bytes:,} bytes", "too_large") from error
    if len(body) > most_bytes:
        raise RecordError(f"{len(body):,} bytes are no page", "too_large")
    return body


def _undo(name: str, body: bytes, most: int) -> bytes:
    if not body:
        return body
    decode = _DECODERS.get(name)
    magic = {"gzip": _GZIP[:2], "zstd": _ZSTD}.get(name, b"")
    if decode is None:
        if _is_text(body):
            return body
        raise RecordError(f"packed with {name[:40]!r}, which is not known")
    if not body.startswith(magic):
        if _is_text(body):
            return body
        raise RecordError(f"not packed with {name}, as its head says")
    try:
        return decode(body, most)
    except _FAULTS as error:
        if not magic and _is_text(body):
            return body
        raise RecordError(f"the page can't be unpacked: {name} is cut or damaged") from error


def _is_text(body: bytes) -> bool:
    """Whether a body is text and not packed; packed ones have control characters soon."""
    begin = body[:1024]
    return not re.search(rb"[\x00-\x08\x0e-\x1a\x1c-\x1f]", begin) or begin[:2] in (b"\xff\xfe", b"\xfe\xff")


def _gunzip(body: bytes, most: int) -> bytes:
    parts: list[bytes] = []
    while body.startswith(_GZIP[:2]):  # more than one member is allowed; other bytes behind it are padding
        unpack = zlib.decompressobj(31)
        parts.append(_inflate(unpack, body, most - sum(map(len, parts))))
        body = unpack.unused_data
    return b"".join(parts)


def _undeflate(body: bytes, most: int) -> bytes:
    try:
        return _inflate(zlib.decompressobj(), body, most)
    except (zlib.error, EOFError):  # what some servers call deflate has no frame
        return _inflate(zlib.decompressobj(-15), body, most)


def _inflate(unpack: zlib._Decompress, body: bytes, most: int) -> bytes:
    data = unpack.decompress(body, most + 1)
    if len(data) > most:
        raise _TooLargeError
    if not unpack.eof:
        raise EOFError
    return data


def _unbrotli(body: bytes, most: int) -> bytes:
    unpack = brotli.Decompressor()
    data = bytearray(unpack.process(body, output_buffer_limit=_PIECE))
    while not unpack.is_finished():
        piece = unpack.process(b"", output_buffer_limit=_PIECE)
        if not piece and not unpack.is_finished():
            raise EOFError
        data += piece
        if len(data) > most:
            raise _TooLargeError
    return bytes(data)


def _unzstd(body: bytes, most: int) -> bytes:
    data = bytearray()
    while body:
        # A window larger than a page may be is refused: RFC 9659 asks for 8 MiB at most.
        unpack = zstd.ZstdDecompressor(options={zstd.DecompressionParameter.window_log_max: 23})
        data += unpack.decompress(body, most + 1 - len(data))
        if len(data) > most:
            raise _TooLargeError
        if not unpack.eof:
            raise EOFError
        body = unpack.unused_data
    return bytes(data)


_DECODERS: dict[str, Decode] = {"gzip": _gunzip, "deflate": _undeflate, "br": _unbrotli, "zstd": _unzstd}
