"""Reads WARC files, whoever wrote them."""
