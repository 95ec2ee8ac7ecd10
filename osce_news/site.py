"""The addresses and paths of the OSCE's site."""

from __future__ import annotations

import re

DOMAIN = "osce.org"
HOST = f"www.{DOMAIN}"
HOME_URL = f"https://{HOST}/"
LISTING_PATH = "/press-releases"
LISTING_URL = f"https://{HOST}{LISTING_PATH}"
MAX_PAGE_BYTES = 8 * 1024 * 1024  # a list page of 50 results has about 125 kB
_LOCAL = re.compile(r"[0-9.]+|.*:.*|localhost")
_LISTING = re.compile(r"/press-?releases(/|$)", re.IGNORECASE)


def is_osce_host(host: str) -> bool:
    """Whether a host is osce.org or one below it: all are one site with one sequence of node numbers.

    >>> is_osce_host("odihr.osce.org"), is_osce_host("notosce.org")
    (True, False)
    """
    return host == DOMAIN or host.endswith(f".{DOMAIN}")


def has_node_numbers(host: str) -> bool:
    """Whether the numbers in addresses on a host are those of the OSCE's nodes.

    An IP address and localhost count as a copy of the site.
    """
    return is_osce_host(host) or _LOCAL.fullmatch(host) is not None


def is_listing_path(path: str) -> bool:
    """Whether the path is that of the list, or of the list for a keyword.

    >>> is_listing_path("/ru/press-releases/ukraine"), is_listing_path("/node/1")
    (True, False)
    """
    return _LISTING.search(path) is not None
