"""Figures: counts drawn as charts, for files and for the pages in the browser."""

from osce_news.publish.figures.figure import MAX_GROUPS, NOT_PRINTED, Figure, FigureOptions, build_figure
from osce_news.publish.figures.render import check_path, drawing_process, render_figure, write_figure

__all__ = [
    "MAX_GROUPS",
    "NOT_PRINTED",
    "Figure",
    "FigureOptions",
    "build_figure",
    "check_path",
    "drawing_process",
    "render_figure",
    "write_figure",
]
