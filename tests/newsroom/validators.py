"""What a server says of a page's age, and whether a client already has the page."""

from __future__ import annotations

import datetime
import threading
import time
import zlib
from collections.abc import Mapping
from email.message import Message
from email.utils import formatdate, parsedate_to_datetime


class Validators:
    """Which validators a server gives, and when it answers 304; all off, as far as the site is known.

    `always_304` is a server that is wrong: it answers 304 to every conditional request.
    """

    def __init__(self, *, etags: bool, last_modified: bool, always_304: bool) -> None:
        self.etags = etags
        self.last_modified = last_modified
        self.always_304 = always_304
        self._changed: dict[str, tuple[int, int]] = {}
        self._ages = threading.Lock()

    def validators(self, target: str, body: bytes) -> dict[str, str]:
        """The validators of this body, which is the answer to that path with its query."""
        mark = zlib.crc32(body)
        headers = {"ETag": f'"{mark:08x}"'} if self.etags else {}
        if self.last_modified:
            headers["Last-Modified"] = formatdate(self._time(target, mark), usegmt=True)
        return headers

    def client_has(self, asked: Message[str, str], given: Mapping[str, str]) -> bool:
        """Whether the client that sent these headers already has what the validators describe."""
        etag, since = asked.get("If-None-Match"), asked.get("If-Modified-Since")
        if self.always_304:
            return etag is not None or since is not None
        if etag is not None and "ETag" in given:
            # A client that sends both means the ETag, says RFC 9110, 13.2.2.
            return etag == "*" or given["ETag"] in (one.strip().removeprefix("W/") for one in etag.split(","))
        if since is not None and "Last-Modified" in given:
            read = _read(since)
            return read is not None and parsedate_to_datetime(given["Last-Modified"]) <= read
        return False

    def _time(self, target: str, mark: int) -> int:
        """When that address last answered something else, in whole seconds.

        Always later than the time before, so that two changes within a second can be told apart.
        """
        with self._ages:
            before, at = self._changed.get(target, (None, 0))
            if before != mark:
                at = max(int(time.time()), at + 1)
                self._changed[target] = (mark, at)
            return at


def _read(text: str) -> datetime.datetime | None:
    """The time of an HTTP date, None for what is none."""
    try:
        read = parsedate_to_datetime(text)
    except ValueError:
        return None
    return read if read.tzinfo else read.replace(tzinfo=datetime.UTC)
