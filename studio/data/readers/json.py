"""JSON files -> rows: a list of objects, a table by columns, or either of them under one key."""

import json
import re
from collections.abc import Iterator
from itertools import chain, islice
from pathlib import Path

from studio.core.errors import Refused
from studio.data.readers.columns import check_columns
from studio.data.readers.decoding import Decoding, find_encoding
from studio.data.readers.json_shapes import (
    HINT,
    Member,
    check_lengths,
    holds_columns,
    holds_labelled_rows,
    members,
    rows_under,
)
from studio.data.readers.json_text import JsonText
from studio.data.readers.objects import column_names, object_row, unfolded
from studio.data.readers.text import ENDINGS as RUNNING_TEXT
from studio.data.readers.upload import Upload
from studio.data.tables import COLUMNS_SEEN_IN, SourceRow, Table, file_note

TITLE = "JSON"
ENDINGS = (".json",)
FILE_TYPES = ("json",)

LINES_TRIED = 20
_LINES = (".jsonl", ".ndjson")
_COMMENT = re.compile(r"(?:\s*(?://[^\n]*\n|/\*.*?\*/|#[^\n]*\n))+\s*(?=[\[{])", re.DOTALL)
_SCALAR = re.compile(r"(?:null|true|false|-?\d[\d.eE+-]*|\"[^\"\n]*\")\s*")
_LIST = re.compile(r"\[\s*(?:[\[{\"'\]/\-\d]|true|false|null|NaN|$)")
_OBJECT = re.compile(r"\{\s*(?:[\"'}/]|\w+\s*:|$)")


def recognises(upload: Upload) -> bool:
    """A list, or an object that is not one of many lines with an object each (that is JSONL)."""
    text = upload.text
    if _SCALAR.fullmatch(text) and upload.ending in ENDINGS:
        return True
    # A comment above the data: it is refused with its place. A line with # can also stand above a CSV table.
    if _COMMENT.match(text) and (text[0] == "/" or upload.ending in (*ENDINGS, *_LINES)):
        return upload.ending not in RUNNING_TEXT
    if text.startswith("["):
        if begins_lines(text):
            return False
        rows_inside = re.match(r"\[\s*\{", text)
        return bool(rows_inside if upload.ending in RUNNING_TEXT else _LIST.match(text))
    if upload.ending in RUNNING_TEXT and not re.match(r"\{\s*[\"'}]", text):
        return False
    return bool(_OBJECT.match(text)) and _is_one_object(text, upload.ending)


def begins_lines(text: str) -> bool:
    """Return whether a list is but the odd first line of a file with an object a line.

    Objects inside a list have commas between them, so two lines that are objects and nothing else are enough;
    one is, behind a list that ends in its line.
    """
    first, *lines = text.split("\n", LINES_TRIED)[:LINES_TRIED]
    objects = sum(line.startswith("{") and _object_end(line) == "" for line in lines)
    return objects > 1 or (objects == 1 and _value_end(first, list) == "")


def _is_one_object(text: str, ending: str) -> bool:
    lines = text.split("\n", LINES_TRIED)
    named_lines = ending in _LINES
    objects = [line for line in lines[:LINES_TRIED] if line.startswith("{") and _object_end(line) == ""]
    if not objects:
        # One object printed over many lines, several in one line, or a first line too long to judge by.
        return len(lines) > 1 or not named_lines or _object_end(lines[0]) is not None
    if named_lines or any(line.strip() for line in lines[1:]):
        return False
    # One object on one line can be a table or a row; the name breaks the tie.
    return ending in ENDINGS or _looks_like_table(objects[0])


def _object_end(line: str) -> str | None:
    """Return what stands behind the object that begins a line; None where none ends in it."""
    return _value_end(line, dict)


def _value_end(line: str, kind: type) -> str | None:
    try:
        value, end = json.JSONDecoder().raw_decode(line)
    except (ValueError, RecursionError):
        return None
    return line[end:].strip() if isinstance(value, kind) else None


def _looks_like_table(line: str) -> bool:
    value = json.loads(line)
    chat = any(isinstance(cells, list) and cells and _has_role(cells[0]) for cells in value.values())
    kinds = {type(cells) for cells in value.values()}
    rows = any(isinstance(cells, list) and cells and isinstance(cells[0], dict) for cells in value.values())
    return not chat and (rows or kinds in ({list}, {dict}))


