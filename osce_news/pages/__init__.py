"""Page objects, which turn HTML into raw fields. They never fetch or store anything, or use the clock."""

from osce_news.items import RawArticle
from osce_news.pages.article import ArticlePage
from osce_news.pages.listing import ListingPage, RawResult
from osce_news.pages.page_facts import AnswerFacts, PageFacts, PagerLinks

__all__ = ["AnswerFacts", "ArticlePage", "ListingPage", "PageFacts", "PagerLinks", "RawArticle", "RawResult"]
