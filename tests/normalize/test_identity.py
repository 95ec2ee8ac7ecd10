"""The identifier of an address's item, and the canonical form of addresses."""

from __future__ import annotations

import itertools
from urllib.parse import quote, unquote, urlsplit

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from osce_news.normalize import canonical_url, item_id, preferred_url
from osce_news.normalize.identity import language_of

HOSTS = (
    *("www.osce.org", "osce.org", "WWW.OSCE.ORG", "www.osce.org.", "odihr.osce.org", "d6.web.osce.org"),
    *("astana.osce.org", "127.0.0.1:8000", "[::1]:8000", "localhost", "www.osce.org:443"),
    "user:word@www.osce.org",
)
PREFIXES = (
    *("/node", "/cthb", "/odihr/elections/bulgaria", "/programme-office-in-astana", "/ru/node", "/kk/node"),
    *("", "/press-Releases", "/2022/03", "//cthb//", "/Центр", "/a b", "/a?b", "/a#b", "/100%"),
)
QUERIES = ("", "?", "?download=true", "?page=7", "?next=/node/5", "?a=1&b=%2F5")
FRAGMENTS = ("", "#", "#top", "#/node/5")

nodes = st.integers(1, 10**12 - 1).filter(lambda node: not 1900 <= node < 2100)  # years


def addressed(scheme: str, host: str, path: str, slash: str, times: int, query: str, fragment: str) -> str:
    """An address with its path encoded that many times, including slashes."""
    for _ in range(times):
        path = "/" + quote(path.lstrip("/"), safe="")
    return f"{scheme}://{host}{path}{slash}{query}{fragment}"


schemes, hosts, prefixes = (st.sampled_from(all_) for all_ in (("http", "https", "HTTPS"), HOSTS, PREFIXES))
slashes, times = st.sampled_from(("", "/", "//")), st.integers(1, 4)
queries, fragments = st.sampled_from(QUERIES), st.sampled_from(FRAGMENTS)


@given(nodes, schemes, hosts, prefixes, slashes, times, queries, fragments)
def test_the_node_number_is_the_identity_whatever_stands_around_it(
    node: int, scheme: str, host: str, prefix: str, slash: str, times: int, query: str, fragment: str
) -> None:
    assert item_id(addressed(scheme, host, f"{prefix}/{node}", slash, times, query, fragment)) == str(node)


def test_the_forms_of_one_items_address_that_were_seen_on_the_site_mean_one_item() -> None:
    seen = (
        *("https://www.osce.org/odihr/575719", "http://www.osce.org/odihr/575719"),
        *("https://osce.org/node/575719", "https://odihr.osce.org/node/575719"),
        *("https://d6.web.osce.org/odihr/575719", "https://www.osce.org/ru/node/575719"),
        *("https://astana.osce.org/kk/node/575719", "https://www.osce.org/odihr/575719?download=true"),
        "https://www.osce.org/odihr/elections/bulgaria/575719",
        *("https://www.osce.org/odihr%2F575719", "https://www.osce.org/odihr%252F575719/"),
        "https://web.archive.org/web/20240601/https://www.osce.org/odihr/575719",
    )
    assert {item_id(url) for url in seen} == {"575719"}


def test_a_number_on_another_site_is_not_that_of_a_node() -> None:
    others = [
        f"https://{host}/odihr/412345"
        for host in ("elsewhere.example", "notosce.org", "osce.org.example.com", "other.example")
    ]
    found = {item_id(url) for url in others}
    assert len(found) == len(others)
    assert all(identifier.startswith("u") for identifier in found)


def test_a_year_at_the_end_of_a_path_is_not_a_number() -> None:
    reports = [f"https://www.osce.org/{office}/annual-reports/2022" for office in ("odihr", "secretariat")]
    assert len({item_id(url) for url in reports}) == 2
    assert item_id("https://www.osce.org/2014/").startswith("u")
    assert item_id("https://www.osce.org/ru/node/2014") == "2014"


NO_NODES = (
    *("/files/f/documents/5/7/477547.pdf", "/node/477547a", "/node/a477547", "/node/0"),
    *("/node/1234567890123", "/node/٤٧٧", "/node/477547/edit", "/", "", "/press-releases?page=5"),
)


@pytest.mark.parametrize("path", NO_NODES)
def test_an_address_without_a_node_number_has_a_hash_for_its_identity(path: str) -> None:
    found = item_id(f"https://www.osce.org{path}")
    assert len(found) == 17
    assert found[0] == "u"
    assert set(found[1:]) <= set("0123456789abcdef")


@given(schemes, slashes, times, queries, fragments, st.sampled_from(("", "/ru", "/kk")))
def test_the_hash_is_that_of_the_page_and_not_of_the_form_of_its_address(
    scheme: str, slash: str, times: int, query: str, fragment: str, language: str
) -> None:
    url = addressed(scheme, "osce.org", f"{language}/Press-Releases", slash, times, query, fragment)
    assert item_id(url) == item_id("https://www.osce.org/press-releases")


