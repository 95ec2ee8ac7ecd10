"""Files of any size."""

from __future__ import annotations

import asyncio
import threading
from pathlib import Path
from typing import Any

from osce_news.publish.web.responses import download
from osce_news.publish.web.server import application


def test_pages_need_not_wait_for_files(snapshot: Path) -> None:
    datasette = application(snapshot)
    release = threading.Event()

    async def ignored(message: dict[str, Any]) -> None:
        pass

    async def page_among_files() -> Any:
        files = [
            download(
                datasette, ignored, snapshot, "x.csv", "text/csv", lambda reading, file: release.wait(30)
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
