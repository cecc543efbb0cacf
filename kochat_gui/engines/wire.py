"""Dataclasses to plain JSON data and back, checked against their field types.

Both ends distrust each other: whatever does not fit the types exactly is a ``ProtocolError``.
"""

import dataclasses
import functools
import math
import types
import typing
from collections.abc import Mapping
from enum import Enum
from pathlib import Path
from typing import Any, TypeVar, Union

T = TypeVar("T")

MAX_INTEGER = 2**63 - 1


class ProtocolError(Exception):
    """The other side sent what the protocol does not allow; never shown to a person as it is."""


def to_plain(value: object) -> Any:
    """Plain data of a dataclass, enum, path, tuple, or of plain data itself."""
    match value:
        case Enum():
            return value.value
        case Path():
            return str(value)
        case tuple() | list():
            return [to_plain(item) for item in value]
        case None | bool() | int() | float() | str():
            return value
        case _ if dataclasses.is_dataclass(value):
            return {f.name: to_plain(getattr(value, f.name)) for f in dataclasses.fields(value)}
    raise TypeError(f"{type(value).__name__} cannot be sent")


def from_plain(kind: type[T], plain: object) -> T:
    """Build a ``kind`` (a dataclass) out of untrusted data; raises ``ProtocolError``."""
    return typing.cast("T", _read(kind, plain, kind.__name__))


def _read(kind: Any, plain: object, where: str) -> object:
    origin = typing.get_origin(kind)
    if origin in {Union, types.UnionType}:
        return _read_optional(kind, plain, where)
    if origin is tuple:
        return _read_tuple(typing.get_args(kind), plain, where)
    if isinstance(kind, type):
        if issubclass(kind, Enum):
            return _read_enum(kind, plain, where)
        if dataclasses.is_dataclass(kind):
            return _read_dataclass(kind, plain, where)
        if issubclass(kind, tuple):  # a named one
            types_of_items = tuple(typing.get_type_hints(kind).values())
            build = typing.cast("Any", kind)
            return typing.cast("object", build(*_read_tuple(types_of_items, plain, where)))
    return _read_scalar(kind, plain, where)


def _read_optional(kind: Any, plain: object, where: str) -> object:
    options = [option for option in typing.get_args(kind) if option is not type(None)]
    if len(options) != 1:
        raise TypeError(f"{where}: only unions with None can be sent")
    return None if plain is None else _read(options[0], plain, where)


def _read_tuple(args: tuple[Any, ...], plain: object, where: str) -> tuple[object, ...]:
    if not isinstance(plain, list):
        raise ProtocolError(f"{where}: not a list")
    if len(args) == 2 and args[1] is Ellipsis:
        return tuple(_read(args[0], item, where) for item in plain)
    if len(plain) != len(args):
        raise ProtocolError(f"{where}: wrong number of items")
    return tuple(_read(arg, item, where) for arg, item in zip(args, plain, strict=True))


def _read_enum(kind: type[Enum], plain: object, where: str) -> Enum:
    try:
        return kind(plain)
    except (ValueError, TypeError) as error:
        raise ProtocolError(f"{where}: no such {kind.__name__}") from error


def _read_dataclass(kind: type, plain: object, where: str) -> object:
    if not isinstance(plain, Mapping):
        raise ProtocolError(f"{where}: not an object")
    field_types = _field_types(kind)
    if plain.keys() != field_types.keys():
        raise ProtocolError(f"{where}: fields missing or unknown")
    return kind(**{n: _read(t, plain[n], f"{where}.{n}") for n, t in field_types.items()})


def _read_scalar(kind: Any, plain: object, where: str) -> object:
    if kind is bool and isinstance(plain, bool):
        return plain
    if kind is str and isinstance(plain, str):
        return plain
    if kind is Path and isinstance(plain, str) and "\0" not in plain:
        return Path(plain)
    if kind in {int, float} and isinstance(plain, int) and not isinstance(plain, bool):
        if abs(plain) <= MAX_INTEGER:
            return kind(plain)
    elif kind is float and isinstance(plain, float) and math.isfinite(plain):
        return plain
    raise ProtocolError(f"{where}: not a valid {getattr(kind, '__name__', kind)}")


@functools.cache
def _field_types(kind: type) -> dict[str, Any]:
    """Types of the fields; string annotations are looked up in the module of ``kind``."""
    hints = typing.get_type_hints(kind)
    return {field.name: hints[field.name] for field in dataclasses.fields(kind)}
