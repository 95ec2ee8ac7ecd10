"""Keeps pages that were not understood, in a folder next to the database."""

from __future__ import annotations

import logging
from pathlib import Path

from osce_news.clock import utc_now

logger = logging.getLogger(__name__)

MAX_KEPT_PAGES = 20


def keep_page(db: Path, body: bytes) -> Path | None:
    """Write the page's bytes to a file; return its path, None if it could not be written.

    The oldest are deleted when there are more than `MAX_KEPT_PAGES`.
    """
    folder = db.with_name(f"{db.name}-not-understood")
    path = folder / f"{utc_now().replace(':', '')}.html"
    try:
        folder.mkdir(exist_ok=True)
        path.write_bytes(body)
        # Never this one: if the clock was set back, it may have the oldest name.
        others = sorted(old for old in folder.glob("*.html") if old != path)
        for old in others[: max(0, len(others) + 1 - MAX_KEPT_PAGES)]:
            old.unlink()
    except OSError as error:
        logger.error("the page could not be kept in %s: %s", folder, error.strerror)
        return None
    return path
