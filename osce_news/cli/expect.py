"""The command `expect`."""

from __future__ import annotations

from pathlib import Path

import click

from osce_news.cli.shared.options import FilePath
from osce_news.cli.shared.page_fixtures import rewrite
from osce_news.errors import BadInputError


@click.command()
@click.argument("paths", nargs=-1, metavar="[FOLDER]...", type=FilePath(exists=True))
def expect(paths: tuple[Path, ...]) -> None:
    """Rewrite the expected.json of test fixtures.

    A change in how pages are read can then be reviewed as a diff. Without a FOLDER, rewrites all fixtures in
    fixtures/.

    \b
    Example:
      osce-news expect fixtures/listing && git diff fixtures
    """
    paths = paths or (Path("fixtures"),)
    case = None
    for case, changed in rewrite(paths):
        click.echo(f"{'rewritten' if changed else 'the same '}  {case}")
    if case is None:
        raise BadInputError(f"no fixture (page.html) below {', '.join(map(str, paths))}")
