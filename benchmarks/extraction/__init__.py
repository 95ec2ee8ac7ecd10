"""Reads articles, ours beside the extractors of others: `python -m benchmarks.extraction`."""
