"""PDF documents -> one row for each page with text on it, in one column; a row's number is its page."""

import logging
from collections.abc import Iterator
from itertools import chain
from pathlib import Path

import pypdf

from studio.core.errors import Refused
from studio.data.readers.decoding import is_writable
from studio.data.readers.upload import Upload
from studio.data.tables import SourceRow, Table

TITLE = "PDF"
ENDINGS = (".pdf",)
FILE_TYPES = ("pdf",)

COLUMN = "text"
MOST_SIGNS = 500_000
"""Words of the page's drawing. A dense page has 50,000; a trap of 700 bytes has millions and takes 400 MB."""
MOST_BYTES = 10_000_000
"""Of a page's drawing, unpacked: as much text as ten long books."""
LIMITS = {
    "stream_parsing_work_maximum_count": MOST_SIGNS,
    "zlib_maximum_output_length": MOST_BYTES,
    "jbig2dec_binary": None,  # a program that pypdf would look for, to read pictures
}
_SEARCHED_BYTES = 1024
"""A PDF may have a few bytes before its mark; readers look that far for it."""


def recognises(upload: Upload) -> bool:
    """Only under its own ending: a PDF named as a table is no table, and is refused."""
    return upload.ending in ENDINGS and b"%PDF-" in upload.head[:_SEARCHED_BYTES]


def read(path: Path) -> Table:
    """Open the document. Raises Refused where it is damaged, locked, or only pictures of pages."""
    # Its remarks on odd files are for programmers; what matters to the user is said by the rows.
    logging.getLogger("pypdf").setLevel(logging.CRITICAL)
    rows = _rows(_opened(path))
    skipped: list[SourceRow] = []
    for row in rows:
        if not row.problem and row.cells[COLUMN].strip():
            return Table("pdf", (COLUMN,), chain(skipped, (row,), rows))
        skipped.append(row)
    if any(row.problem for row in skipped):
        raise _damaged()
    raise Refused(
        "The PDF holds pictures of pages and no text.",
        "Recognise its text first (OCR), and save that as PDF or text.",
    )


def _opened(path: Path) -> pypdf.PdfReader:
    try:
        reader = pypdf.PdfReader(path)
        if reader.is_encrypted and not reader.decrypt(""):
            raise _locked()
        if len(reader.pages) == 0:
            raise Refused("The PDF has no pages.", "Choose another file.")
    except Refused:
        raise
    except pypdf.errors.DependencyError as error:
        raise _locked() from error
    except Exception as error:  # broken files raise anything here, as pypdf's own documentation says
        raise _damaged() from error
    return reader


def _rows(reader: pypdf.PdfReader) -> Iterator[SourceRow]:
    for at in range(len(reader.pages)):
        try:
            with pypdf.apply_configuration(**LIMITS):
                text = reader.pages[at].extract_text()
        except pypdf.errors.LimitReachedError:
            yield SourceRow(at + 1, {}, "The page unpacks to more than any page of text holds.")
            continue
        except Exception as error:  # as above; one broken page does not spoil the others
            problem = f"The page cannot be read ({type(error).__name__})."
            yield SourceRow(at + 1, {}, problem)
            continue
        # A font without a table of its letters gives half characters.
        broken = "" if is_writable(text) else "The page holds letters that cannot be told."
        yield SourceRow(at + 1, {} if broken else {COLUMN: text}, broken)
    reader.close()


def _locked() -> Refused:
    return Refused("The PDF is encrypted.", "Save or print it into a new PDF without a password.")


def _damaged() -> Refused:
    return Refused("The PDF is damaged.", "Save or download it again, or save its text as .txt.")
