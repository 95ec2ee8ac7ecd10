"""The extractors that are compared, and the virtual environment of each."""

from __future__ import annotations

import os
import subprocess
import sys
import venv
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
_STAMP = "installed.txt"  # in an environment: what was installed into it


@dataclass(frozen=True, slots=True)
class Peer:
    """An extractor with its name in the driver. Without requirements it runs in our environment."""

    name: str
    label: str
    requirements: tuple[str, ...] = ()


# Requirements that a peer does not declare, or declares in a version with which it can't be imported, are
# listed with it.
PEERS = (
    Peer("ours", "osce-news"),
    Peer("fundus", "fundus-style", ("fundus==0.5.7", "curl_cffi==0.14.0")),
    Peer("newspaper4k", "newspaper4k", ("newspaper4k==0.9.6",)),
    Peer("news-please", "news-please", ("news-please==1.6.16",)),
    Peer("trafilatura", "trafilatura", ("trafilatura==2.3.1", "lxml_html_clean==0.4.6")),
    Peer("lxml", "bare lxml"),
)


def default_folder() -> Path:
    """Return the folder for the environments, in the user's cache."""
    cache = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(cache) / "osce-news" / "extraction"


def python_of(peer: Peer, folder: Path) -> Path:
    """Return the interpreter that runs the peer; its environment is made unless it exists.

    Raises CalledProcessError if the package installer fails.
    """
    if not peer.requirements:
        return Path(sys.executable)
    environment = folder / peer.name
    python = environment / "bin" / "python"
    stamp = environment / _STAMP
    wanted = "\n".join([sys.version, *peer.requirements])
    if stamp.is_file() and stamp.read_text(encoding="utf-8") == wanted:
        return python
    print(f"installs {' '.join(peer.requirements)} into {environment}", file=sys.stderr, flush=True)
    venv.create(environment, clear=True, with_pip=True)
    subprocess.run([python, "-m", "pip", "install", "--quiet", *peer.requirements], check=True)
    stamp.write_text(wanted, encoding="utf-8")
    return python
