"""Parses WARC files on many machines into partitions, and merges these into a database as a replay does."""

from osce_news.archive.cluster.client import ParseResult, parse_files
from osce_news.archive.cluster.job import Part
from osce_news.archive.cluster.partitions import merge

__all__ = ["ParseResult", "Part", "merge", "parse_files"]
