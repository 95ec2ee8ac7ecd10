"""The newsroom of the OSCE as a SQLite file that researchers can trust."""

__version__ = "0.1.0"
