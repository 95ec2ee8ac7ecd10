"""The file `osce-news.toml`: options of `crawl` that need not be typed each time."""

from __future__ import annotations

import difflib
import tomllib
from pathlib import Path
from typing import Any

from osce_news.crawl.options import OPTIONS, CrawlOptions
from osce_news.errors import BadInputError

NAME = "osce-news.toml"


def load_options(*, db: Path | str, config: Path | str | None = None, **given: Any) -> CrawlOptions:
    """Return the given options, and those of the file for options that are None or not given.

    `config` is the file; without it, NAME in the folder of the database if it exists. Raises BadInputError.
    """
    path = Path(config) if config else Path(db).parent / NAME
    file = _read(path) if config or path.exists() else {}
    given = {name: value for name, value in given.items() if value not in (None, ())}
    return CrawlOptions.parse(db=db, **file | given)


def _read(path: Path) -> dict[str, Any]:
    """Return the options in the file by their names in Python; paths are relative to its folder."""
    try:
        table = tomllib.loads(path.read_text("utf-8"))
    except OSError as error:
        raise BadInputError(f"{path}: {error.strerror}") from error
    except ValueError as error:
        raise BadInputError(f"{path} is not a TOML file: {error}") from error
    options = {name.replace("_", "-"): name for name in OPTIONS}
    values: dict[str, Any] = {}
    for name, value in table.items():
        if name not in options:
            nearest = difflib.get_close_matches(name, options, 1, cutoff=0.7)
            hint = f"did you mean {nearest[0]!r}?" if nearest else "`osce-news crawl --help` lists them"
            if name == "contact":
                hint = "set OSCE_NEWS_CONTACT in the environment instead"
            raise BadInputError(f"{path}: no option {name!r}; {hint}")
        try:
            parsed = OPTIONS[options[name]]["parse"](value, name)
        except BadInputError as error:
            raise BadInputError(f"{path}: {error}") from error
        except (TypeError, AttributeError):
            raise BadInputError(f"{path}: --{name}: the value is not a text") from None
        values[options[name]] = path.parent / parsed if isinstance(parsed, Path) else parsed
    return values
