"""Validators of responses, and whether a client already has the page."""

from __future__ import annotations

import datetime
import threading
import time
import zlib
from collections.abc import Mapping
from email.message import Message
from email.utils import formatdate, parsedate_to_datetime


class Validators:
    """Which validators a server sends, and when it returns 304; by default all are off.

    With `always_304`, the server wrongly returns 304 to every conditional request.
    """

    def __init__(self, *, etags: bool, last_modified: bool, always_304: bool) -> None:
        self.etags = etags
        self.last_modified = last_modified
        self.always_304 = always_304
        self._changed: dict[str, tuple[int, int]] = {}
        self._ages = threading.Lock()

    def validators(self, target: str, body: bytes) -> dict[str, str]:
        """Return the validators of this body, which is the reply for this path with its query."""
        mark = zlib.crc32(body)
        headers = {"ETag": f'"{mark:08x}"'} if self.etags else {}
        if self.last_modified:
            headers["Last-Modified"] = formatdate(self._time(target, mark), usegmt=True)
        return headers

    def client_has(self, asked: Message[str, str], given: Mapping[str, str]) -> bool:
        """Whether the client that sent these headers already has the page with these validators."""
        etag, since = asked.get("If-None-Match"), asked.get("If-Modified-Since")
        if self.always_304:
            return etag is not None or since is not None
        if etag is not None and "ETag" in given:
            # If a client sends both, the ETag counts (RFC 9110, 13.2.2).
            return etag == "*" or given["ETag"] in (one.strip().removeprefix("W/") for one in etag.split(","))
        if since is not None and "Last-Modified" in given:
            read = _read(since)
            return read is not None and parsedate_to_datetime(given["Last-Modified"]) <= read
        return False

    def _time(self, target: str, mark: int) -> int:
        """Return when the reply for that address last changed, in whole seconds.

        It is always later than the time before, so that two changes within a second can be distinguished.
        """
        with self._ages:
            before, at = self._changed.get(target, (None, 0))
            if before != mark:
                at = max(int(time.time()), at + 1)
                self._changed[target] = (mark, at)
            return at


def _read(text: str) -> datetime.datetime | None:
    """Return the time of an HTTP date; None for any other text."""
    try:
        read = parsedate_to_datetime(text)
    except ValueError:
        return None
    return read if read.tzinfo else read.replace(tzinfo=datetime.UTC)
