"""The records that were skipped in WARC files, and why."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any, Self

MAX_LINES = 20  # problems that are kept as lines; all of them are counted
UNKNOWN = "of no known type"
_KINDS = frozenset("warcinfo response resource request metadata revisit conversion continuation".split())
SKIPPED = {
    "other_hosts": "of other hosts",
    "not_http": "not fetched by HTTP",
    "truncated": "truncated by the tool that recorded them",
    "too_large": "too large for a page",
    "unresolved": "whose page is in none of the files",
    "unreadable": "that can't be read",
}


class RecordError(Exception):
    """A record that is skipped. `kind` is the field of `Report` in which it is counted."""

    def __init__(self, reason: str, kind: str = "unreadable") -> None:
        super().__init__(reason)
        self.kind = kind


@dataclass(slots=True)
class Report:
    """Counts and problems of reading WARC files; it grows as the files are read."""

    files: int = 0
    records: Counter[str] = field(default_factory=Counter)  # by WARC-Type, skipped ones too
    captures: int = 0  # yielded
    other_hosts: int = 0
    not_http: int = 0  # dns: and the like
    truncated: int = 0  # responses whose end is missing, by the tool's own word or by their lengths
    too_large: int = 0  # as stored or decompressed
    unresolved: int = 0  # revisit records whose response is in none of the files
    unreadable: int = 0  # damaged records, and stretches of bytes without a record
    cut: list[tuple[Path, int]] = field(default_factory=list)  # files that end too early, and at which byte
    problems: list[str] = field(default_factory=list)  # the first `MAX_LINES`, as lines
    problem_count: int = 0

    def count(self, kind: str) -> None:
        """Count a record by its WARC-Type."""
        self.records[kind if kind in _KINDS else UNKNOWN] += 1

    def problem(self, path: Path, where: str, error: RecordError) -> None:
        """Count a record that is skipped, and keep the reason as a line."""
        setattr(self, error.kind, getattr(self, error.kind) + 1)
        self._add_line(f"{path}: {where}: {error}; skipped")

    def cut_at(self, path: Path, offset: int) -> None:
        """Note that a file ends in the middle of a record."""
        self.cut.append((path, offset))
        self._add_line(f"{path}: cut at byte {offset}: the complete records before it were read")

    def add(self, other: Report) -> None:
        """Add the report on other files or on another part of a file."""
        for name in ("files", "captures", *SKIPPED):
            setattr(self, name, getattr(self, name) + getattr(other, name))
        self.records += other.records
        self.cut += other.cut
        self.problems += other.problems[: MAX_LINES - len(self.problems)]
        self.problem_count += other.problem_count

    def to_dict(self) -> dict[str, Any]:
        """Return the report in values that JSON knows; `from_dict` reads them."""
        values = {one.name: getattr(self, one.name) for one in fields(self)}
        return values | {"records": dict(self.records), "cut": [[str(path), at] for path, at in self.cut]}

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Self:
        """Return the report that `to_dict` was called on; raises TypeError or KeyError for other values."""
        cut = [(Path(path), at) for path, at in values["cut"]]
        return cls(**{**values, "records": Counter(values["records"]), "cut": cut})

    def lines(self) -> list[str]:
        """Return the problems and a summary of what was skipped, as lines; empty if there is nothing."""
        lines = list(self.problems)
        if self.problem_count > len(lines):
            lines.append(f"and {self.problem_count - len(lines):,} more problems")
        counts = [f"{n:,} {text}" for name, text in SKIPPED.items() if (n := getattr(self, name))]
        if unknown := self.records[UNKNOWN]:
            counts.append(f"{unknown:,} {UNKNOWN}")
        return [*lines, *([f"records skipped: {', '.join(counts)}"] if counts else [])]

    def _add_line(self, line: str) -> None:
        self.problem_count += 1
        if len(self.problems) < MAX_LINES:
            self.problems.append("".join(char if char.isprintable() else "\ufffd" for char in line))