def test_different_pages_have_different_hashes() -> None:
    paths = ("/a", "/b", "/a/b", "/a-b", "/a.pdf", "/а")
    urls = [f"https://{host}{path}" for host in ("www.osce.org", "odihr.osce.org") for path in paths]
    assert len({item_id(url) for url in urls}) == len(urls)


CANONICAL = {
    "http://osce.org/cthb/513811?download=true#top": "https://www.osce.org/cthb/513811",
    "HTTP://WWW.OSCE.ORG:80/cthb/513811/": "https://www.osce.org/cthb/513811",
    "https://user:word@www.osce.org./cthb//513811": "https://www.osce.org/cthb/513811",
    "http://odihr.osce.org/node/1": "https://odihr.osce.org/node/1",
    "http://127.0.0.1:8000/node/1?x#y": "http://127.0.0.1:8000/node/1",
    "http://shhada.ir/node/1": "http://shhada.ir/node/1",
    "http://notosce.org/node/1": "http://notosce.org/node/1",
    "https://www.osce.org/press-Releases": "https://www.osce.org/press-Releases",
    "https://www.osce.org/human%2520trafficking": "https://www.osce.org/human%20trafficking",
    "https://www.osce.org/human trafficking": "https://www.osce.org/human%20trafficking",
    "https://www.osce.org/Центр": "https://www.osce.org/%D0%A6%D0%B5%D0%BD%D1%82%D1%80",
    "https://www.osce.org": "https://www.osce.org/",
    "https://www.osce.org/a%3Fb%23c": "https://www.osce.org/a%3Fb%23c",
    "http://[::1]:8000/node/1": "http://[::1]:8000/node/1",
}


@pytest.mark.parametrize("url", CANONICAL)
def test_an_address_has_one_canonical_form(url: str) -> None:
    assert canonical_url(url) == CANONICAL[url]


@given(nodes, schemes, hosts, prefixes, slashes, times, queries, fragments)
def test_the_canonical_form_is_its_own_and_means_the_same_item(
    node: int, scheme: str, host: str, prefix: str, slash: str, times: int, query: str, fragment: str
) -> None:
    url = canonical_url(addressed(scheme, host, f"{prefix}/{node}", slash, times, query, fragment))
    assert canonical_url(url) == url
    assert item_id(url) == str(node)
    assert (urlsplit(url).query, urlsplit(url).fragment) == ("", "")


@given(st.text(), st.text())
@example("100%", "x")
@example("%ff", "%zz")
@example("\ud800", "\0")
@example("%25" + "25" * 8 + "41", "")
def test_any_path_has_a_canonical_form_that_is_its_own(path: str, more: str) -> None:
    url = canonical_url(f"http://osce.org/{path}/{more}")
    assert url.startswith("https://www.osce.org/")
    assert url.isascii()
    assert canonical_url(url) == url
    assert item_id(url) == item_id(f"http://osce.org/{path}/{more}")


def test_a_path_encoded_many_times_is_decoded_a_few_times(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each step takes time in proportion to the path: a page of some megabytes could take hours."""
    decoded = []

    def counting(path: str) -> str:
        decoded.append(len(path))
        return unquote(path)

    monkeypatch.setattr("osce_news.normalize.identity.unquote", counting)
    url = canonical_url("https://www.osce.org/%" + "25" * 10_000 + "41")
    assert len(decoded) < 100
    assert canonical_url(url) == url


@pytest.mark.parametrize(
    ("url", "language"),
    [
        ("https://www.osce.org/ru/node/1", "ru"),
        ("https://www.osce.org/ru", "ru"),
        ("https://astana.osce.org/kk/node/1", "kk"),
        ("https://www.osce.org/node/1", None),
        ("https://www.osce.org/pa/1", None),
        ("https://www.osce.org/rus/node/1", None),
        ("https://www.osce.org/node/ru/1", None),
        ("https://www.osce.org/node/1?language=ru", None),
    ],
)
def test_the_language_is_that_of_the_paths_beginning(url: str, language: str | None) -> None:
    assert language_of(url) == language


def test_of_several_addresses_the_best_is_preferred_in_whatever_order_they_were_seen() -> None:
    best_first = (
        "https://www.osce.org/odihr/575719",
        "https://www.osce.org/odihr/elections/bulgaria/575719",
        "https://www.osce.org/node/575719",
        "https://www.osce.org/ru/odihr/575719",
        "https://odihr.osce.org/x/575719",
    )
    for left in range(len(best_first)):
        for urls in itertools.permutations(best_first[left:]):
            assert preferred_url(urls) == best_first[left]
