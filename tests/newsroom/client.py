"""A client that returns responses as received."""

from __future__ import annotations

import http.client
import re
from typing import NamedTuple

LIST = "/press-releases"
_NODE = re.compile(r'<h3><a href="[^"]*/(\d+)"')


class Got(NamedTuple):
    """A response as received."""

    status: int
    headers: http.client.HTTPMessage
    body: bytes

    @property
    def nodes(self) -> list[int]:
        """Return the nodes of the stories on a page in the markup drupal7, in printed order."""
        return [int(node) for node in _NODE.findall(self.body.decode())]


def get(site: str, path: str = LIST, timeout: float = 30, **headers: str) -> Got:
    """Return the response to one request, without following redirects or unpacking; headers are keywords."""
    connection = http.client.HTTPConnection(site.removeprefix("http://"), timeout=timeout)
    try:
        connection.request("GET", path, headers={k.replace("_", "-"): v for k, v in headers.items()})
        answer = connection.getresponse()
        return Got(answer.status, answer.headers, answer.read())
    finally:
        connection.close()
