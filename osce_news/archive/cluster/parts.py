"""The parts of WARC files that are parsed apart from each other."""

from __future__ import annotations

import functools
import hashlib
import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

from osce_news.archive import Report
from osce_news.archive.reader.records import records
from osce_news.errors import BadInputError

FORMAT = 1  # of the plan and of the partitions
PART_BYTES = 16 * 1024**2  # of a file, as it is packed: a thousand listing pages, half a minute of parsing
_PACKAGE = Path(__file__).resolve().parents[2]


@dataclass(frozen=True, slots=True)
class Part:
    """Records of one file that are parsed together: those that begin in `start` <= offset < `end`."""

    path: str  # of the WARC file, absolute: the same on all machines of a cluster
    size: int  # of that file, and when it was changed: a file that is another by now has other parts
    changed_ns: int
    start: int
    end: int
    code: str  # what `code_mark` said where the part was cut

    @property
    def name(self) -> str:
        """The name of the part's partition: another one for other bytes and for another osce-news."""
        stem = Path(self.path).name.removesuffix(".gz").removesuffix(".warc")[:80]
        mark = _hash(json.dumps([FORMAT, asdict(self)]).encode())
        return f"{stem}-{self.start:012}-{mark}.parquet"


def cut(path: Path, part_bytes: int = PART_BYTES) -> list[Part]:
    """Return the parts of a file, each of about so many bytes, in order.

    A file that is larger than one part is gone through once, to see where its records begin. Raises
    BadInputError if it is no WARC file or can't be read.
    """
    try:
        stat = path.stat()
    except OSError as error:
        raise BadInputError(f"{path}: can't be read: {error.strerror}") from error
    starts = [0, *(_starts(path, part_bytes) if stat.st_size > part_bytes else ())]
    ends = [*starts[1:], stat.st_size + 1]
    return [
        Part(str(path), stat.st_size, stat.st_mtime_ns, start, end, code_mark())
        for start, end in zip(starts, ends, strict=True)
    ]


@functools.cache
def code_mark() -> str:
    """Return a mark that is the same wherever the same osce-news with the same vocabulary is installed."""
    files = sorted(file for file in _PACKAGE.rglob("*") if file.suffix in (".py", ".toml"))
    return _hash(
        b"".join(file.relative_to(_PACKAGE).as_posix().encode() + file.read_bytes() for file in files)
    )


def _starts(path: Path, part_bytes: int) -> Iterator[int]:
    """Yield where all parts but the first begin: at answers, so that what is told of one stays with it."""
    last = 0
    for record in records(path, Report()):
        answers = record.kind in ("response", "revisit")
        if answers and record.alone and record.offset - last >= part_bytes:
            last = record.offset
            yield last


def _hash(data: bytes) -> str:
    return hashlib.blake2b(data, digest_size=8).hexdigest()
