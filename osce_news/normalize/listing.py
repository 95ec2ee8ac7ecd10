"""Normalises the records of a listing page, and sets aside those that can't be items."""

from __future__ import annotations

import dataclasses
import logging
from collections.abc import Sized

from osce_news.items import Listing, NewsItem, Rejected
from osce_news.normalize.record import normalize

logger = logging.getLogger(__name__)

MOST_NAMES = 100  # behind one label; the most seen is seven


def normalize_listing(listing: Listing) -> Listing:
    """Return the page with its records normalised; those that can't be stored are in `rejected`."""
    accepted = []
    for position, record in enumerate(listing.records):
        normalize(record)
        if (reason := reason_to_reject(record.title, record.offices, record.topics)) is None:
            accepted.append(record)
        else:
            listing.rejected.append(rejected(record, position, reason, listing.url))
    listing.records = accepted
    return listing


def reason_to_reject(title: str, offices: Sized, topics: Sized) -> str | None:
    """Return why a record with these normalised values can't be stored; None if it can."""
    if not title:
        return "a title without a visible character"
    for name, terms in (("offices", offices), ("topics", topics)):
        if len(terms) > MOST_NAMES:
            return f"{len(terms)} {name} (at most {MOST_NAMES} are believed)"
    return None


def rejected(record: NewsItem, position: int, reason: str, url: str) -> Rejected:
    """Return the record as it is set aside, and log it: `position` is its place on the page, from 0."""
    logger.warning("%s: record %d set aside: %s", url, position, reason)
    raw = {name: value for name, value in dataclasses.asdict(record).items() if "raw" in name}
    return Rejected(position, reason, raw)
