"""The records that were skipped in WARC files, and why."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

MAX_LINES = 20  # problems that are kept as lines; all of them are counted
# The kinds of records that are skipped, each as a part of a sentence.
SKIPPED = {
    "other_hosts": "of other hosts",
    "not_http": "not fetched by HTTP",  # dns: and the like
    "truncated": "truncated by the tool that recorded them",  # as it says, or as their lengths say
    "too_large": "too large for a page",  # as stored or decompressed
    "unresolved": "whose page is in none of the files",  # revisit records
    "unreadable": "that can't be read",  # also stretches of bytes without a record
    "other_types": "of no known type",  # a WARC-Type that the standard does not know
}


class RecordError(Exception):
    """A record that is skipped. `kind` is one of SKIPPED."""

    def __init__(self, reason: str, kind: str = "unreadable") -> None:
        super().__init__(reason)
        self.kind = kind


@dataclass(slots=True)
class Report:
    """Counts and problems of reading WARC files; it grows as the files are read."""

    files: int = 0
    captures: int = 0  # yielded
    skipped: dict[str, int] = field(default_factory=lambda: dict.fromkeys(SKIPPED, 0))
    cut: int = 0  # files that end too early
    problems: list[str] = field(default_factory=list)  # the first `MAX_LINES`, as lines
    problem_count: int = 0

    def problem(self, path: Path, where: str, error: RecordError) -> None:
        """Count a record that is skipped, and keep the reason as a line."""
        self.skipped[error.kind] += 1
        self._add_line(f"{path}: {where}: {error}; skipped")

    def cut_at(self, path: Path, offset: int) -> None:
        """Note that a file ends in the middle of a record."""
        self.cut += 1
        self._add_line(f"{path}: cut at byte {offset}: the complete records before it were read")

    def add(self, other: Report) -> None:
        """Add the report on other files or on another part of a file."""
        for name in ("files", "captures", "cut", "problem_count"):
            setattr(self, name, getattr(self, name) + getattr(other, name))
        for name, number in other.skipped.items():
            self.skipped[name] += number
        self.problems += other.problems[: MAX_LINES - len(self.problems)]

    def lines(self) -> list[str]:
        """Return the problems and a summary of what was skipped, as lines; empty if there is nothing."""
        lines = list(self.problems)
        if self.problem_count > len(lines):
            lines.append(f"and {self.problem_count - len(lines):,} more problems")
        counts = [f"{n:,} {SKIPPED[name]}" for name, n in self.skipped.items() if n]
        return [*lines, *([f"records skipped: {', '.join(counts)}"] if counts else [])]

    def _add_line(self, line: str) -> None:
        self.problem_count += 1
        if len(self.problems) < MAX_LINES:
            self.problems.append("".join(char if char.isprintable() else "\ufffd" for char in line))
