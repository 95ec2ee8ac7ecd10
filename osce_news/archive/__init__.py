"""WARC archives, written by crawls and read from any tool; and pages saved by a browser."""
