"""What was passed over in a WARC and why: nothing is ignored silently."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any, Self

MOST_TOLD = 20  # problems that are kept as lines; all of them are counted
UNKNOWN = "of no known type"
_KINDS = frozenset("warcinfo response resource request metadata revisit conversion continuation".split())
_COUNTED = {
    "other_hosts": "of other hosts",
    "not_http": "not fetched by HTTP",
    "truncated": "cut by the tool that made them",
    "too_large": "too large for a page",
    "unresolved": "whose page is in none of the files",
    "unreadable": "that can't be read",
}


class RecordError(Exception):
    """A record that is passed over; `kind` is the number of the Report that it is counted in."""

    def __init__(self, why: str, kind: str = "unreadable") -> None:
        super().__init__(why)
        self.kind = kind


@dataclass(slots=True)
class Report:
    """What a reading of WARC files came upon; it grows while `captures` goes on."""

    files: int = 0
    records: Counter[str] = field(default_factory=Counter)  # by WARC-Type, whatever became of them
    captures: int = 0  # that were given out
    other_hosts: int = 0
    not_http: int = 0  # dns: and the like
    truncated: int = 0  # responses of which the tool says, or their lengths, that the end is missing
    too_large: int = 0  # as stored or unpacked
    unresolved: int = 0  # revisit records whose response is in none of the files
    unreadable: int = 0  # damaged records and stretches of bytes without a record
    cut: list[tuple[Path, int]] = field(default_factory=list)  # files that end too early, and at which byte
    problems: list[str] = field(default_factory=list)  # the first `MOST_TOLD`, a line each
    problem_count: int = 0

    def count(self, kind: str) -> None:
        """Count a record by its WARC-Type."""
        self.records[kind if kind in _KINDS else UNKNOWN] += 1

    def problem(self, path: Path, where: str, error: RecordError) -> None:
        """Count a record that is passed over, and keep its line."""
        setattr(self, error.kind, getattr(self, error.kind) + 1)
        self._tell(f"{path}: {where}: {error}; passed over")

    def cut_at(self, path: Path, offset: int) -> None:
        """Note that a file ends in the middle of a record."""
        self.cut.append((path, offset))
        self._tell(f"{path}: cut at byte {offset}: what was whole before it was read")

    def add(self, other: Report) -> None:
        """Add what the reading of other files, or of another part of a file, came upon."""
        for name in ("files", "captures", *_COUNTED):
            setattr(self, name, getattr(self, name) + getattr(other, name))
        self.records += other.records
        self.cut += other.cut
        self.problems += other.problems[: MOST_TOLD - len(self.problems)]
        self.problem_count += other.problem_count

    def as_plain(self) -> dict[str, Any]:
        """Return all of it in values that JSON knows; `of_plain` makes a report of them again."""
        plain = {one.name: getattr(self, one.name) for one in fields(self)}
        return plain | {"records": dict(self.records), "cut": [[str(path), at] for path, at in self.cut]}

    @classmethod
    def of_plain(cls, plain: Mapping[str, Any]) -> Self:
        """Return the report of which `as_plain` came; raises TypeError or KeyError for other values."""
        cut = [(Path(path), at) for path, at in plain["cut"]]
        return cls(**{**plain, "records": Counter(plain["records"]), "cut": cut})

    def lines(self) -> list[str]:
        """Return what a person should know, a line each; empty if all was well and nothing was left out."""
        told = list(self.problems)
        if self.problem_count > len(told):
            told.append(f"and {self.problem_count - len(told):,} problems more")
        counts = [f"{n:,} {text}" for name, text in _COUNTED.items() if (n := getattr(self, name))]
        if unknown := self.records[UNKNOWN]:
            counts.append(f"{unknown:,} {UNKNOWN}")
        return [*told, *([f"records passed over: {', '.join(counts)}"] if counts else [])]

    def _tell(self, line: str) -> None:
        self.problem_count += 1
        if len(self.problems) < MOST_TOLD:
            self.problems.append("".join(char if char.isprintable() else "\ufffd" for char in line))
