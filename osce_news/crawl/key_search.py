"""The part of a spider that finds the key of the search service where the site gives it to every browser."""

from __future__ import annotations

import logging

from scrapy.http import Request, Response
from scrapy.spidermiddlewares.httperror import HttpError
from twisted.python.failure import Failure

from osce_news.crawl.responses import error_from_failure, header
from osce_news.crawl.spiders.articles import ArticlesSpider
from osce_news.errors import BadInputError
from osce_news.pages.html_page import HtmlPage, decode
from osce_news.pages.search_settings import SearchSettings, scripts_of, settings_in_page, settings_in_script
from osce_news.search_query import KEY_HEADER
from osce_news.urls import HOME_URL, LISTING_URL, without_query

logger = logging.getLogger(__name__)

_NO_KEY = (
    "no key of the search service in the site's start page and its scripts; a browser sends it with each "
    f"search in the header {KEY_HEADER}: give it as OSCE_NEWS_SEARCH_KEY or --search-key"
)


class KeySearchSpider(ArticlesSpider):
    """Looks for the key in the start page and a few of its scripts, then calls `begin`.

    None of these responses is archived, because they hold the key: the run begins when it is found.
    """

    def begin(self) -> Request | None:
        """Begin the run, and return its first request."""
        raise NotImplementedError

    def request_start_page(self) -> Request:
        """Return the request for the page in which the key is looked for."""
        start = without_query(self.options.start_url)
        url = HOME_URL if start == LISTING_URL else start
        logger.info("looking for the key of the search service at %s", url)
        return self.track(Request(url, callback=self.parse_start_page, errback=self.key_page_failed))

    def parse_start_page(self, response: Response) -> Request | None:
        """Look into the page, and then into its scripts one by one."""
        page = HtmlPage(decode(response.body, header(response, "Content-Type"))[0], response.url)
        return self._use(settings_in_page(page), response.url, scripts_of(page))

    def parse_script(self, response: Response, others: list[str]) -> Request | None:
        """Look into a script, and then into the others."""
        found = settings_in_script(decode(response.body, "text/javascript")[0], self.options.start_url)
        return self._use(found, response.url, others)

    def key_page_failed(self, failure: Failure) -> Request | None:
        """Look into the other scripts if a page or script is gone; end the crawl if it could not be read."""
        error = failure.value
        if not isinstance(error, HttpError) or error.response.status not in (404, 410):
            raise self.fail(error_from_failure(failure))
        return self._use(None, error.response.url, error.response.cb_kwargs.get("others", []))

    def _use(self, found: SearchSettings | None, where: str, scripts: list[str]) -> Request | None:
        """Begin with the settings that were found, or request the next script; fail after the last."""
        self._requested = None
        if found is not None:
            logger.info("found the key of the search service in %s", without_query(where))
            self.set_options(self.crawl.use_key(found.key, found.base))
            return self.begin()
        if not scripts:
            raise self.fail(BadInputError(_NO_KEY))
        others = {"others": scripts[1:]}
        return self.track(
            Request(scripts[0], callback=self.parse_script, errback=self.key_page_failed, cb_kwargs=others)
        )
