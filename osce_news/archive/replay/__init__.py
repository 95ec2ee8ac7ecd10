"""Replays: what was saved or recorded takes the same road as what a crawl reads; no socket is opened."""

from osce_news.archive.replay.outcome import Outcome
from osce_news.archive.replay.run import replay
from osce_news.archive.replay.saved import SavedPage, read_saved, saved_pages

__all__ = ["Outcome", "SavedPage", "read_saved", "replay", "saved_pages"]
