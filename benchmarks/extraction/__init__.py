"""Compares our reading of articles with other extractors: `python -m benchmarks.extraction`."""
