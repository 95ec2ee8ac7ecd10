"""Draws figures with Altair. Every chart is legible in black and white."""

from __future__ import annotations

import calendar
import datetime
import textwrap
from collections.abc import Sequence
from typing import Any

import altair as alt

from osce_news.publish.figures.figure import NOT_PRINTED, Figure, Row
from osce_news.storage.queries.counts import OTHER, fill

WIDTH = 760  # pixels: a printed page
_INK, _GREY, _PALE = "#1d4e79", "#8a8f98", "#e8eaed"
_REST = (None, OTHER)  # drawn in grey: items without a label, and rare groups combined
_FONT = "Liberation Sans, Arial, Helvetica, sans-serif"
_PANEL = 225  # minimal width of a panel with its axis
_MAX_BARS = 100  # more periods are drawn as a step area: bars would be thinner than a pixel
_MAX_LABELS = 12  # up to this many periods each bar has a label
_MIN_WIDTH = 330  # pixels: a phone
_WIDE = 600  # from this width on, names are left of their bars instead of above them
_TEXT = "#33373d"
_LINE = 13  # line height of names, in pixels


def specification(figure: Figure, width: int = WIDTH) -> dict[str, Any]:
    """Return the figure in Vega-Lite, about `width` pixels wide, and at least as wide as a phone."""
    width = max(width, _MIN_WIDTH)
    draw = {"bars": _bars, "panels": _panels, "shares": _panels, "matrix": _matrix}
    if figure.kind == "periods":
        chart = _over_time(figure.rows, figure.by[0], "items", width - 70).properties(height=240)
    else:
        chart = draw[figure.kind](figure, width)
    title = alt.TitleParams(
        _lines(figure.title, width / 8.5),
        subtitle=[line for note in figure.notes for line in _lines(note, width / 6.1)],
        anchor="start",
        frame="bounds",
        fontSize=16,
        subtitleFontSize=11.5,
        subtitleColor="#555b64",
        subtitleLineHeight=15,
        subtitlePadding=5,
        offset=16,
    )
    axis = {"labelColor": _TEXT, "titleColor": _TEXT, "gridColor": _PALE, "domainColor": _GREY}
    result: dict[str, Any] = (
        chart.properties(title=title, background="white", padding=10)
        .configure(font=_FONT)
        .configure_view(stroke=None)
        .configure_axis(**axis, tickColor=_GREY, labelFontSize=11, titleFontSize=11, titleFontWeight="normal")
        .configure_concat(spacing=22)
        .to_dict()
    )
    return result


def _over_time(
    rows: Sequence[Row], period: str, value: str, width: int, colour: str = _INK, top: float | None = None
) -> Any:
    """Return a chart of one value over time. `top` is the end of its scale; None: its largest value."""
    scale = alt.Scale(domain=[0, top]) if top else alt.Undefined
    most = top or max(row[value] or 0 for row in rows)
    axis = alt.Axis(format=",d", tickCount=min(4, most))  # Vega ignores tickMinStep below 3
    if value == "percent":
        axis = alt.Axis(labelExpr="datum.value + '%'", values=[0, 25, 50, 75, 100])
    height = alt.Y(f"{value}:Q", title=None, scale=scale, axis=axis)
    tooltip = [alt.Tooltip(f"{period}:N"), alt.Tooltip(f"{value}:Q", format=",")]
    if len(rows) <= _MAX_LABELS:
        size = min(40, int(0.75 * width / len(rows)))
        few = alt.X(f"{period}:O", title=None, axis=alt.Axis(labelAngle=0, labelOverlap=True, ticks=False))
        bars = alt.Chart(_data(rows)).mark_bar(color=colour, size=size)
        return bars.encode(x=few, y=height, tooltip=tooltip).properties(width=width)
    steps = len(rows) > _MAX_BARS
    data = [{"from": _day(row[period]), "to": _day(row[period], 0.85), **row} for row in rows]
    if steps:  # close the last step
        data.append({**data[-1], "from": _day(rows[-1][period], 1)})
    time = alt.X("from:T", title=None, axis=_time_axis(rows, period), scale=alt.Scale(type="utc"))
    base = alt.Chart(_data(data), width=width).encode(x=time, y=height, tooltip=tooltip)
    if steps:
        return base.mark_area(interpolate="step-after", color=colour)
    return base.mark_bar(color=colour).encode(x2="to:T", y2=alt.datum(0))


