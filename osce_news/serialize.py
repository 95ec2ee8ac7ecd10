"""Dataclasses as JSON and back, by their types, without loss."""

from __future__ import annotations

import json
from dataclasses import asdict, fields, is_dataclass
from functools import cache
from types import NoneType, UnionType
from typing import Any, TypeVar, Union, cast, get_args, get_origin, get_type_hints

T = TypeVar("T")


def to_json(value: object) -> str:
    """Return a dataclass as a JSON object; its fields are plain values, lists, tuples and dataclasses."""
    return json.dumps(asdict(value), ensure_ascii=False)  # type: ignore[call-overload]


def from_json(kind: type[T], text: str) -> T:
    """Return the dataclass that `to_json` was given; raises ValueError if the text is of another kind."""
    try:
        return cast("T", made(kind, json.loads(text)))
    except (TypeError, KeyError, AttributeError, RecursionError) as error:
        raise ValueError(f"no {kind.__name__}: {error}") from error


def made(kind: Any, value: Any) -> Any:
    """Return a value of JSON as one of this type; raises TypeError, KeyError or ValueError if it is none."""
    origin, arguments = get_origin(kind), get_args(kind)
    if origin in (Union, UnionType):
        if value is None and NoneType in arguments:
            return None
        (kind,) = (one for one in arguments if one is not NoneType)
        return made(kind, value)
    if isinstance(kind, type) and is_dataclass(kind):
        hints = _hints(kind)
        return kind(**{one.name: made(hints[one.name], value[one.name]) for one in fields(kind)})
    if origin in (tuple, list) and isinstance(value, list):
        return origin(made(arguments[0], one) for one in value)
    if origin is dict and isinstance(value, dict):
        return {key: made(arguments[1], one) for key, one in value.items()}
    if isinstance(value, int) and not -(2**63) <= value < 2**63:
        raise ValueError(f"{value!r:.60} is more than a database holds")
    if kind is float and isinstance(value, int):
        return value
    if kind is not Any and not isinstance(value, origin or kind):
        raise TypeError(f"{value!r:.60} is no {(origin or kind).__name__}")
    return value


@cache
def _hints(kind: Any) -> dict[str, Any]:
    from osce_news.pages.article import RawArticle

    return get_type_hints(
        kind, localns={"RawArticle": RawArticle}
    )  # items.py names it for type checkers only
