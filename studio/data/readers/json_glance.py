"""The first rows of a JSON file from its head; where it stands in columns, from the head of each column."""

import json
import mmap
import re
from collections.abc import Iterator
from dataclasses import replace
from itertools import chain, islice
from pathlib import Path

from studio.core.errors import Refused, StudioError
from studio.data.readers.decoding import Decoding, find_encoding
from studio.data.readers.json import rows_of_list, rows_of_object
from studio.data.readers.json_shapes import is_turn
from studio.data.readers.json_text import JsonText
from studio.data.readers.objects import column_names, object_row, unfolded
from studio.data.tables import COLUMNS_SEEN_IN, SourceRow, Table

_NAME = rb'\s*,\s*("(?:[^"\\\n]|\\.){1,400}")\s*:\s*'
_NEXT_COLUMN = {
    "[": re.compile(rb"\]" + _NAME + rb"(?=\[)"),
    "{": re.compile(rb"\}" + _NAME + rb"(?=\{)"),
}
"""Each begins with one certain letter: such patterns go through 2 GB in a second."""
_BYTEWISE = {"utf-8", "utf-8-sig"}


def read(head: Path, whole: Path | None) -> Table | None:
    """Return the first rows; None where they cannot be told from the head.

    `whole` is the file that the head was cut from; None where it is still packed.
    """
    decoding = find_encoding(head)
    text = JsonText(head, decoding)
    rows: Iterator[SourceRow] | None
    if text.peek() == "[":
        rows = rows_of_list(text)
    elif _ends_within(head, decoding):
        text.close()
        rows, _ = rows_of_object(head, decoding)
    else:
        text.close()
        rows = _rows_of_open_object(head, decoding, whole)
    if rows is None:
        return None
    first = list(_until_torn(islice(rows, COLUMNS_SEEN_IN + 1)))
    return Table("json", column_names(first), iter(first), decoding.notes)


def _until_torn(rows: Iterator[SourceRow]) -> Iterator[SourceRow]:
    """Yield the rows before the cut. What else may be wrong there is for the pass over the whole file."""
    try:
        yield from rows
    except (StudioError, UnicodeError):
        return


def _ends_within(head: Path, decoding: Decoding) -> bool:
    """Return whether the first object ends in the head: then it is a row, or a table that is all there."""
    text = JsonText(head, decoding)
    try:
        for _ in text.members():
            text.value(1)
    except Refused:
        return False
    finally:
        text.close()
    return True


def _rows_of_open_object(head: Path, decoding: Decoding, whole: Path | None) -> Iterator[SourceRow] | None:
    """Return the rows of the list under the first key that holds one, or those of columns."""
    text = JsonText(head, decoding)
    for name in text.members():
        letter = text.peek()
        if letter == "[":
            items = text.items(2)
            first = next(items, None)
            if isinstance(first, dict) and not is_turn(first):
                return _numbered(text, chain([first], items))
        if letter in "[{":
            text.close()
            if name.isdecimal():
                return None  # rows or columns: only the whole file tells
            return _rows_of_columns(whole, decoding, name, letter) if whole is not None else None
        text.value(1)
    return None


def _numbered(text: JsonText, items: Iterator[object]) -> Iterator[SourceRow]:
    for number, (item, repeated) in enumerate(unfolded(items, text), 1):
        yield object_row(number, item, repeated)


def _rows_of_columns(whole: Path, decoding: Decoding, first: str, bracket: str) -> Iterator[SourceRow] | None:
    """Return the rows of columns that stand one behind the other, each read from its own beginning."""
    if decoding.encoding not in _BYTEWISE or decoding.errors != "strict":
        return None
    places = [(first, 0), *_next_columns(whole, bracket)]
    texts = [JsonText(whole, replace(decoding, encoding="utf-8"), first_byte=byte) for _, byte in places]
    names = [name for name, _ in places]
    cells = [_cells(text, bracket, is_first=not byte) for text, (_, byte) in zip(texts, places, strict=True)]
    return (
        object_row(number, dict(zip(names, row, strict=True)))
        for number, row in enumerate(zip(*cells, strict=False), 1)
    )


def _next_columns(whole: Path, bracket: str) -> Iterator[tuple[str, int]]:
    """Yield name and first byte of what looks like a further column: `], "name": [`.

    The same could stand in a text: then the first findings are wrong, and the pass over the file is not.
    """
    with whole.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
        for found in _NEXT_COLUMN[bracket].finditer(content):
            try:
                name = json.loads(found[1])
            except json.JSONDecodeError as error:
                raise Refused("The name of a column is no JSON.", "Save the file again.") from error
            yield name, found.end()


def _cells(text: JsonText, bracket: str, *, is_first: bool) -> Iterator[object]:
    if is_first:
        next(text.members())
    if bracket == "[":
        yield from text.items(2)
        return
    for _ in text.members(2):
        yield text.value(2)
