"""Writes WARC files."""
