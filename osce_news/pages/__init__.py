"""Page objects: HTML in, raw fields as printed out. They never fetch, store or use the clock."""

from osce_news.items import RawArticle
from osce_news.pages.article import ArticlePage
from osce_news.pages.listing import ListingPage, PagerLink, RawResult

__all__ = ["ArticlePage", "ListingPage", "PagerLink", "RawArticle", "RawResult"]
