"""JSONL files -> rows: one object a line; a broken line is set aside and the rest is used."""

import json
from collections.abc import Iterator
from itertools import chain, islice
from pathlib import Path

from studio.core.errors import Refused
from studio.data.readers.decoding import decode_head, find_encoding
from studio.data.readers.objects import column_names, decode_object, object_row
from studio.data.tables import COLUMNS_SEEN_IN, SourceRow, Table

TITLE = "JSONL"
ENDINGS = (".jsonl", ".ndjson")
FILE_TYPES = ("jsonl",)


def recognises(head: bytes, name: str) -> bool:
    """An object on the first line; `json` has taken the objects printed over several lines."""
    text = decode_head(head).lstrip("\ufeff \t\r\n")
    return text.startswith("{") or (name.lower().endswith(ENDINGS) and text[:1] in '"[')


def read(path: Path) -> Table:
    """Open the table. Raises Refused where none of the first rows can be read."""
    decoding = find_encoding(path)
    rows = _rows(path, decoding.encoding)
    first = list(islice(rows, COLUMNS_SEEN_IN))
    if not first:
        raise Refused("The file holds nothing but empty lines.", "Choose a file with one object a line.")
    if all(row.problem for row in first):
        raise Refused(
            f"No row of the file can be read; line {first[0].number}: {first[0].problem}",
            "Write one JSON object a line: {“question”: …, “answer”: …}.",
        )
    return Table("jsonl", column_names(first), chain(first, rows), decoding.notes)


def _rows(path: Path, encoding: str) -> Iterator[SourceRow]:
    # Only "\n" ends a line here: JSON text may hold the other separators of Unicode as they are.
    with path.open(encoding=encoding, newline="\n") as file:
        for number, line in enumerate(file, 1):
            text = line.strip(" \t\r\n\ufeff")
            if text:
                yield _row(number, text)


def _row(number: int, text: str) -> SourceRow:
    try:
        item, end = decode_object(text)
    except json.JSONDecodeError as error:
        return SourceRow(number, {}, f"The JSON is broken at letter {error.pos + 1}: {error.msg}.")
    except RecursionError:
        return SourceRow(number, {}, "The JSON is nested too deeply.")
    if text[end:].strip():
        return SourceRow(number, {}, f"Something stands behind the object, at letter {end + 1}.")
    return object_row(number, item)
