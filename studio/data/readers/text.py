"""Text and Markdown files -> one row for each paragraph, in one column; a row's number is its first line."""

import re
from collections.abc import Iterator
from pathlib import Path

from studio.core.errors import Refused
from studio.data.readers.decoding import Decoding, find_encoding, is_writable, open_text
from studio.data.readers.header import header_evidence
from studio.data.readers.layout import DELIMITERS, find_layout
from studio.data.readers.upload import Upload
from studio.data.tables import MOST_CELL_CHARACTERS, SourceRow, Table, file_note

TITLE = "Text or Markdown"
ENDINGS = (".txt", ".text", ".md", ".markdown")
FILE_TYPES = ("text", "csv", "tsv")
"""A file with such a name may well hold a table, and is read as one."""

COLUMN = "text"
SAMPLE_CHARACTERS = 64 * 1024
LEAST_SHARE = 0.9
_GAP = re.compile(r"\S[^\n\r]*(?:\r\n|\r|\n)[ \t]*(?:\r\n|\r|\n)[ \t]*\S?")


def recognises(upload: Upload) -> bool:
    """Only a file named as text can be it, and it is none where it holds a table."""
    return upload.ending in ENDINGS and not _is_table(upload.text[:SAMPLE_CHARACTERS])


def _is_table(sample: str) -> bool:
    """Return whether nearly all lines are cut alike, under names or by what prose does not hold."""
    layout = find_layout(sample)
    if layout.dialect.delimiter not in DELIMITERS or layout.fit < LEAST_SHARE or layout.width < 2:
        return False
    if layout.comments or (layout.titles and layout.dialect.delimiter not in "\t;"):
        return False  # a heading of Markdown, and lists or a table of it below
    if header_evidence(layout.header or (), ()) > 0:
        return True
    delimiter = layout.dialect.delimiter
    rows = [line for line in sample.splitlines() if delimiter in line]
    return delimiter in "\t;|" and layout.fit == 1.0 and len(rows) > 2 and sample[0] not in "#|"


def read(path: Path) -> Table:
    """Open the text. Raises Refused where it is blank."""
    decoding = find_encoding(path)
    with open_text(path, decoding) as file:
        has_gaps = _GAP.search(file.read(SAMPLE_CHARACTERS)) is not None
    rows = _paragraphs(path, decoding) if has_gaps else _lines(path, decoding)
    first = next(rows, None)
    if first is None:
        raise Refused("The file holds nothing but empty lines.", "Choose a file with text in it.")
    note = file_note(
        "paragraphs", "The text has no empty lines; every line is a row.", "Nothing to do if that is meant."
    )
    return Table("text", (COLUMN,), _chain(first, rows), (*decoding.notes, *(() if has_gaps else (note,))))


def _paragraphs(path: Path, decoding: Decoding) -> Iterator[SourceRow]:
    """Yield what stands between empty lines; what grows beyond a cell is ended there and set aside."""
    number, letters = 0, 0
    paragraph: list[str] = []
    for at, line in _pieces(path, decoding):
        if line.strip():
            number = number if paragraph else at
            if letters <= MOST_CELL_CHARACTERS:
                paragraph.append(line)
                letters += len(line)
        elif paragraph:
            yield _row(number, "".join(paragraph))
            paragraph, letters = [], 0
    if paragraph:
        yield _row(number, "".join(paragraph))


def _lines(path: Path, decoding: Decoding) -> Iterator[SourceRow]:
    return (_row(at, line) for at, line in _pieces(path, decoding) if line.strip())


def _pieces(path: Path, decoding: Decoding) -> Iterator[tuple[int, str]]:
    """Yield lines with their number; of a line longer than a cell, enough to know it by, and no more."""
    with open_text(path, decoding) as file:
        number, is_new = 0, True
        while line := file.readline(MOST_CELL_CHARACTERS + 1):
            number += is_new
            if is_new:
                yield number, line
            is_new = line.endswith(("\n", "\r"))


def _row(number: int, text: str) -> SourceRow:
    if not is_writable(text):
        return SourceRow(number, {}, "The text holds bytes that are no letters of UTF-8.")
    return SourceRow(number, {COLUMN: text.strip("\r\n")})


def _chain(first: SourceRow, rows: Iterator[SourceRow]) -> Iterator[SourceRow]:
    yield first
    yield from rows
