"""The table of commands, and the group that imports a command only when it is called."""

from __future__ import annotations

import importlib
from collections.abc import Iterable

import click

# The sections of `osce-news --help`. The short texts are here, so that it need not import the commands.
SECTIONS = {
    "Fill the database": {
        "crawl": "Read the newsroom's list into the database.",
        "replay": "Read saved pages and WARC files into the database, offline.",
        "backfill": "Copy old pages from a web archive, and store them.",
        "parse": "Parse WARC files on a Dask cluster into partitions.",
        "merge": "Read the partitions that `parse` wrote into the database.",
    },
    "Query": {
        "list": "List items, newest first.",
        "search": "Search titles, teasers and texts; best matches first.",
        "show": "Show one item: its values, revisions, and when it was seen.",
        "stats": "Count items, or draw a figure of the counts.",
        "vocabulary": "List the known offices, topics, content types and places.",
        "dictionary": "Describe each table and column.",
        "serve": "Show the database in the browser.",
    },
    "Export and cite": {
        "export": "Write items to a file: CSV, Excel, BibTeX, a feed or others.",
        "cite": "Print a reference to the data set or to one item.",
    },
    "Maintain": {
        "check": "Check that a page of the live site can still be read.",
        "runs": "List past runs, or show one of them.",
        "status": "Show the last runs, held pages and unknown names.",
        "held": "List pages that failed a check; store or discard one of them.",
        "undo": "Take back what one run stored.",
        "verify": "Check the integrity of a database.",
        "renormalize": "Apply the current vocabulary and rules to stored values.",
        "schedule": "Print a cron, systemd or GitHub schedule for regular crawls.",
    },
    "Develop": {
        "fixture": "Save a page as a new test fixture.",
        "expect": "Rewrite the expected.json of test fixtures.",
    },
}


class _HelpFormatter(click.HelpFormatter):
    """Breaks no line after a hyphen, so that names such as osce-news.toml stay whole."""

    def write_text(self, text: str) -> None:
        super().write_text(text.replace("-", "\N{NON-BREAKING HYPHEN}"))

    def write_dl(self, rows: Iterable[tuple[str, str]], col_max: int = 30, col_spacing: int = 2) -> None:
        whole = [(name, text.replace("-", "\N{NON-BREAKING HYPHEN}")) for name, text in rows]
        super().write_dl(whole, col_max, col_spacing)

    def getvalue(self) -> str:
        return super().getvalue().replace("\N{NON-BREAKING HYPHEN}", "-")


class _Context(click.Context):
    formatter_class = _HelpFormatter


class LazyGroup(click.Group):
    """Finds the command `name` in the module `osce_news.cli.name`."""

    context_class = _Context

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Read `help COMMAND` as `COMMAND --help`; otherwise as click does."""
        return super().parse_args(ctx, [*args[1:2], "--help"] if args[:1] == ["help"] else args)

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names in the order of the sections."""
        return [name for section in SECTIONS.values() for name in section]

    def get_command(self, ctx: click.Context, name: str) -> click.Command | None:
        """Return the command. For an unknown name raise NoSuchCommand, which suggests similar ones."""
        known = self.list_commands(ctx)
        if name not in known:
            if ctx.resilient_parsing:  # a shell completes the line
                return None
            raise click.exceptions.NoSuchCommand(name, possibilities=[*known, "--help"], ctx=ctx)
        module = importlib.import_module(f"osce_news.cli.{name}")
        function = "list_" if name == "list" else name  # `list` would hide Python's own
        command = getattr(module, function)
        assert isinstance(command, click.Command)
        command.context_class = _Context
        if all(param.name != "verbose" for param in command.params):  # it has no log; `main` reads the option
            text = "Show a traceback if there is an error."
            command.params.append(
                click.Option(["-v", "--verbose"], is_flag=True, expose_value=False, help=text)
            )
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write each section with its commands."""
        width = max(map(len, self.list_commands(ctx)))
        for title, section in SECTIONS.items():
            with formatter.section(title):
                # Padded, so that all sections share one column.
                formatter.write_dl([(name.ljust(width), text) for name, text in section.items()])
