"""Test fixtures of pages: a folder with page.html (or page.json), meta.json and expected.json.

expected.json is what is read from the page now. `rewrite` writes it again, so that a change of a page object
can be reviewed as a diff.
"""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Iterator, Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, unquote, urlsplit

from osce_news.archive.capture import ARTICLE, Capture
from osce_news.archive.http_messages import header
from osce_news.archive.saved_page import SavedPage, saved_page
from osce_news.atomic import temporary
from osce_news.errors import BadInputError, OsceNewsError
from osce_news.normalize import normalize_listing
from osce_news.pages import read_listing
from osce_news.pages.article import ArticlePage
from osce_news.pages.search_settings import without_keys

if TYPE_CHECKING:
    from scrapy.http import Response

_CASE_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,60}")
_MAIL = re.compile(rb"[\w.+-]+(?:@|&#0*64;|&#[xX]0*40;|&commat;|%40)[a-zA-Z0-9-]+(?:\.[a-zA-Z0-9-]+)+")
_HIDDEN_MAIL = re.compile(rb"""(data-cfemail\s*=\s*["'])[0-9a-fA-F]+""")
_HIDDEN = b"00" + b"name@example.org".hex().encode()  # as Cloudflare writes it, with the key 0
_PHONE = re.compile(rb"(?:\+|\btel:)[0-9][0-9 \t()/.-]{5,24}[0-9]")
# Values of settings and attributes that are named as keys, tokens and passwords are.
_KEY = re.compile(
    rb"""((?:key|token|password|secret|form_build_id|hash)\\?["']?\s*[:=]\s*\\?["'])[^"'\\<>\s]{12,}""",
    re.IGNORECASE,
)
_NOT_IN_NAME = re.compile(r"[^a-z0-9]+")


def live_page(response: Response, fetched_at: str) -> tuple[Capture, str]:
    """Return a response of the live site as a capture, and its origin."""
    content_type = response.headers.get("Content-Type")
    headers = (("Content-Type", content_type.decode("latin-1")),) if content_type else ()
    page = Capture(response.url, fetched_at, response.status, headers, response.body, None, Path(), 0)
    return page, "the live page, requested once"


def save(page: Capture, origin: str, root: Path, *, kind: str | None = None, name: str | None = None) -> Path:
    """Make the fixture of a page below `root` and return its folder; it is complete or does not exist.

    `origin` is where the page comes from, in words. `kind` and `name` are by default those of its address, or
    a list's if the page looks like one. Raises BadInputError if there is no default, or if the folder exists.
    """
    if not root.is_dir():
        raise BadInputError(f"no folder {root} here: run this in a checkout, or name the folder with --into")
    kind = kind or page.kind()
    if kind is None:
        raise BadInputError(f"{page.url}: this may be a list or an article; say which with --kind")
    name = case_name(page.url) if name is None else name
    if not _CASE_NAME.fullmatch(name):
        raise BadInputError(f"--name: {name[:60]!r} must consist of lower-case letters, digits and hyphens")
    folder = root / kind / name
    if folder.exists():
        raise BadInputError(f"{folder} exists; choose another name with --name, or delete the folder")
    body, removed = without_personal_data(page.body)
    what = (
        f"except for {removed} e-mail addresses, telephone numbers and keys" if removed else "byte for byte"
    )
    meta = {"url": page.url, "fetched_at": page.fetched_at, "made": f"A capture: {origin}, {what}."}
    content_type = header(page.headers, "content-type")
    if "charset" in content_type.lower():  # otherwise the encoding depends on the page alone
        meta["content_type"] = content_type
    folder.parent.mkdir(exist_ok=True)
    with temporary(root, ".new-", folder=True) as new:
        case = new / kind / name
        case.mkdir(parents=True)
        (case / "page.html").write_bytes(body)
        text = json.dumps(meta, ensure_ascii=False, indent=2) + "\n"
        (case / "meta.json").write_text(text, encoding="utf-8")
        list(rewrite([case]))
        shutil.move(case, folder)
    return folder


