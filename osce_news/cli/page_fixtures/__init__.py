"""The fixtures of page objects: made of pages as they were sent, and what is expected of them."""

from osce_news.cli.page_fixtures.expected import observed, rewrite
from osce_news.cli.page_fixtures.saving import Saved, save
from osce_news.cli.page_fixtures.sources import Sent, from_file, from_warc

__all__ = ["Saved", "Sent", "from_file", "from_warc", "observed", "rewrite", "save"]
