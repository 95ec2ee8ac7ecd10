"""Where the page of a fixture comes from: a file that was saved, or a capture in an archive."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from osce_news.archive import Report, captures, is_warc, warc_files
from osce_news.archive.replay import saved_pages
from osce_news.crawl import settings
from osce_news.errors import BadInputError, OsceNewsError
from osce_news.normalize import is_web_address
from osce_news.site import LISTING_URL

_MOST_NAMED = 5  # addresses in a message
_MOST_KNOWN = 10_000  # addresses of an archive that are counted


@dataclass(frozen=True, slots=True)
class Sent:
    """A page as a server sent it, without what was done to it on the way (compression, chunks)."""

    url: str
    body: bytes
    fetched_at: str  # UTC
    made: str  # how it was had, in a sentence
    content_type: str | None = None  # the header


def from_file(path: Path, url: str | None = None) -> Sent:
    """Return the page that was saved in a file.

    `url` counts before what a meta.json beside the file or the page itself says. Raises BadInputError if the
    file is no saved page, or if nothing tells its address.
    """
    (saved,) = saved_pages([path])
    try:
        page, body = saved.read()
    except OsceNewsError as error:
        raise BadInputError(f"{path}: {error}") from error
    # A replay takes what tells no address for the list; a fixture has to have its own.
    if url is None and saved.url is None and page.url == LISTING_URL:
        raise BadInputError(f"{path}: nothing tells the page's address; give it with --url")
    return Sent(
        url or page.url, body, saved.fetched_at, f"A capture: the saved file {path.name}, to the byte."
    )


def from_warc(path: Path, url: str | None = None) -> Sent:
    """Return the newest capture of this address in a WARC file, or of the only page in it.

    Raises BadInputError with the addresses that are there if this one is not, or if there are several and
    none is wanted; also for a file that is no WARC file.
    """
    newest = None
    addresses: dict[str, None] = {}
    report = Report()
    for capture in captures(warc_files([path]), report):
        if capture.status != 200 or "html" not in (capture.header("content-type") or "").lower():
            continue
        if len(addresses) < _MOST_KNOWN:
            addresses[capture.url] = None
        wanted = url is None or _same(capture.url, url)
        if wanted and (newest is None or capture.fetched_at >= newest.fetched_at):
            newest = capture
    several = url is None and len(addresses) > 1
    if newest is None or several:
        raise BadInputError(_not_found(path, url, list(addresses), report))
    if len(newest.body) > settings.DOWNLOAD_MAXSIZE:
        raise BadInputError(f"{path}: {newest.url} has {len(newest.body)} bytes, too many for a page")
    made = f"A capture: the record {newest.record_id or newest.offset} of {path.name}, its page to the byte."
    return Sent(newest.url, newest.body, newest.fetched_at, made, newest.header("content-type"))


def from_path(path: Path, url: str | None = None) -> Sent:
    """Return the page in a file, whichever of the two it is; raises what they raise."""
    if path.is_dir() or not path.exists():
        raise BadInputError(f"{path}: {'a folder' if path.is_dir() else 'no such file'}; name one saved page")
    return from_warc(path, url) if is_warc(path) else from_file(path, url)


def is_address(text: str) -> bool:
    """Whether this is the address of a page and no name of a file."""
    return text.lower().startswith(("http://", "https://"))


def checked(url: str) -> str:
    """Return the address; raises BadInputError if it is none that a page can have."""
    if not is_web_address(url) or not url.isprintable() or " " in url:
        raise BadInputError(f"no address of a page: {url[:200]!r} (it begins with https://)")
    return url


def _same(one: str, other: str) -> bool:
    return one.partition("#")[0].rstrip("/") == other.partition("#")[0].rstrip("/")


def _not_found(path: Path, url: str | None, addresses: list[str], report: Report) -> str:
    if not addresses:
        problems = "; ".join(report.lines()[:1])
        return f"{path}: no page in it{f' ({problems})' if problems else ''}"
    named = ", ".join(addresses[:_MOST_NAMED])
    more = f" and {len(addresses) - _MOST_NAMED} more" if len(addresses) > _MOST_NAMED else ""
    asked = "several pages in it, say which with --url" if url is None else f"no capture of {url}; it holds"
    return f"{path}: {asked}: {named}{more}".replace("holds:", "holds")