def without_personal_data(body: bytes) -> tuple[bytes, int]:
    """Return a page without e-mail addresses, telephone numbers and keys, and how many were replaced.

    Names of persons stay, because a program can't distinguish them from other words.

    >>> without_personal_data(b'Call +43 1 514 36 6000, me@osce.org {"searchApiKey":"0123456789abcdef"}')
    (b'Call +00 0 000 00 0000, name@example.org {"searchApiKey":"KEY"}', 3)
    """
    body, found = without_keys(body)
    body, mails = _MAIL.subn(b"name@example.org", body)
    body, hidden = _HIDDEN_MAIL.subn(rb"\g<1>" + _HIDDEN, body)
    body, phones = _PHONE.subn(lambda phone: re.sub(rb"[0-9]", b"0", phone[0]), body)
    body, keys = _KEY.subn(rb"\g<1>KEY", body)
    return body, found + mails + hidden + phones + keys


def case_name(url: str) -> str:
    """Return a name for the case: the number of the item, or the last part of the path and the page.

    >>> case_name("https://www.osce.org/odihr/575719")
    '575719'
    >>> case_name("https://www.osce.org/press-releases/human%20trafficking?page=3&rows=50")
    'human-trafficking-page-3'
    """
    parts = urlsplit(url)
    last = unquote(parts.path).rstrip("/").rpartition("/")[2]
    page = parse_qs(parts.query).get("page", [""])[-1]
    name = f"{last} page {page}" if page else last
    return _NOT_IN_NAME.sub("-", name.lower()).strip("-")[:60] or "page"


def rewrite(paths: Sequence[Path]) -> Iterator[tuple[Path, bool]]:
    """Write expected.json in each fixture folder below the paths; yield the folder and whether it changed."""
    for page in sorted(page for path in paths for page in path.rglob("page.*")):
        file = page.with_name("expected.json")
        text = json.dumps(observed(page.parent), ensure_ascii=False, indent=2) + "\n"
        changed = not file.exists() or file.read_text(encoding="utf-8") != text
        if changed:
            file.write_text(text, encoding="utf-8")
        yield page.parent, changed


def observed(case: Path) -> dict[str, Any]:
    """Return what is read from the page in a fixture folder: an article in `article/`, or else a list page.

    If the page is not understood, the error is returned. Empty fields are left out.
    """
    saved = saved_page(next(case.glob("page.*")))
    content_type = json.loads((case / "meta.json").read_text(encoding="utf-8")).get("content_type")
    failure: dict[str, Any] = {}
    try:
        if case.parent.name != ARTICLE:
            return _observed_listing(saved, content_type)
        page = ArticlePage.from_body(saved.path.read_bytes(), saved.url or "", content_type)
        failure = {"is_not_found": True} if page.is_not_found else {}
        article = asdict(page.article)
    except OsceNewsError as error:
        return {**failure, "error": type(error).__name__, "message": str(error)}
    for name in ("text", "contact"):  # lists of paragraphs, so that a diff shows which one changed
        article[name] = article[name].split("\n\n") if article[name] else None
    article["image"] = article["image"] and _filled(article["image"])
    for name in ("downloads", "languages"):
        article[name] = [_filled(part) for part in article[name]]
    return _filled(article)


def _observed_listing(saved: SavedPage, content_type: str | None) -> dict[str, Any]:
    """Return the pager, records and quarantined results of a list page, and the texts of a search answer."""
    raw, page = read_listing(replace(saved.capture().response, content_type=content_type))
    listing = normalize_listing(raw)
    texts = {one.item_id: (one.article.text or "").split("\n\n") for one in listing.articles if one.article}
    return {
        "next": page.pager.next,
        "last": page.pager.last,
        "records": [_filled(asdict(record)) for record in listing.records],
        "quarantined": [asdict(quarantined) for quarantined in listing.quarantined],
        **({"texts": texts} if texts else {}),
    }


def _filled(record: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in record.items() if value not in (None, [], ())}