def _time_axis(rows: Sequence[Row], period: str) -> alt.Axis:
    """Return an axis with ticks at whole years."""
    years = int(rows[-1][period][:4]) - int(rows[0][period][:4]) + 1
    step = next(step for step in (1, 2, 5, 10, 25, 100, 1000, 10000) if years / step <= 5)
    return alt.Axis(
        format="%Y", tickCount=alt.TimeIntervalStep(interval="year", step=step), grid=False, labelOverlap=True
    )


def _day(period: str, part: float = 0) -> str:
    """Return the day on which this part of a year or month has passed.

    >>> _day("2024"), _day("2024", 0.5), _day("2024-12", 1)
    ('2024-01-01', '2024-07-02', '2025-01-01')
    """
    year, month = int(period[:4]), int(period[5:] or 1)
    days = calendar.monthrange(year, month)[1] if period[5:] else 365 + calendar.isleap(year)
    return str(datetime.date(year, month, 1) + datetime.timedelta(days=int(days * part)))


def _panels(figure: Figure, width: int) -> Any:
    """Return a small chart for each group. Named groups share one scale."""
    group, period = figure.by
    value = "percent" if figure.kind == "shares" else "items"
    names = list(dict.fromkeys(row[group] for row in figure.rows))
    columns = max(1, min(width // _PANEL, len(names)))
    margin = 57 if value == "percent" else 42  # axis labels and padding
    each = (width - 22 * (columns - 1)) // columns - margin
    most = {name: max(row[value] or 0 for row in figure.rows if row[group] == name) for name in names}
    named = [most[name] for name in names if name not in _REST]
    shared = 100 if value == "percent" else max(named, default=0)
    panels = []
    for name in names:
        own = name in _REST and most[name] > shared  # it would flatten all other panels
        title = alt.TitleParams(
            _lines(name or NOT_PRINTED, each / 6),
            subtitle="on its own scale" if own else alt.Undefined,
            anchor="start",
            frame="group",
            fontSize=11.5,
            offset=6,
        )
        rows = [row for row in figure.rows if row[group] == name]
        colour = _GREY if name in _REST else _INK
        chart = _over_time(rows, period, value, each, colour, None if own else shared)
        panels.append(chart.properties(height=105, title=title))
    return alt.concat(*panels, columns=columns)


def _bars(figure: Figure, width: int) -> Any:
    """Return a bar with its number for each group. In a narrow figure the names are above the bars."""
    (group,) = figure.by
    narrow = width < _WIDE
    letters = width // 6 if narrow else 42
    data = [
        {group: row[group] or NOT_PRINTED, "line": _wrapped(row[group] or NOT_PRINTED, letters),
         "items": row["items"], "rest": row[group] in _REST}
        for row in figure.rows
    ]  # fmt: skip
    axis = None if narrow else _names_axis()
    names = alt.Y("line:N", sort=[row["line"] for row in data], title=None, axis=axis)
    most = max(row["items"] for row in data)
    number = alt.X("items:Q", title=None, axis=None, scale=alt.Scale(domain=[0, most], nice=False))
    base = alt.Chart(_data(data)).encode(x=number, y=names)
    colour = alt.condition("datum.rest", alt.value(_GREY), alt.value(_INK))
    tooltip = [alt.Tooltip(f"{group}:N"), alt.Tooltip("items:Q", format=",d")]
    down = 9 if narrow else 0
    bars = base.mark_bar(height=12 if narrow else 15, yOffset=down).encode(color=colour, tooltip=tooltip)
    numbers = base.mark_text(align="left", dx=4, dy=down, fontSize=11, color=_TEXT).encode(
        text=alt.Text("items:Q", format=",d")
    )
    if narrow:
        above = base.mark_text(
            align="left", baseline="line-bottom", dy=1, fontSize=11, color=_TEXT, lineBreak="\n"
        ).encode(x=alt.value(0), text="line:N")
        layers, plot, step = bars + numbers + above, width - 65, _row_height(data, "line", 17) + 19
    else:
        longest = max(len(line) for row in data for line in row["line"].split("\n"))
        layers, plot = bars + numbers, max(120, int(width - longest * 5.9 - 70))
        step = _row_height(data, "line", 21)
    return layers.properties(width=plot, height=alt.Step(step))


def _matrix(figure: Figure, width: int) -> Any:
    """Return a table of numbers; the larger the number, the darker the cell."""
    down, across = figure.by
    lines = list(dict.fromkeys(row[down] for row in figure.rows))
    # The rows are sorted by the first group. The second group is sorted by its totals.
    names = dict.fromkeys(row[across] for row in figure.rows)
    totals = {name: sum(row["items"] for row in figure.rows if row[across] == name) for name in names}
    heads = sorted(totals, key=lambda name: -totals[name])
    filled = fill(figure.rows, {down: lines, across: heads})
    data = [{**row, "down": _wrapped(row[down], 34)} for row in filled]
    most = max(row["items"] for row in data)
    slanted = alt.Axis(orient="top", labelAngle=-50, labelLimit=0, labelPadding=6, ticks=False, domain=False)
    base = alt.Chart(_data(data)).encode(
        y=alt.Y("down:N", sort=[_wrapped(name, 34) for name in lines], title=None, axis=_names_axis()),
        x=alt.X(f"{across}:N", sort=heads, title=None, axis=slanted),
    )
    shade = alt.Color(
        "items:Q", legend=None, scale=alt.Scale(type="sqrt", domain=[0, most], range=["#f4f7fa", _INK])
    )
    tooltip = [alt.Tooltip(f"{down}:N"), alt.Tooltip(f"{across}:N"), alt.Tooltip("items:Q", format=",d")]
    cells = base.mark_rect(stroke="white", strokeWidth=1).encode(color=shade, tooltip=tooltip)
    texts = base.mark_text(fontSize=10).encode(
        text=alt.Text("items:Q", format=",d"),
        color=alt.condition(f"datum.items > {0.55 * most}", alt.value("white"), alt.value("black")),
    )
    longest = max(len(line) for row in data for line in row["down"].split("\n"))
    overhang = len(heads[-1]) * 3.6  # of the last column's slanted name
    cell = max(34, min(60, int((width - longest * 5.9 - overhang) / len(heads))))
    return (cells + texts).properties(width=alt.Step(cell), height=alt.Step(_row_height(data, "down", 30)))


def _data(rows: Sequence[Row]) -> alt.Data:
    return alt.Data(values=rows)  # type: ignore[no-untyped-call]


def _names_axis() -> alt.Axis:
    """Return an axis that shows names in full, centred in their rows."""
    lines = "length(split(datum.value, '\\n'))"
    up = [{"test": f"{lines} == {count}", "value": -_LINE / 2 * (count - 1)} for count in range(2, 9)]
    return alt.Axis(
        labelExpr="split(datum.value, '\\n')",
        labelOffset=alt.ConditionalAxisNumber.from_dict({"condition": up, "value": 0}),
        labelLimit=0,
        labelLineHeight=_LINE,
        labelPadding=6,
        ticks=False,
        domain=False,
    )


def _row_height(rows: Sequence[Row], name: str, least: int) -> int:
    lines = max(str(row[name]).count("\n") + 1 for row in rows)
    return max(least, lines * _LINE + 4)


def _wrapped(name: str, letters: int) -> str:
    return "\n".join(_lines(name, letters))


def _lines(text: str, letters: float) -> list[str]:
    return textwrap.wrap(text, int(letters), break_on_hyphens=False)
