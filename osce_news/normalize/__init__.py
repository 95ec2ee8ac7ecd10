"""Pure functions that turn raw text into a value, or None if it is not recognised."""

from osce_news.normalize.dateline import parse_dateline
from osce_news.normalize.dates import parse_date
from osce_news.normalize.identity import canonical_url, is_web_address, item_id, preferred_url
from osce_news.normalize.record import (
    normalize,
    normalize_listing,
    normalized_values,
    quarantine,
    reason_to_quarantine,
    rules,
    unknown_terms,
)
from osce_news.normalize.terms import find_places, split_offices, split_topics
from osce_news.normalize.text import clean, plain_text

__all__ = [
    "canonical_url",
    "clean",
    "find_places",
    "is_web_address",
    "item_id",
    "normalize",
    "normalize_listing",
    "normalized_values",
    "parse_date",
    "parse_dateline",
    "plain_text",
    "preferred_url",
    "quarantine",
    "reason_to_quarantine",
    "rules",
    "split_offices",
    "split_topics",
    "unknown_terms",
]
