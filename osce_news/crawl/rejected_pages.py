"""Keeps pages that were not understood next to the database, for a person to look at."""

from __future__ import annotations

import logging
from pathlib import Path

from osce_news.clock import utc_now

logger = logging.getLogger(__name__)

MAX_KEPT_PAGES = 20


def keep_page(db: Path, body: bytes) -> Path | None:
    """Keep a page to the byte; return where, None if it could not be written.

    The oldest are deleted when there are more than `MAX_KEPT_PAGES`.
    """
    folder = db.with_name(f"{db.name}-not-understood")
    path = folder / f"{utc_now().replace(':', '')}.html"
    try:
        folder.mkdir(exist_ok=True)
        path.write_bytes(body)
        # Not this one, though a clock that was set back may call it the oldest.
        others = sorted(old for old in folder.glob("*.html") if old != path)
        for old in others[: max(0, len(others) + 1 - MAX_KEPT_PAGES)]:
            old.unlink()
    except OSError as error:
        logger.error("the page could not be kept in %s: %s", folder, error.strerror)
        return None
    return path
