"""Figures of what the database holds: counts made into pictures, the same on paper and in the browser."""

from osce_news.publish.figures.figure import Asked, Figure, figure
from osce_news.publish.figures.files import ENDINGS, page, picture, writable, write

__all__ = ["ENDINGS", "Asked", "Figure", "figure", "page", "picture", "writable", "write"]
