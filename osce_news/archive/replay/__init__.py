"""Replays saved pages and WARC files: they are stored as a crawl stores pages, and no socket is opened."""

from osce_news.archive.replay.execute import close_network, replay, store_backfill
from osce_news.archive.replay.outcome import Outcome

__all__ = ["Outcome", "close_network", "replay", "store_backfill"]
