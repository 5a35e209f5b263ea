"""JSON objects -> rows, for JSON and JSONL files alike."""

import json
import math
from collections.abc import Iterable
from typing import Any

from studio.data.readers.columns import shown
from studio.data.tables import COLUMNS_SEEN_IN, SourceRow

_MOST_DIGITS = 4000


class RepeatedKeyObject(dict[str, Any]):
    """An object that names one key twice: which of the values is meant, nobody can tell."""

    repeated: str


def decode_object(text: str, at: int = 0) -> tuple[Any, int]:
    """Return the JSON value at a place of the text and the place behind it.

    Raises json.JSONDecodeError, and RecursionError on absurd nesting.
    """
    return _DECODER.raw_decode(text, at)


def object_row(number: int, item: Any) -> SourceRow:
    """Return the row an object makes, or one that says why it makes none."""
    if isinstance(item, RepeatedKeyObject):
        return SourceRow(number, {}, f"The key {shown(item.repeated)} stands in it twice.")
    if not isinstance(item, dict):
        return SourceRow(number, {}, "It is not an object with named values.")
    for name in item:
        if not is_writable(name):
            return SourceRow(number, {}, f"The key {shown(name)} holds half a character.")
    return SourceRow(number, item)


def column_names(rows: Iterable[SourceRow]) -> tuple[str, ...]:
    """Return the names used in the first rows, in the order they appear."""
    seen: dict[str, None] = {}
    for at, row in enumerate(rows):
        if at == COLUMNS_SEEN_IN:
            break
        seen.update(dict.fromkeys(row.cells))
    return tuple(seen)


def is_writable(text: str) -> bool:
    """Return whether the text is whole Unicode; JSON can hold half of a surrogate pair, files cannot."""
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    value = dict(pairs)
    if len(value) == len(pairs):
        return value
    repeated = RepeatedKeyObject(value)
    names = [name for name, _ in pairs]
    repeated.repeated = next(name for at, name in enumerate(names) if name in names[:at])
    return repeated


def _integer(digits: str) -> int | float:
    # Python refuses to read numbers of more digits, which guards against slow parsing.
    return int(digits) if len(digits) <= _MOST_DIGITS else math.inf


_DECODER = json.JSONDecoder(object_pairs_hook=_object, parse_int=_integer)
