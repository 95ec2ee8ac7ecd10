"""The named fields at the head of WARC records and of HTTP answers, and the digests that stand in them."""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from collections.abc import Iterable

MOST_HEAD = 256 * 1024  # bytes of a record's head, or of the HTTP head in its block
HEAD_END = re.compile(rb"\r?\n\r?\n")
_LINE_END = re.compile(r"\r?\n")
_SPACE = " \t"


def parse_fields(text: str) -> list[tuple[str, str]]:
    r"""Return the named fields of a head, in order, without its first line; folded lines are put together.

    >>> parse_fields("HTTP/1.1 200 OK\r\nServer: x\r\n  y\r\n:status: 200\r\n")
    [('Server', 'x y')]
    """
    fields: list[tuple[str, str]] = []
    for line in _LINE_END.split(text)[1:]:
        name, colon, value = line.partition(":")
        if line[:1] in (" ", "\t") and fields:
            last, begin = fields[-1]
            fields[-1] = (last, f"{begin} {line.strip(_SPACE)}".strip(_SPACE))
        elif colon and name:  # a pseudo field of HTTP/2 has its colon in front
            fields.append((name.strip(_SPACE), value.strip(_SPACE)))
    return fields


def check_digest(label: str, candidates: Iterable[bytes]) -> bool | None:
    """Whether one of the candidates has this digest; None if the label is missing or of no known kind.

    WARC 1.1, 5.8: an algorithm and a value; tools write the value in base 32, in base 64 or hexadecimal.

    >>> check_digest("sha1:3I42H3S6NNFQ2MSVX7XZKYAYSCX5QBYJ", [b""])
    True
    """
    name, _, value = label.partition(":")
    name = name.strip().lower().replace("-", "")
    if name not in ("sha1", "sha256", "sha512", "md5") or not value.strip():
        return None
    wanted = _digest_bytes(value.strip(), hashlib.new(name).digest_size)
    if wanted is None:
        return None
    return any(hashlib.new(name, data).digest() == wanted for data in candidates)


def _digest_bytes(value: str, size: int) -> bytes | None:
    for decode, form in (
        (bytes.fromhex, value),
        (base64.b32decode, value.upper() + "=" * (-len(value) % 8)),
        (base64.b64decode, value.replace("-", "+").replace("_", "/") + "=" * (-len(value) % 4)),
    ):
        try:
            found = decode(form)
        except (ValueError, binascii.Error):
            continue
        if len(found) == size:
            return found
    return None
