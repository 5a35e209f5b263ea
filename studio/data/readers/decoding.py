"""Which encoding a text file has: bytes -> text, strictly; a guess is always noted."""

import codecs
from dataclasses import dataclass
from pathlib import Path

from charset_normalizer import from_bytes

from studio.core.errors import Refused
from studio.core.report import Issue
from studio.data.tables import file_note

SAMPLE_BYTES = 256 * 1024
MOST_CONTROL_SHARE = 0.3
MOST_CONTROL_SHARE_OF_A_GUESS = 0.01
"""Text with more control characters is none; a guessed encoding must fit better than a known one."""

_MARKS = (
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


@dataclass(frozen=True, slots=True)
class Decoding:
    """`encoding` decodes the whole file without an error; `notes` hold the guess, if it was one."""

    encoding: str
    notes: tuple[Issue, ...] = ()


def find_encoding(path: Path) -> Decoding:
    """Return the encoding of a text file. Raises Refused where the file is not text."""
    with path.open("rb") as file:
        sample = file.read(SAMPLE_BYTES)
    encoding = marked_encoding(sample)
    if encoding is None and b"\0" not in sample and _first_error(path, "utf-8") is None:
        encoding = "utf-8"
    if encoding is None:
        return _guess(path, sample)
    error = _first_error(path, encoding)
    if error is not None:
        raise Refused(
            f"The text is broken near byte {error:,}: it is not the {encoding.upper()} it begins with.",
            "Save the file again as UTF-8.",
        )
    _refuse_control_characters(sample, encoding, MOST_CONTROL_SHARE)
    return Decoding(encoding)


def marked_encoding(head: bytes) -> str | None:
    """Return the encoding that a byte order mark, or the zeros of unmarked UTF-16, give away."""
    for mark, encoding in _MARKS:
        if head.startswith(mark):
            return encoding
    even, odd = head[0:4000:2].count(0), head[1:4000:2].count(0)
    letters = len(head[:4000]) // 2
    if letters and odd > letters * 0.4 and even < letters * 0.05:
        return "utf-16-le"
    if letters and even > letters * 0.4 and odd < letters * 0.05:
        return "utf-16-be"
    return None


def decode_head(head: bytes) -> str:
    """Return the beginning of a file as text good enough to recognise it by."""
    return head.decode(marked_encoding(head) or "utf-8", errors="replace")


def _guess(path: Path, sample: bytes) -> Decoding:
    at = _first_error(path, "utf-8")
    if at is not None and at > len(sample):
        with path.open("rb") as file:
            file.seek(max(0, at - SAMPLE_BYTES // 2))
            sample = file.read(SAMPLE_BYTES)
    found = [] if b"\0" in sample else list(from_bytes(sample))
    # The Western code page where it fits as well as any: short texts fit several, and it is the common one.
    found.sort(key=lambda match: (match.chaos, -match.coherence, match.encoding != "cp1252"))
    for match in found:
        if _first_error(path, match.encoding) is None:
            _refuse_control_characters(sample, match.encoding, MOST_CONTROL_SHARE_OF_A_GUESS)
            note = file_note(
                "encoding",
                f"The text is not UTF-8; it was read as {match.encoding}, which is a guess.",
                "Look at the special letters in the preview; if they are wrong, save the file as UTF-8.",
            )
            return Decoding(match.encoding, (note,))
    raise _not_text()


def _first_error(path: Path, encoding: str) -> int | None:
    """Return about where the file stops being text of this encoding; None where it never does."""
    decoder = codecs.getincrementaldecoder(encoding)(errors="strict")
    done = 0
    with path.open("rb") as file:
        try:
            while chunk := file.read(1024**2):
                decoder.decode(chunk)
                done += len(chunk)
            decoder.decode(b"", final=True)
        except UnicodeError as error:
            return done + getattr(error, "start", 0)
    return None


def _refuse_control_characters(sample: bytes, encoding: str, most: float) -> None:
    text = sample.decode(encoding, errors="replace")[: SAMPLE_BYTES // 4]
    if sum(letter < " " and letter not in "\t\n\r\f\v" for letter in text) > len(text) * most:
        raise _not_text()


def _not_text() -> Refused:
    return Refused(
        "The file is not text that can be read, and no kind of table that is known.",
        "Choose a table: CSV, TSV, JSON, JSONL, Parquet or Excel.",
    )
