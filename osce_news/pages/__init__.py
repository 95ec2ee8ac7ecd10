"""Page objects, which turn HTML into raw fields. They never fetch or store anything, or use the clock."""

from osce_news.pages.article import ArticlePage
from osce_news.pages.extract import HttpResponse, read_article, read_listing
from osce_news.pages.listing import ListingPage

__all__ = ["ArticlePage", "HttpResponse", "ListingPage", "read_article", "read_listing"]
