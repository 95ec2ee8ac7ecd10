"""Convert dataclasses to JSON and back; values are checked against the type hints."""

from __future__ import annotations

import json
import math
import os
from dataclasses import asdict, fields, is_dataclass
from functools import cache
from pathlib import Path
from types import NoneType, UnionType
from typing import Any, Literal, TypeVar, Union, cast, get_args, get_origin, get_type_hints

T = TypeVar("T")


def to_json(value: object) -> str:
    """Return a dataclass as a JSON object.

    Its values may be plain JSON values, paths, lists, tuples, sets of texts or dataclasses.
    """
    return json.dumps(asdict(value), ensure_ascii=False, default=_plain)  # type: ignore[call-overload]


def from_json(kind: type[T], text: str) -> T:
    """Return a dataclass from the text of `to_json`; raises ValueError if the text is not valid.

    Fields that the text lacks have their defaults: an older version may have written it.
    """
    try:
        return cast("T", convert(kind, loads(text)))
    except (TypeError, KeyError, AttributeError, RecursionError) as error:
        raise ValueError(f"not a valid {kind.__name__}: {error}") from error


def loads(text: str | bytes) -> Any:
    """Return a JSON value; raises ValueError also for NaN and for numbers too large for a float."""
    return json.loads(text, parse_float=_finite, parse_constant=_finite)


def convert(kind: Any, value: Any) -> Any:
    """Return a JSON value as this type; raises TypeError, KeyError or ValueError if it does not fit."""
    origin, arguments = get_origin(kind), get_args(kind)
    if origin in (Union, UnionType):
        if value is None and NoneType in arguments:
            return None
        (kind,) = (argument for argument in arguments if argument is not NoneType)
        return convert(kind, value)
    if origin is Literal:  # a newer version may know more values
        return convert(type(arguments[0]), value)
    if isinstance(kind, type) and is_dataclass(kind):
        if not isinstance(value, dict):
            raise TypeError(f"{value!r:.60} is not an object")
        hints = _hints(kind)
        names = [field.name for field in fields(kind) if field.name in value]
        return kind(**{name: convert(hints[name], value[name]) for name in names})
    if origin in (tuple, list, frozenset) and isinstance(value, list):
        return origin(convert(arguments[0], element) for element in value)
    if origin is dict and isinstance(value, dict):
        return {key: convert(arguments[1], element) for key, element in value.items()}
    if isinstance(value, int) and not -(2**63) <= value < 2**63:
        raise ValueError(f"{value!r:.60} is too large for a database")
    if kind is float and isinstance(value, int):
        return value
    if kind is Path and isinstance(value, str):
        return Path(value)
    if kind is not Any and not isinstance(value, origin or kind):
        raise TypeError(f"{value!r:.60} is not of type {(origin or kind).__name__}")
    return value


def _finite(text: str) -> float:
    value = float(text)
    if not math.isfinite(value):
        raise ValueError(f"{text[:60]} is not a number that a database can hold")
    return value


def _plain(value: Any) -> object:
    return sorted(value) if isinstance(value, frozenset) else os.fspath(value)


@cache
def _hints(kind: Any) -> dict[str, Any]:
    return get_type_hints(kind)
