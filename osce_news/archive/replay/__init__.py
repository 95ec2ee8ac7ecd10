"""Replays saved pages and WARC files: they are stored as a crawl stores pages, and no socket is opened."""

from osce_news.archive.replay.outcome import Outcome
from osce_news.archive.replay.run import replay

__all__ = ["Outcome", "replay"]
