"""WARC archives, written by crawls and read from any tool; and pages saved by a browser.

`writer` writes them; `digests` says which bodies are stored already. `warc_files` reads them, on
top of `byte_stream`, `records` and `http`, and yields each `capture`. `replay` stores captures, `cluster`
parses them on many machines; `web_archives` and `cdx` find them elsewhere.
"""
