"""Replays: what was saved or recorded takes the same road as what a crawl reads; no socket is opened."""

from osce_news.replay.outcome import Outcome
from osce_news.replay.run import replay
from osce_news.replay.saved import SavedPage, read_saved, saved_pages

__all__ = ["Outcome", "SavedPage", "read_saved", "replay", "saved_pages"]
