"""JSONL files -> rows: one object a line; a broken line is set aside and the rest is used."""

import json
import re
from collections.abc import Iterator
from itertools import chain, islice
from pathlib import Path
from typing import TextIO

from studio.core.errors import Refused
from studio.data.readers.decoding import Decoding, find_encoding, open_text
from studio.data.readers.json import begins_lines
from studio.data.readers.objects import Decoder, column_names, is_too_deep, object_row, reason
from studio.data.readers.text import ENDINGS as RUNNING_TEXT
from studio.data.readers.upload import Upload
from studio.data.tables import COLUMNS_SEEN_IN, RAW_LETTERS, SourceRow, Table

TITLE = "JSONL"
ENDINGS = (".jsonl", ".ndjson")
FILE_TYPES = ("jsonl",)

LONGEST_LINE = 32 * 1024**2
_OBJECT = re.compile(r"""\{\s*["'}]""")
_OBJECT_BELOW = re.compile(r"""\n[ \t]*\{\s*["'}]""")


def recognises(upload: Upload) -> bool:
    """An object on the first line, or on a later one of a file that is called so or begins with a list.

    `json` has taken lists and the objects that are printed over several lines.
    """
    if upload.text.startswith("[") and begins_lines(upload.text):
        return True
    if upload.ending in ENDINGS and (upload.text[:1] in ('"', "[") or _OBJECT_BELOW.search(upload.text)):
        return True
    if upload.ending in RUNNING_TEXT:
        return bool(_OBJECT.match(upload.text))
    return upload.text.startswith("{")


def read(path: Path) -> Table:
    """Open the table. Raises Refused where none of the first rows can be read."""
    decoding = find_encoding(path)
    rows = _rows(path, decoding)
    first = list(islice(rows, COLUMNS_SEEN_IN))
    if not first:
        raise Refused("The file holds nothing but empty lines.", "Choose a file with one object a line.")
    if all(row.problem for row in first):
        raise Refused(
            f"No row of the file can be read; line {first[0].number}: {first[0].problem}",
            "Write one JSON object a line: {“question”: …, “answer”: …}.",
        )
    return Table("jsonl", column_names(first), chain(first, rows), decoding.notes)


def _rows(path: Path, decoding: Decoding) -> Iterator[SourceRow]:
    decoder = Decoder()
    # Only "\n" ends a line here: JSON text may hold the other separators of Unicode as they are.
    with open_text(path, decoding, newline="\n") as file:
        number = 0
        while line := file.readline(LONGEST_LINE):
            number += 1
            if len(line) == LONGEST_LINE and not line.endswith("\n"):
                _skip_line(file)
                yield SourceRow(number, {}, f"The line is longer than {LONGEST_LINE:,} letters.")
                continue
            text = line.strip(" \t\r\n\ufeff")
            if text:
                yield _row(number, text, decoder)


def _skip_line(file: TextIO) -> None:
    while (rest := file.readline(LONGEST_LINE)) and not rest.endswith("\n"):
        pass


def _row(number: int, text: str, decoder: Decoder) -> SourceRow:
    try:
        item, end = decoder.decode(text)
    except json.JSONDecodeError as error:
        place = error.pos + 1
        problem = f"The JSON is broken at letter {place}: {reason(text, error)}."
        return SourceRow(number, {}, problem, text[:RAW_LETTERS])
    except RecursionError:
        return SourceRow(number, {}, "The JSON is nested too deeply.")
    if text[end:].strip():
        return SourceRow(number, {}, f"Something stands behind the object, at letter {end + 1}.")
    if is_too_deep(item, 0):
        return SourceRow(number, {}, "The JSON is nested too deeply.")
    return object_row(number, item, decoder.repeated)
