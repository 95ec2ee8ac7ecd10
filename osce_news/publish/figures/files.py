"""Writes figures as SVG, PNG or a page that opens without a network."""

from __future__ import annotations

import html
import json
from pathlib import Path
from typing import Any

from osce_news.atomic import atomic_write, check_destination
from osce_news.errors import BadInputError
from osce_news.publish.extras import require_extra
from osce_news.publish.figures.figure import Figure

ENDINGS = (".svg", ".png", ".html")
_SCALE = 2  # points of a PNG for each pixel: sharp in print and on good screens
_SNIPPET = "window.vegaEmbed = vegaEmbed;"  # what the bundle of scripts leaves to the page

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


def writable(path: Path) -> str:
    """Return the file's ending. Raises BadInputError unless a figure can be written there."""
    form = path.suffix.lower()
    if form not in ENDINGS:
        raise BadInputError(f"{path}: a figure's file ends in {', '.join(ENDINGS[:-1])} or {ENDINGS[-1]}")
    check_destination(path)
    return form


def write(figure: Figure, path: Path) -> None:
    """Write the figure into the file, whole or not at all; an older file is replaced.

    Raises what `writable` raises, StorageError if it can't be written, MissingExtraError if the packages
    that draw are not installed.
    """
    form = writable(path)
    body = page(figure).encode() if form == ".html" else picture(figure, form)
    with atomic_write(path) as part:
        part.write_bytes(body)


def picture(figure: Figure, form: str = ".svg", width: int | None = None) -> bytes:
    """Return the figure as an SVG or a PNG. Raises MissingExtraError."""
    specification = _specification(figure, width)
    import vl_convert

    if form == ".png":
        drawn: bytes = vl_convert.vegalite_to_png(specification, scale=_SCALE)
        return drawn
    text: str = vl_convert.vegalite_to_svg(specification)
    return text.encode()


def page(figure: Figure) -> str:
    """Return the figure as a page that holds its scripts and asks for nothing. Raises MissingExtraError."""
    specification = _specification(figure, None)
    import vl_convert

    # A label may hold anything, "</script>" too, which would end the script in the middle of a string.
    text = json.dumps(specification).replace("<", "\\u003c")
    scripts = vl_convert.javascript_bundle(_SNIPPET).replace("</script", "<\\/script")
    return _PAGE.format(title=html.escape(figure.title), scripts=scripts, specification=text)


def _specification(figure: Figure, width: int | None) -> dict[str, Any]:
    require_extra("plot", "altair", "vl_convert")
    from osce_news.publish.figures.charts import WIDTH, specification

    return specification(figure, width or WIDTH)
