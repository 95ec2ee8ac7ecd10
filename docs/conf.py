"""Builds the documentation as a site.

sphinx-build -W --keep-going -q -c docs . build/site

The source folder is the checkout, not docs/: so links such as `../CONTRIBUTING.md` lead to the same page on a
code host and in the site. What the pages are, and in which order, stands in docs/README.md only.
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
exclude_patterns = [".*", "build", "dist", "**/__pycache__"]  # so that no environment is searched for pages
nitpicky = True
smartquotes = False  # what is written is what is shown
myst_heading_anchors = 4

html_theme = "furo"
html_title = "osce-news"
templates_path = ["site"]
html_additional_pages = {"index": "to-documentation.html"}
html_copy_source = False
html_use_index = False  # of terms: there are none
html_show_sphinx = False


def list_pages(_: Sphinx, name: str, source: list[str]) -> None:
    """Make the site's menu from the lists of the front page, a caption a section."""
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
    """Sphinx calls this."""
    app.connect("source-read", list_pages)