def _has_role(item: object) -> bool:
    return isinstance(item, dict) and bool({"role", "from"} & set(item))


def read(path: Path) -> Table:
    """Open the table. Raises Refused with the place where the JSON breaks off."""
    decoding = find_encoding(path)
    text = JsonText(path, decoding)
    letter = text.peek()
    notes = decoding.notes
    if letter == "[":
        rows = rows_of_list(text)
    elif letter == "{":
        text.close()
        rows, note = rows_of_object(path, decoding)
        notes = (*notes, *note)
    else:
        text.value()
        raise Refused("The file holds a single value, not a table.", HINT)
    first = list(islice(rows, COLUMNS_SEEN_IN))
    if not first:
        raise Refused("The file holds no rows.", HINT)
    if all(row.problem for row in first):
        raise Refused(f"No row of the file can be read; the first: {first[0].problem}", HINT)
    return Table("json", column_names(first), chain(first, rows), notes)


def rows_of_list(text: JsonText) -> Iterator[SourceRow]:
    return _items(text, around=1, whole=True)


def rows_of_object(path: Path, decoding: Decoding) -> tuple[Iterator[SourceRow], tuple]:
    """Return the rows of a file that begins with an object, and what there is to say about them."""
    text = JsonText(path, decoding)
    found = members(text)
    alone = not text.peek()
    text.close()
    if not alone:
        return _values(JsonText(path, decoding)), ()
    turns = any(member.kind == "turns" for member in found)
    wrapped = () if turns else _wrapped(path, decoding, found)
    if wrapped:
        told = " in ".join(f"“{member.name}”" for member in reversed(wrapped))
        note = file_note("wrapped", f"The rows were found under the key {told}.", "Nothing to do.")
        text = JsonText(path, decoding, wrapped[-1].place)
        return _items(text, around=1 + len(wrapped), whole=False), (note,)
    if holds_labelled_rows(found):
        return _under_labels(JsonText(path, decoding)), ()
    if turns or not holds_columns(found):
        return _values(JsonText(path, decoding)), ()
    check_columns([member.name for member in found])
    check_lengths(found)
    return _by_columns(path, decoding, found), ()


def _wrapped(path: Path, decoding: Decoding, found: list[Member]) -> tuple[Member, ...]:
    """Return the member that holds the rows; behind the one it stands in, where the only object holds it."""
    rows = rows_under(found)
    if rows is not None:
        return (rows,)
    outer = [member for member in found if member.kind == "object"]
    if len(outer) != 1 or any(member.kind == "list" for member in found):
        return ()
    text = JsonText(path, decoding, outer[0].place)
    inner = rows_under(members(text))
    text.close()
    return (outer[0], inner) if inner is not None else ()


def _items(text: JsonText, *, around: int, whole: bool) -> Iterator[SourceRow]:
    for number, (item, repeated) in enumerate(unfolded(text.items(around), text), 1):
        yield object_row(number, item, repeated)
    if whole:
        text.end()
    text.close()


def _values(text: JsonText) -> Iterator[SourceRow]:
    for number, item in enumerate(text.values(), 1):
        yield object_row(number, item, text.repeated)
    text.close()


def _under_labels(text: JsonText) -> Iterator[SourceRow]:
    for number, _ in enumerate(text.members(), 1):
        item = text.value(1)
        yield object_row(number, item, text.repeated)
    text.close()


def _by_columns(path: Path, decoding: Decoding, found: list[Member]) -> Iterator[SourceRow]:
    """Go through all columns at once, each through a window of its own."""
    texts = [JsonText(path, decoding, member.place) for member in found]
    cells = [_cells(text, member) for text, member in zip(texts, found, strict=True)]
    names = [member.name for member in found]
    for number, row in enumerate(zip(*cells, strict=True), 1):
        repeated = next((text.repeated for text in texts if text.repeated is not None), None)
        yield object_row(number, dict(zip(names, row, strict=True)), repeated)
    for text in texts:
        text.close()


def _cells(text: JsonText, member: Member) -> Iterator[object]:
    if member.kind == "list":
        yield from text.items(2)
    else:
        for _ in text.members(2):
            yield text.value(2)
