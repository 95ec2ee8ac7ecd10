"""The process that commands are forked from: it has imported what they need, and read a page of each kind.

Its extras are those of `tests/as_installed`.
"""

from __future__ import annotations

import gc
import importlib
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "tests" / "as_installed"))

_OTHERS = """
    filelock lxml.html parsel platformdirs protego queuelib rich.table scrapy.cmdline scrapy.pqueues
    scrapy.core.downloader.handlers.http11 scrapy.crawler sqlite_utils tests.processes tldextract
    twisted.internet.asyncioreactor
""".split()
# Their packages need an extra, or are slow to import and used by few commands.
_LATE = {"__main__", "cluster", "figures", "web"}


def _import() -> None:
    from scrapy.settings import default_settings

    components: list[str] = [
        *default_settings.EXTENSIONS_BASE,
        *default_settings.DOWNLOADER_MIDDLEWARES_BASE,
        *default_settings.SPIDER_MIDDLEWARES_BASE,
        default_settings.DOWNLOADER,
        default_settings.DUPEFILTER_CLASS,
        default_settings.SCHEDULER,
        default_settings.SCHEDULER_DISK_QUEUE,
        default_settings.STATS_CLASS,
    ]
    paths = (path.relative_to(ROOT).with_suffix("") for path in sorted(ROOT.glob("osce_news/**/*.py")))
    ours = [".".join(path.parts).removesuffix(".__init__") for path in paths if not _LATE & {*path.parts}]
    for name in [*_OTHERS, *(component.rpartition(".")[0] for component in components), *ours]:
        importlib.import_module(name)


def _read_pages() -> None:
    """Fill what is read once and kept: the vocabulary, the patterns made of it."""
    from osce_news.normalize import normalize_listing
    from osce_news.pages import HttpResponse, read_article, read_listing

    url, time = "https://www.osce.org/press-releases", "2024-08-05T12:00:00Z"
    for case in ("seed", "cards"):
        body = (ROOT / "fixtures" / "listing" / case / "page.html").read_bytes()
        normalize_listing(read_listing(HttpResponse(body, url, time))[0])
    body = (ROOT / "fixtures" / "article" / "drupal7-content" / "page.html").read_bytes()
    read_article(HttpResponse(body, f"{url}/1", time), "1")


_import()
_read_pages()
gc.freeze()  # what is frozen is not copied by each process that collects garbage
