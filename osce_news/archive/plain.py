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
        return cast("T", _made(kind, json.loads(text)))
    except (TypeError, KeyError, AttributeError, RecursionError) as error:
        raise ValueError(f"no {kind.__name__}: {error}") from error


def _made(kind: Any, value: Any) -> Any:
    origin, arguments = get_origin(kind), get_args(kind)
    if origin in (Union, UnionType):
        if value is None and NoneType in arguments:
            return None
        (kind,) = (one for one in arguments if one is not NoneType)
        return _made(kind, value)
    if isinstance(kind, type) and is_dataclass(kind):
        hints = _hints(kind)
        return kind(**{one.name: _made(hints[one.name], value[one.name]) for one in fields(kind)})
    if origin is tuple:
        return tuple(_made(arguments[0], one) for one in value)
    if origin is list:
        return [_made(arguments[0], one) for one in value]
    if isinstance(kind, type) and not isinstance(value, kind):
        raise TypeError(f"{value!r:.60} is no {kind.__name__}")
    return value


@cache
def _hints(kind: Any) -> dict[str, Any]:
    from osce_news.pages.article import RawArticle

    return get_type_hints(
        kind, localns={"RawArticle": RawArticle}
    )  # items.py names it for type checkers only
