"""Parses WARC files on many machines into partitions, and merges these into a database as a replay does."""

from osce_news.archive.cluster.client import ParseResult, merge, parse_files
from osce_news.archive.cluster.job import Part

__all__ = ["ParseResult", "Part", "merge", "parse_files"]
