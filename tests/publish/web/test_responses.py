"""Files of any size, and feeds that have not changed."""

from __future__ import annotations

import asyncio
import threading
from pathlib import Path
from typing import Any

from datasette.utils.asgi import Request

from osce_news.publish.web.responses import download
from osce_news.publish.web.server import application
from tests.publish.web.conftest import Get


def test_pages_need_not_wait_for_files(snapshot: Path) -> None:
    datasette = application(snapshot)
    release = threading.Event()

    async def ignored(message: dict[str, Any]) -> None:
        pass

    async def page_among_files() -> Any:
        files = [
            download(
                datasette,
                Request.fake("/x.csv"),
                ignored,
                None,
                "x.csv",
                lambda reading, file: release.wait(30),
            )
            for _ in range(4)
        ]
        writing = [asyncio.create_task(file) for file in files]
        try:
            return await asyncio.wait_for(datasette.client.get("/"), 20)
        finally:
            release.set()
            await asyncio.gather(*writing)

    assert asyncio.run(page_among_files()).status_code == 200


def test_a_feed_that_has_not_changed_is_not_sent_again(get: Get) -> None:
    first = get("/items.atom?search=police")
    tag = first.headers["etag"]
    again = get("/items.atom?search=police", headers={"if-none-match": f'"other", W/{tag}'})
    assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", tag)
    other = get("/items.atom?search=media", headers={"if-none-match": tag})
    assert (other.status_code, other.headers["etag"] != tag) == (200, True)
