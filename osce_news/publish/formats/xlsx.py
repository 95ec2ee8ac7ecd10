"""Excel workbooks, by default without full texts. Needs XlsxWriter."""

from __future__ import annotations

import datetime
import io
from collections.abc import Iterable, Sequence
from typing import BinaryIO

from osce_news.errors import BadInputError
from osce_news.publish.formats import Format, Row
from osce_news.publish.formats.csv import LIST_SEPARATOR, joined
from osce_news.storage.dictionary import Column

_MOST_ROWS = 1_048_576  # of a sheet, with the header
_FIRST_DAY = "1900-01-01"  # of Excel; earlier days are texts
_MADE = datetime.datetime(2000, 1, 1)
_LONGEST = 32_767  # characters of a cell
_WIDTHS = {"title": 60, "teaser": 60, "url": 40, "offices": 40, "topics": 40}


def write(rows: Iterable[Row], file: BinaryIO, *, columns: Sequence[Column]) -> None:
    """Write one sheet with a header and one line per row; days are dates, and nothing is a formula.

    A text that is too long for a cell is cut, and ends in "… (cut)".
    """
    import xlsxwriter

    made = io.BytesIO()  # in memory, because on a full disk xlsxwriter prints a traceback
    workbook = xlsxwriter.Workbook(made, {"constant_memory": True})
    workbook.set_properties({"created": _MADE})  # the same items give the same bytes
    sheet, bold = workbook.add_worksheet("items"), workbook.add_format({"bold": True})
    day = workbook.add_format({"num_format": "yyyy-mm-dd"})
    sheet.freeze_panes(1, 0)
    for number, column in enumerate(columns):
        sheet.set_column(number, number, _WIDTHS.get(column.name, 14))
        sheet.write_string(0, number, column.name, bold)
    for line, row in enumerate(rows, 1):
        if line >= _MOST_ROWS:
            raise BadInputError(f"a sheet holds {_MOST_ROWS - 1:,} items: narrow the query, or write CSV")
        for number, column in enumerate(columns):
            value = joined(row[column.name])
            if not value:  # not an empty text, which spreadsheets count
                continue
            if column.form == "YYYY-MM-DD" and value >= _FIRST_DAY:
                sheet.write_datetime(line, number, datetime.date.fromisoformat(value), day)
            else:
                text = value if len(value) <= _LONGEST else f"{value[: _LONGEST - 10]}… (cut)"
                sheet.write_string(line, number, text)
    workbook.close()
    file.write(made.getbuffer())


FORMAT = Format(
    "xlsx", (".xlsx",), write, ("columns", "texts", "datapackage"),
    media_type="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    binary=True, list_separator=LIST_SEPARATOR, extra=("xlsx", "xlsxwriter"),
)  # fmt: skip
