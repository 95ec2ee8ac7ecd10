"""The command that shows the database in the browser."""

from __future__ import annotations

import tempfile
from pathlib import Path

import click

from osce_news.cli.options import db_option, verbose_option


@click.command()
@db_option
@click.option(
    "--port", type=click.IntRange(0, 65535), default=8001, show_default=True, help="0 takes any free one."
)
@click.option("--open", "show", is_flag=True, help="Open the front page in the browser.")
@verbose_option
def serve(db: Path, port: int, show: bool, verbose: bool) -> None:
    """Show the database in the browser: search, facets, items, ready queries, figures.

    Only this machine can ask. The pages show the database as it stands now, from a copy in a temporary
    folder: nothing is written to the file, and a crawl may go on. Ctrl-C ends it.

    \b
    Example:
      osce-news serve --port 0
    """
    from osce_news.publish.extras import require_extra

    require_extra("web", "datasette", "altair", "vl_convert")
    from osce_news.publish.web import server, snapshot

    sock = server.listen(port)
    with sock, tempfile.TemporaryDirectory(prefix="osce-news-") as folder:
        copy = snapshot.take(db, Path(folder))
        if copy.indexed:
            click.echo(f"{db} has no search index; one was made for these pages", err=True)
        address = f"http://{server.HOST}:{sock.getsockname()[1]}/"
        click.echo(f"{db} as it stands now: {address} (Ctrl-C ends it)")
        if show:
            click.launch(address)
        server.serve(copy.path, sock)
