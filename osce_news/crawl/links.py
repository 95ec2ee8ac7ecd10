"""The way through a list by the links of its pager, for a site that does not take the size of a page."""

from __future__ import annotations

from osce_news.pages.listing import PagerLink
from osce_news.urls import page_number, same_site


class Links:
    """Where the pager's links lead; each page is visited once.

    >>> links = Links("https://www.osce.org/press-releases")
    >>> pager = PagerLink("https://www.osce.org/press-releases?page=1", None)
    >>> links.after("https://www.osce.org/press-releases", pager, 0, no_pager=False)
    ('https://www.osce.org/press-releases?page=1', None)
    """

    def __init__(self, start_url: str) -> None:
        self._start_url = start_url
        self._visited: set[str] = set()

    def after(
        self, url: str, pager: PagerLink | None, last_page: int, *, no_pager: bool
    ) -> tuple[str | None, str | None]:
        """Return the address of the page behind this one, None at the end, and what is wrong, if anything.

        `last_page` is the last page that an earlier pager told of; `no_pager` says that the list goes on
        though no pager was ever understood.
        """
        self._visited.add(url)
        here, pager = page_number(url) or 0, pager or PagerLink(None, None)
        if pager.next is None:
            last = last_page if pager.last is None else page_number(pager.last) or 0
            if last > here:
                return None, f"{url} names a later last page, but links to no next page"
            if no_pager:
                return None, f"{url} shows that the list goes on, but no pager is understood"
            return None, None
        if not same_site(pager.next, self._start_url):
            return None, f"{url} names a next page on another site: {pager.next}"
        if pager.next in self._visited or (page_number(pager.next) or here + 1) <= here:
            return None, f"{url} names a next page that was read before: {pager.next}"
        return pager.next, None
