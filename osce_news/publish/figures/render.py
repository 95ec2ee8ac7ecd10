"""Writes figures as SVG, PNG, PDF, or an HTML page that works offline."""

from __future__ import annotations

import html
import json
import os
import signal
import threading
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from osce_news.atomic import atomic_write, check_destination
from osce_news.errors import BadInputError, require_extra
from osce_news.publish.figures.figure import Figure

if TYPE_CHECKING:
    from concurrent.futures import ProcessPoolExecutor

_SCALE = 2  # PNG pixels per CSS pixel: sharp in print and on high-resolution screens
_SNIPPET = "window.vegaEmbed = vegaEmbed;"  # the bundle of scripts exports this to the page

_PAGE = """<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<style>body {{ margin: 1rem; font-family: Arial, Helvetica, sans-serif; }}</style>
</head>
<body>
<div id="figure"></div>
<script>{scripts}</script>
<script>vegaEmbed("#figure", {specification}, {{mode: "vega-lite", renderer: "svg"}});</script>
</body>
</html>
"""


def check_path(path: Path) -> str:
    """Return the suffix of the path. Raises BadInputError unless a figure can be written there."""
    suffix = path.suffix.lower()
    if suffix not in (".svg", ".png", ".pdf", ".html"):
        raise BadInputError(f"{path}: a figure's file ends in .svg, .png, .pdf or .html")
    check_destination(path)
    return suffix


def write_figure(figure: Figure, path: Path) -> None:
    """Write the figure to the file; an older file is replaced.

    Raises what `check_path` raises, StorageError if the file can't be written, and MissingExtraError if
    the drawing packages are not installed.
    """
    suffix = check_path(path)
    body = render_figure(figure, suffix)
    with atomic_write(path) as part:
        part.write_bytes(body)


@cache
def drawing_process() -> ProcessPoolExecutor:
    """Return a process that draws figures: while vl-convert draws, no other code of its process runs."""
    from concurrent.futures import ProcessPoolExecutor  # takes time
    from multiprocessing import get_context

    return ProcessPoolExecutor(1, get_context("spawn"), initializer=_end_with_parent)


def _end_with_parent() -> None:
    from multiprocessing import parent_process

    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent decides when to stop

    def wait() -> None:
        parent = parent_process()
        assert parent is not None
        parent.join()
        os._exit(0)

    threading.Thread(target=wait, daemon=True).start()


def render_figure(figure: Figure, suffix: str = ".svg", width: int | None = None) -> bytes:
    """Return the figure as SVG, PNG, PDF, or an HTML page that loads nothing from elsewhere.

    Raises MissingExtraError.
    """
    require_extra("plot", "altair", "vl_convert")
    import vl_convert

    from osce_news.publish.figures.charts import WIDTH, specification

    chart = specification(figure, width or WIDTH)
    if suffix == ".html":
        # A label may contain "</script>", which would end the script in the middle of a string.
        text = json.dumps(chart).replace("<", "\\u003c")
        scripts = vl_convert.javascript_bundle(_SNIPPET).replace("</script", "<\\/script")
        return _PAGE.format(title=html.escape(figure.title), scripts=scripts, specification=text).encode()
    if suffix == ".pdf":
        return bytes(vl_convert.vegalite_to_pdf(chart))
    if suffix == ".png":
        return bytes(vl_convert.vegalite_to_png(chart, scale=_SCALE))
    return str(vl_convert.vegalite_to_svg(chart)).encode()
