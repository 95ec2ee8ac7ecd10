"""The responses of our pages: HTML from a template, and files of any size."""

from __future__ import annotations

import hashlib
import math
import re
import sqlite3
import tempfile
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from datasette.utils.asgi import Response, asgi_start

from osce_news.publish.formats import format_of
from osce_news.publish.web.databases import read

_WRITING = ThreadPoolExecutor(2)  # files at a time; the next ones wait
_IN_MEMORY = 1_000_000  # bytes of a file
_CHUNK = 65_536
_OPTION = re.compile(r"(?<!\S)--(?=(?:since|until|as-of)\b)")


def in_words(error: object) -> str:
    """Return the text of an error without the hyphens of options, because a page has fields instead."""
    return _OPTION.sub("", str(error))


async def html(datasette: Any, request: Any, template: str, variables: dict[str, Any]) -> Response:
    """Return the response that a template renders; its status is 400 if the variables have an `error`."""
    status = 200
    if "error" in variables:
        variables, status = {**variables, "error": in_words(variables["error"])}, 400
    return Response.html(await datasette.render_template(template, variables, request=request), status)


async def download(
    datasette: Any,
    request: Any,
    send: Any,
    day: str | None,
    name: str,
    write: Callable[[sqlite3.Connection, Any], object],
    seconds: float = math.inf,
) -> None:
    """Send a file that the function writes; a large one is kept on disk until it is sent.

    Its ETag is that of its bytes, so that feed readers need not fetch it again. Files are written in threads
    of their own, so that pages need not wait for them. Raises what `read` raises.
    """
    disposition = "inline" if name.endswith(".atom") else "attachment"
    headers = {"content-disposition": f'{disposition}; filename="{name}"'}
    with tempfile.SpooledTemporaryFile(max_size=_IN_MEMORY) as file:
        await read(datasette, day, lambda reading: write(reading, file), seconds=seconds, threads=_WRITING)
        file.seek(0)
        headers["etag"] = f'"{hashlib.file_digest(file, "sha256").hexdigest()}"'
        if headers["etag"] in request.headers.get("if-none-match", ""):
            await Response("", 304, headers).asgi_send(send)
            return
        file.seek(0)
        media_type = format_of(Path(name)).media_type or "application/octet-stream"
        charset = "; charset=utf-8" if media_type == "text/csv" else ""
        await asgi_start(send, 200, headers, f"{media_type}{charset}")
        while chunk := file.read(_CHUNK):
            await send({"type": "http.response.body", "body": chunk, "more_body": True})
        await send({"type": "http.response.body", "body": b""})
