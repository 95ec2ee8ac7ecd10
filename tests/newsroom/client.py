"""A client that shows an answer as it came over the wire."""

from __future__ import annotations

import http.client
import re
from typing import NamedTuple

LIST = "/press-releases"
_NODE = re.compile(r'<h3><a href="[^"]*/(\d+)"')


class Got(NamedTuple):
    """An answer as it came over the wire."""

    status: int
    headers: http.client.HTTPMessage
    body: bytes

    @property
    def nodes(self) -> list[int]:
        """The nodes of the stories that a page in the markup drupal7 shows, in its order."""
        return [int(node) for node in _NODE.findall(self.body.decode())]


def get(site: str, path: str = LIST, timeout: float = 30, **headers: str) -> Got:
    """The answer to one request, nothing followed and nothing unpacked; `If_None_Match="*"` is a header."""
    connection = http.client.HTTPConnection(site.removeprefix("http://"), timeout=timeout)
    try:
        connection.request("GET", path, headers={k.replace("_", "-"): v for k, v in headers.items()})
        answer = connection.getresponse()
        return Got(answer.status, answer.headers, answer.read())
    finally:
        connection.close()
