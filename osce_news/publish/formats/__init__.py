"""The export formats, one module each. A module here that defines `FORMAT` is a new format."""

from osce_news.publish.formats.base import Format, Option, Row, format_of, formats

__all__ = ["Format", "Option", "Row", "format_of", "formats"]
