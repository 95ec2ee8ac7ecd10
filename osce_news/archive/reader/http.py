"""The HTTP answer in a record's block, and whether it is whole."""

from __future__ import annotations

import re
from dataclasses import dataclass

from osce_news.archive.reader.fields import HEAD_END, MOST_HEAD, parse_fields
from osce_news.archive.reader.report import RecordError

_STATUS = re.compile(rb"HTTP/\d(?:\.\d)?[ \t]+(\d{3})(?=[ \t\r\n])")
_CHUNK = re.compile(rb"([0-9A-Fa-f]{1,8})[ \t]*(?:;[^\r\n]{0,1000})?\r?\n")
_BODILESS = frozenset({204, 304, *range(100, 200)})

Fields = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Message:
    """An HTTP answer; `body` is the payload as it came, without chunks but still encoded."""

    status: int
    headers: Fields  # as latin-1, which keeps every byte
    body: bytes

    def header(self, name: str) -> str:
        """Return the first value of a header; empty if it is not there."""
        return next((value for field, value in self.headers if field.lower() == name), "")


def parse_message(block: bytes, *, head_only: bool = False) -> Message:
    """Return the answer in a block; raises RecordError if there is none, or its end is missing.

    `head_only` is for a revisit record, whose lengths are those of the page that it leaves out.
    """
    match = _STATUS.match(block)
    if match is None:
        raise RecordError("holds no HTTP answer")
    end = HEAD_END.search(block, 0, MOST_HEAD)
    if end is None and len(block) > MOST_HEAD:
        raise RecordError("the HTTP head does not end")
    head, body = (block[: end.start()], block[end.end() :]) if end else (block, b"")
    message = Message(int(match[1]), tuple(parse_fields(head.decode("latin-1"))), body)
    if head_only:
        return message
    if "chunked" in message.header("transfer-encoding").lower():
        unchunked = _unchunk(body)
        if unchunked is not None:
            return Message(message.status, message.headers, unchunked)
    else:
        _check_length(message)
    return message


def _check_length(message: Message) -> None:
    """Raise RecordError if the answer's own length says that the end is missing.

    A body that is longer, or was encoded when its length was told, was unpacked by the tool.
    """
    told = message.header("content-length")
    if message.status in _BODILESS or message.header("content-encoding") or not told.isdecimal():
        return
    if len(told) > 18 or len(message.body) < int(told):
        got = f"{len(message.body):,} of {told[:20]} bytes"
        raise RecordError(f"the page is cut: {got}", "truncated")


def _unchunk(body: bytes) -> bytes | None:
    """Return the body without its chunks (RFC 9112, 7.1); None if the tool took them out before.

    Raises RecordError if the last chunk is missing.
    """
    parts: list[bytes] = []
    at = 0
    while match := _CHUNK.match(body, at):
        size, begin = int(match[1], 16), match.end()
        if size == 0:
            return b"".join(parts)
        at = begin + size
        line_end = b"\r\n" if body.startswith(b"\r\n", at) else b"\n"
        if at < len(body) and not body.startswith(line_end, at):
            break
        parts.append(body[begin:at])
        at += len(line_end)
    if len(parts) < 1:  # a page does not begin like a chunk
        return None
    raise RecordError("the page is cut: its last chunk is missing", "truncated")


def payload_of(block: bytes) -> bytes:
    """Return what is behind the HTTP head of a block."""
    end = HEAD_END.search(block, 0, MOST_HEAD)
    return block[end.end() :] if end else b""
