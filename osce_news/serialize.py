"""Dataclasses to JSON and back, checked against their type hints, without loss."""

from __future__ import annotations

import json
import os
from dataclasses import asdict, fields, is_dataclass
from functools import cache
from pathlib import Path
from types import NoneType, UnionType
from typing import Any, TypeVar, Union, cast, get_args, get_origin, get_type_hints

T = TypeVar("T")


def to_json(value: object) -> str:
    """Return a dataclass of plain values, paths, lists, tuples and dataclasses as a JSON object."""
    return json.dumps(asdict(value), ensure_ascii=False, default=os.fspath)  # type: ignore[call-overload]


def from_json(kind: type[T], text: str) -> T:
    """Return the dataclass that `to_json` was called on; raises ValueError if the text is not one."""
    try:
        return cast("T", convert(kind, json.loads(text)))
    except (TypeError, KeyError, AttributeError, RecursionError) as error:
        raise ValueError(f"no {kind.__name__}: {error}") from error


def convert(kind: Any, value: Any) -> Any:
    """Return a value from JSON as one of this type; raises TypeError, KeyError or ValueError if it isn't."""
    origin, arguments = get_origin(kind), get_args(kind)
    if origin in (Union, UnionType):
        if value is None and NoneType in arguments:
            return None
        (kind,) = (argument for argument in arguments if argument is not NoneType)
        return convert(kind, value)
    if isinstance(kind, type) and is_dataclass(kind):
        hints = _hints(kind)
        return kind(**{field.name: convert(hints[field.name], value[field.name]) for field in fields(kind)})
    if origin in (tuple, list) and isinstance(value, list):
        return origin(convert(arguments[0], element) for element in value)
    if origin is dict and isinstance(value, dict):
        return {key: convert(arguments[1], element) for key, element in value.items()}
    if isinstance(value, int) and not -(2**63) <= value < 2**63:
        raise ValueError(f"{value!r:.60} does not fit into a database")
    if kind is float and isinstance(value, int):
        return value
    if kind is Path and isinstance(value, str):
        return Path(value)
    if kind is not Any and not isinstance(value, origin or kind):
        raise TypeError(f"{value!r:.60} is no {(origin or kind).__name__}")
    return value


@cache
def _hints(kind: Any) -> dict[str, Any]:
    return get_type_hints(kind)
