"""A dataclass from what JSON holds: every field of the type it declares, or a TypeError that names the field.

Files outlive the code that wrote them; what reads them must not fail later and elsewhere.
"""

import sys
from collections.abc import Callable, Mapping
from dataclasses import MISSING, fields
from functools import cache
from types import UnionType
from typing import Any, Literal, TypeVar, Union, get_args, get_origin, get_type_hints

Value = TypeVar("Value")
Check = Callable[[Any], bool]
LARGEST = sys.float_info.max


def shaped(kind: type[Value], document: Mapping[str, Any]) -> Value:
    """Return the dataclass. Raises TypeError where an entry is missing, unknown or of another type."""
    if not isinstance(document, Mapping):
        raise TypeError(f"a {kind.__name__} is no {type(document).__name__}")
    checks, needed = _declared(kind)
    if missing := needed - document.keys():
        raise TypeError(f"{min(missing)!r} is missing")
    for name, value in document.items():
        if name not in checks:
            raise TypeError(f"{name!r} is not known")
        if not checks[name](value):
            raise TypeError(f"{name!r} cannot be {value!r:.40}")
    return kind(**document)


@cache
def _declared(kind: type) -> tuple[Mapping[str, Check], frozenset[str]]:
    """Return the check of each field, and the names of those without a default."""
    hints = get_type_hints(kind)
    own = [each for each in fields(kind) if each.init]
    needed = (each.name for each in own if each.default is MISSING and each.default_factory is MISSING)
    return {each.name: _check(hints[each.name]) for each in own}, frozenset(needed)


def _check(hint: Any) -> Check:
    """Return what tells values of a declared type; `float` takes whole numbers and nothing infinite."""
    origin, inner = get_origin(hint), get_args(hint)
    if hint is Any:
        return lambda value: True
    if origin in (Union, UnionType):
        parts = [_check(each) for each in inner]
        return lambda value: any(fits(value) for fits in parts)
    if origin is Literal:
        return lambda value: value in inner
    if origin is tuple:
        part = _check(inner[0])
        return lambda value: isinstance(value, tuple) and all(map(part, value))
    if origin is Mapping:
        key, part = map(_check, inner)
        return lambda value: (
            isinstance(value, dict) and all(map(key, value)) and all(map(part, value.values()))
        )
    if hint is float:
        return lambda value: type(value) in (int, float) and abs(value) <= LARGEST
    if hint is int:
        return lambda value: type(value) is int
    return lambda value: isinstance(value, origin or hint)
