"""The command `serve`."""

from __future__ import annotations

from contextlib import suppress
from ipaddress import IPv4Address
from pathlib import Path

import click

from osce_news.atomic import temporary_folder
from osce_news.cli.shared.options import Number, db_option
from osce_news.errors import require_extra


def _address(ctx: click.Context, param: click.Parameter, value: str) -> str:
    try:
        return str(IPv4Address(value))
    except ValueError:
        raise click.BadParameter(f"{value[:40]!r} is not an address such as 127.0.0.1 or 0.0.0.0") from None


@click.command()
@db_option
@click.option(
    "--port",
    type=Number(0, 65535),
    metavar="PORT",
    default=8001,
    help="The port to listen on; 0 picks a free one.",
)
@click.option(
    "--host",
    metavar="ADDRESS",
    callback=_address,
    default="127.0.0.1",
    help="The address to listen on: 0.0.0.0 in a container. Only requests for localhost are answered.",
)
@click.option("--open", "show", is_flag=True, help="Open the front page in the browser.")
def serve(db: Path, port: int, host: str, show: bool) -> None:
    """Show the database in the browser.

    Offers a search page, items, figures and ready-made queries. Only this machine can connect. The pages
    show a copy of the database as it is now, so a crawl can run at the same time. Ctrl-C stops the server.
    Needs the extra `web`.

    \b
    Example:
      osce-news serve --port 0
    """
    require_extra("web", "datasette", "altair", "vl_convert", "xlsxwriter")
    from osce_news.publish.web import server  # imports Datasette
    from osce_news.publish.web.databases import DATABASE, make_copy
    from osce_news.publish.web.plugin import HOST

    sock = server.listen(port, host)
    with sock, temporary_folder() as folder:
        copy = folder / f"{DATABASE}.db"
        if make_copy(db, copy):
            click.echo(f"{db} has no search index; one was made for these pages", err=True)
        address = f"http://{HOST}:{sock.getsockname()[1]}/"
        with suppress(KeyboardInterrupt):  # the normal way to stop
            click.echo(f"{db} as it is now: {address} (Ctrl-C stops the server)")
            if show:
                click.launch(address)
            server.serve(copy, sock)
