"""Compares extractors on the same article pages: what each gets right, and what a page costs.

    python -m benchmarks.extraction [--articles 50] [--rounds 5] [--environments DIR] [--json FILE]

Makes a virtual environment for each of fundus, newspaper4k, news-please and trafilatura, or uses those of the
last run, and installs pinned versions into them from the package index. Nothing else opens a socket.
docs/extraction.md says what the figures mean.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any

from benchmarks.extraction.pages import Page, fixture_pages, generated_pages
from benchmarks.extraction.peers import PEERS, ROOT, Peer, default_folder, python_of
from benchmarks.extraction.scoring import Score, score, total

DRIVER = Path(__file__).with_name("driver.py")
LIMIT = "lxml"  # the peer that only builds the tree


class Driver:
    """An extractor in a process of its own, which has the pages in memory."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process

    def ask(self, what: str) -> Any:
        """Return the answer to `read` or `time`; raises CalledProcessError if the process has ended."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        print(what, file=self._process.stdin, flush=True)
        answer = self._process.stdout.readline()
        if not answer:
            raise subprocess.CalledProcessError(self._process.wait(), self._process.args)
        return json.loads(answer)


@contextmanager
def driver(python: Path, name: str, pages: Sequence[Page], folder: Path) -> Iterator[Driver]:
    """Start the extractor of that name for these pages, and end it after the block."""
    listed = folder / f"{name}.json"
    listed.write_text(json.dumps([{"file": str(page.file), "url": page.url} for page in pages]))
    command = [str(python), "-P", str(DRIVER), name, str(listed)]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=ROOT
    ) as process:
        yield Driver(process)
        process.terminate()


def scores(pages: Sequence[Page], answers: Sequence[dict[str, str | None]]) -> list[Score]:
    """Return the score of each page."""
    return [score(page.expected, **answer) for page, answer in zip(pages, answers, strict=True)]


def measure(
    peers: Sequence[Peer], pages: Sequence[Page], rounds: int, environments: Path
) -> tuple[dict[str, list[Score]], dict[str, dict[str, float]]]:
    """Return, by peer, the scores of the pages, and the median seconds per page: `processor` and `wall`.

    Reading the pages for the scores warms an extractor up; then each round goes through all pages.
    """
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        pythons = {peer.name: python_of(peer, environments) for peer in peers}
        drivers = {
            name: stack.enter_context(driver(python, name, pages, folder)) for name, python in pythons.items()
        }
        found = {name: scores(pages, one.ask("read")) for name, one in drivers.items()}
        times: dict[str, list[dict[str, float]]] = {name: [] for name in drivers}
        for _ in range(rounds):
            for name, one in drivers.items():
                times[name].append(one.ask("time"))
    medians = {
        name: {
            clock: statistics.median(one[clock] for one in taken) / len(pages)
            for clock in ("processor", "wall")
        }
        for name, taken in times.items()
    }
    return found, medians


def rows_of_quality(found: dict[str, list[Score]], which: Sequence[bool]) -> Iterator[list[str]]:
    """Yield a row for each peer: its score on the pages for which `which` is true."""
    for peer in PEERS:
        if peer.name == LIMIT:
            continue
        one = total([score for score, wanted in zip(found[peer.name], which, strict=True) if wanted])
        yield [
            peer.label,
            f"{one.right:,} of {one.paragraphs:,} ({one.right / one.paragraphs:.1%})",
            f"{one.foreign / one.pages:.2f}",
            f"{one.beside / one.pages:.2f}",
            f"{one.titles / one.pages:.1%}",
            f"{one.dates / one.dated:.1%}",
        ]


def rows_of_layouts(found: dict[str, list[Score]], pages: Sequence[Page]) -> Iterator[list[str]]:
    """Yield a row for each kind of page: the share of its paragraphs that each peer gets right."""
    for kind in dict.fromkeys(page.kind for page in pages):
        row = [kind]
        for peer in PEERS[:-1]:
            of_kind = zip(found[peer.name], pages, strict=True)
            one = total([score for score, page in of_kind if page.kind == kind])
            row.append(f"{one.right / one.paragraphs:.1%}" if one.paragraphs else "none there")
        yield row


def rows_of_speed(medians: dict[str, dict[str, float]]) -> Iterator[list[str]]:
    """Yield a row for each peer: milliseconds per page, and the multiple of the limit."""
    limit = medians[LIMIT]["processor"]
    for peer in PEERS:
        one = medians[peer.name]
        processor = one["processor"]
        yield [
            peer.label,
            *(f"{one[clock] * 1000:.2f}" for clock in ("processor", "wall")),
            f"{1 / processor:,.0f}",
            f"{processor / limit:.1f} ×",
            " ".join(peer.requirements) or "this environment",
        ]


def table(head: Sequence[str], rows: Iterator[list[str]]) -> str:
    """Return a table in Markdown."""
    lines = [list(head), ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines) + "\n"


def main() -> None:
    """Measure, and print the tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--articles", type=int, default=50, help="generated, each in every layout")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--environments", type=Path, default=default_folder(), metavar="DIR")
    parser.add_argument("--json", type=Path, metavar="FILE", help="also write each page's score")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        fixtures = fixture_pages()
        generated = generated_pages(Path(folder), arguments.articles)
        pages = [*fixtures, *generated]
        found, medians = measure(PEERS, pages, arguments.rounds, arguments.environments)
    is_fixture = [number < len(fixtures) for number in range(len(pages))]
    head = ["", "paragraphs right", "foreign lines a page", "lines beside the text", "titles", "dates"]
    names = [peer.label for peer in PEERS[:-1]]
    print(f"The {len(fixtures)} article fixtures\n")
    print(table(head, rows_of_quality(found, is_fixture)))
    print(
        f"{arguments.articles:,} generated articles in each of {len({p.kind for p in generated})} layouts\n"
    )
    print(table(head, rows_of_quality(found, [not one for one in is_fixture])))
    print("Paragraphs right, by layout of the generated articles\n")
    made = {name: of[len(fixtures) :] for name, of in found.items()}
    print(table(["", *names], rows_of_layouts(made, generated)))
    print("Paragraphs right, by fixture\n")
    saved = {name: of[: len(fixtures)] for name, of in found.items()}
    print(table(["", *names], rows_of_layouts(saved, fixtures)))
    print(f"A page, median of {arguments.rounds} rounds through all {len(pages):,} pages; {sys.version}\n")
    head = ["", "ms of processor", "ms of time", "pages a second", "of the limit", "installed"]
    print(table(head, rows_of_speed(medians)))
    if arguments.json:
        every = [
            {"kind": page.kind, "url": page.url, **{name: asdict(found[name][number]) for name in found}}
            for number, page in enumerate(pages)
        ]
        arguments.json.write_text(json.dumps(every, ensure_ascii=False, indent=1), encoding="utf-8")


if __name__ == "__main__":
    main()
