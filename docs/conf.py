"""Builds the documentation as a site.

sphinx-build -W --keep-going -q -c docs . build/site

The source folder is the checkout, not docs/, so that links such as `../CONTRIBUTING.md` work both on a code
host and in the site. docs/README.md defines the pages and their order.
"""

from __future__ import annotations

import re

from sphinx.application import Sphinx

project = "osce-news"
author = "the authors of osce-news"
html_show_copyright = False
extensions = ["myst_parser"]
root_doc = "docs/README"
include_patterns = ["docs/*.md", "README.md", "CONTRIBUTING.md", "CHANGELOG.md", "fixtures/README.md"]
exclude_patterns = [".*", "build", "dist", "**/__pycache__"]  # keeps virtual environments out
nitpicky = True
smartquotes = False  # keeps quotes and dashes as written
myst_heading_anchors = 4

html_theme = "furo"
html_title = "osce-news"
templates_path = ["site"]
html_additional_pages = {"index": "to-documentation.html"}
html_copy_source = False
html_use_index = False  # there are no index terms
html_show_sphinx = False


def list_pages(_: Sphinx, name: str, source: list[str]) -> None:
    """Make the site's menu from the lists of the front page, with a caption per section."""
    if name != root_doc:
        return
    for section in source[0].split("\n## ")[1:]:
        caption, body = section.split("\n", 1)
        entries = [
            f"{title} <{path}>" for title, path in re.findall(r"^- \[(.+?)]\((.+?)\)", body, re.MULTILINE)
        ]
        menu = ["```{toctree}", ":hidden:", f":caption: {caption}", "", *entries, "```"]
        source[0] += "\n" + "\n".join(menu) + "\n"


def setup(app: Sphinx) -> None:
    """Register `list_pages` with Sphinx, which calls this function."""
    app.connect("source-read", list_pages)
