"""An archive that wget makes of the test newsroom."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from tests.archive.making import read
from tests.newsroom import Newsroom, faults, make_stories
from tests.newsroom.client import get

WGET = shutil.which("wget")
pytestmark = pytest.mark.skipif(WGET is None, reason="wget is not on this machine")


def wget(folder: Path, *arguments: str) -> None:
    command = [str(WGET), "--no-config", "-q", "-e", "robots=off", "--tries=1", "-O", "/dev/null", *arguments]
    subprocess.run(command, cwd=folder, timeout=60, check=False)


@pytest.mark.parametrize("more", [[], ["--no-warc-compression"], ["--no-warc-digests"]])
@pytest.mark.parametrize("compress", [False, True])
def test_pages_stored_by_wget_are_read(tmp_path: Path, more: list[str], compress: bool) -> None:
    with Newsroom(make_stories(30), compress=compress) as newsroom:
        newsroom.fail("/gone", faults.status(404))
        newsroom.fail("/cut", faults.cut())
        urls = [f"{newsroom.url}/press-releases?page={n}&rows=10" for n in range(3)]
        header = ["--header=Accept-Encoding: gzip"] if compress else []
        others = [f"{newsroom.url}/gone", f"{newsroom.url}/cut"]
        wget(tmp_path, "--warc-file=a", *header, *more, *urls, *others)
        pages = [get(newsroom.url, url.removeprefix(newsroom.url)).body for url in urls]
    (path,) = tmp_path.glob("a.warc*")
    found, report = read(path, hosts=["127.0.0.1"])
    assert [(one.url, one.status, one.body) for one in found[:3]] == [
        (url, 200, page) for url, page in zip(urls, pages, strict=True)
    ]
    assert [(one.url, one.status) for one in found[3:]] == [(others[0], 404)]
    assert report.captures == 4
    assert report.skipped["other_hosts"] == 0


@pytest.mark.slow
def test_wgets_revisits_are_resolved(tmp_path: Path) -> None:
    with Newsroom(make_stories(30)) as newsroom:
        url = f"{newsroom.url}/press-releases?page=0&rows=10"
        wget(tmp_path, "--warc-file=a", "--warc-cdx", url)
        wget(tmp_path, "--warc-file=b", "--warc-dedup=a.cdx", url)
        page = get(newsroom.url, "/press-releases?page=0&rows=10").body
    found, report = read(tmp_path / "a.warc.gz", tmp_path / "b.warc.gz")
    assert [(one.url, one.revisit, one.body) for one in found] == [
        (url, None, page), (url, "identical-payload-digest", page),
    ]  # fmt: skip
    assert report.problems == []
    alone, report = read(tmp_path / "b.warc.gz")
    assert (alone, report.skipped["unresolved"]) == ([], 1)
