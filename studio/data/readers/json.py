"""JSON files -> rows: a list of objects, a table by columns, or either of them under one key."""

import json
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from studio.core.errors import Refused
from studio.core.report import Issue
from studio.data.readers.decoding import decode_head, find_encoding
from studio.data.readers.objects import column_names, decode_object, object_row
from studio.data.tables import Table, file_note

TITLE = "JSON"
ENDINGS = (".json",)
FILE_TYPES = ("json",)

LINES_TRIED = 20
_HINT = "A list of objects works: [{“question”: …, “answer”: …}, …]."
_SPACE = re.compile(r"[ \t\n\r\ufeff]*")


def recognises(head: bytes, name: str) -> bool:
    """A list, or an object that is not one of many lines with an object each (that is JSONL)."""
    text = decode_head(head).lstrip("\ufeff \t\r\n")
    if not text.startswith("{"):
        return text.startswith("[")
    lines = text.split("\n")
    named_lines = name.lower().endswith((".jsonl", ".ndjson"))
    objects = [line for line in lines[:LINES_TRIED] if line.startswith("{") and _is_object(line)]
    if not objects:
        # One object printed over many lines; or a first line too long to judge by.
        return len(lines) > 1 or not named_lines
    if named_lines or any(line.strip() for line in lines[1:]):
        return False
    # One object on one line can be a table or a row; the name breaks the tie.
    return name.lower().endswith(ENDINGS) or _holds_table(json.loads(objects[0]))


def read(path: Path) -> Table:
    """Open the table. Raises Refused with the place where the JSON breaks off."""
    decoding = find_encoding(path)
    text = path.read_text(encoding=decoding.encoding)
    values = list(_values(text))
    items, notes = _items(values)
    rows = [object_row(number, item) for number, item in enumerate(items, 1)]
    if not rows:
        raise Refused("The file holds no rows.", _HINT)
    if all(row.problem for row in rows):
        raise Refused(f"No row of the file can be read; the first: {rows[0].problem}", _HINT)
    return Table("json", column_names(rows), iter(rows), (*decoding.notes, *notes))


def _values(text: str) -> Iterator[Any]:
    """Yield the values of the file: one, or several printed one behind the other."""
    at = _SPACE.match(text).end()
    while at < len(text):
        try:
            value, at = decode_object(text, at)
        except json.JSONDecodeError as error:
            raise Refused(
                f"The JSON is broken in line {error.lineno}, column {error.colno}: {error.msg}.",
                "Correct it there, or save the data again.",
            ) from error
        except RecursionError as error:
            raise Refused("The JSON is nested too deeply to be a table.", _HINT) from error
        yield value
        at = _SPACE.match(text, at).end()


def _items(values: list[Any]) -> tuple[Iterable[Any], tuple[Issue, ...]]:
    if not values:
        raise Refused("The file holds no rows.", _HINT)
    if len(values) > 1:
        return values, ()
    value = values[0]
    if isinstance(value, list):
        return value, ()
    if isinstance(value, dict):
        return _object_items(value)
    raise Refused(f"The file holds one {_kind(value)}, not a table.", _HINT)


def _object_items(value: dict[str, Any]) -> tuple[Iterable[Any], tuple[Issue, ...]]:
    wrapped = _wrapped(value)
    if len(wrapped) > 1:
        raise Refused(f"The file holds several tables: {', '.join(wrapped)}.", "Keep one of them.")
    if wrapped:
        note = file_note("wrapped", f"The rows were found under the key “{wrapped[0]}”.", "Nothing to do.")
        return value[wrapped[0]], (note,)
    if not _holds_table(value):
        return [value], ()
    return (_by_columns(value) if isinstance(next(iter(value.values())), list) else _by_labels(value)), ()


def _holds_table(value: dict[str, Any]) -> bool:
    """Return whether an object is a table, not a row: rows under a key, or cells for each column."""
    chat = any(isinstance(turns, list) and _is_turn(turns[:1]) for turns in value.values())
    kinds = {type(column) for column in value.values()}
    return not chat and (bool(_wrapped(value)) or kinds in ({list}, {dict}))


def _wrapped(value: dict[str, Any]) -> list[str]:
    """Return the keys that hold a list of objects, other than a chat's own turns."""
    keys = [key for key, rows in value.items() if isinstance(rows, list) and rows]
    return [key for key in keys if isinstance(value[key][0], dict) and not _is_turn(value[key][:1])]


def _is_turn(first: list[Any]) -> bool:
    return bool(first) and isinstance(first[0], dict) and bool({"role", "from"} & set(first[0]))


def _is_object(line: str) -> bool:
    try:
        return isinstance(json.loads(line), dict)
    except (ValueError, RecursionError):
        return False


def _by_columns(value: dict[str, list[Any]]) -> list[dict[str, Any]]:
    lengths = {name: len(column) for name, column in value.items()}
    if len(set(lengths.values())) > 1:
        told = ", ".join(f"{name} {length}" for name, length in list(lengths.items())[:5])
        raise Refused(
            f"The columns are not equally long: {told}.", "Make them so; which rows fit is unknown."
        )
    return [dict(zip(value, cells, strict=True)) for cells in zip(*value.values(), strict=True)]


def _by_labels(value: dict[str, dict[str, Any]]) -> list[dict[str, Any]]:
    """Turn columns of labelled cells (as pandas writes them) into rows; a missing cell is left out."""
    labels = dict.fromkeys(label for column in value.values() for label in column)
    return [{name: column[label] for name, column in value.items() if label in column} for label in labels]


def _kind(value: Any) -> str:
    names = {str: "text", bool: "yes or no", int: "number", float: "number", type(None): "null"}
    return names[type(value)]
