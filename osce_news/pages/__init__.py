"""Page objects: the text of a page in, raw fields as a reader sees them out."""

from osce_news.pages.listing import ListingPage, RawResult

__all__ = ["ListingPage", "RawResult"]
