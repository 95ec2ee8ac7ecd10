"""Downloader middlewares: politeness, one site per crawl, redirects, compression, and the archive."""
