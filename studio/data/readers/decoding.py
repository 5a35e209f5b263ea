"""Which encoding a text file has: bytes -> text, strictly; a guess is always noted."""

import codecs
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

from charset_normalizer import from_bytes

from studio.core.errors import Refused
from studio.core.report import Issue
from studio.data.readers.code_pages import guess_code_page
from studio.data.readers.western import ENCODING as WESTERN
from studio.data.readers.western import is_western
from studio.data.tables import file_note

SAMPLE_BYTES = 256 * 1024
MOST_CONTROL_SHARE = 0.3
MOST_CONTROL_SHARE_OF_A_GUESS = 0.01
"""Text with more control characters is none; a guessed encoding must fit better than a known one."""
MOST_RARE_SHARE = 0.1
"""Letters beyond the first 65,536, of which text has few; other bytes read as UTF-32 are mostly such."""
MOST_NAMED = 3
MOST_BROKEN_SHARE = 0.1
"""Broken bytes for each letter beyond ASCII up to which a file is UTF-8 with some broken rows."""

_MARKS = (
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_SWITCHING, _SWITCH = "iso2022_jp_2", re.compile(rb"\x1b\$[@B][!-~]")
"""An encoding of seven bits, and how it turns to Japanese."""


@dataclass(frozen=True, slots=True)
class Decoding:
    """How a text file is decoded; `notes` hold the guess, if it was one.

    `errors` is `strict`, or `surrogateescape` where a few bytes are broken: the rows with such bytes hold
    half characters, by which `is_writable` knows them, and are set aside.
    """

    encoding: str
    notes: tuple[Issue, ...] = ()
    errors: str = "strict"


def open_text(path: Path, decoding: Decoding, newline: str = "") -> TextIO:
    """Open the file as text; line ends stay as they are."""
    return path.open(encoding=decoding.encoding, errors=decoding.errors, newline=newline)


def is_writable(text: str) -> bool:
    """Return whether the text is whole Unicode; JSON can hold half of a surrogate pair, files cannot."""
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True


def find_encoding(path: Path) -> Decoding:
    """Return the encoding of a text file. Raises Refused where the file is not text."""
    with path.open("rb") as file:
        sample = file.read(SAMPLE_BYTES)
    encoding = _byte_order_mark(sample)
    if encoding is not None:
        error = _first_error(path, encoding)
        if error is not None:
            raise Refused(
                f"The text is broken near byte {error:,}: it is not the {encoding.upper()} it begins with.",
                "Save the file again as UTF-8.",
            )
        _refuse_control_characters(sample, encoding, MOST_CONTROL_SHARE)
        return Decoding(encoding)
    guess = _guess_wide(path, sample) if b"\0" in sample else _guess_switching(path, sample)
    if guess is not None:
        return guess
    at = _first_error(path, "utf-8")
    if at is None:
        _refuse_control_characters(sample, "utf-8", MOST_CONTROL_SHARE)
        return Decoding("utf-8")
    if _is_mostly_utf8(path):
        _refuse_control_characters(sample, "utf-8", MOST_CONTROL_SHARE)
        return Decoding("utf-8", errors="surrogateescape")
    return _guess(path, sample, at)


def marked_encoding(head: bytes) -> str | None:
    """Return the encoding that a byte order mark gives away, or the zeros of UTF-16 and UTF-32."""
    return _byte_order_mark(head) or _unmarked_utf32(head) or _zeros_of_utf16(head)


def decode_head(head: bytes) -> str:
    """Return the beginning of a file as text good enough to recognise it by."""
    return head.decode(marked_encoding(head) or "utf-8", errors="replace")


def _byte_order_mark(head: bytes) -> str | None:
    return next((encoding for mark, encoding in _MARKS if head.startswith(mark)), None)


def _unmarked_utf32(head: bytes) -> str | None:
    """Return in which of its orders the head is UTF-32: hardly any other bytes are, by its many zeros."""
    start = head[:4000]
    start = start[: len(start) // 4 * 4]
    for encoding in ("utf-32-le", "utf-32-be") if b"\0" in start else ():
        try:
            text = start.decode(encoding)
        except UnicodeDecodeError:
            continue
        if text.strip("\0") and sum(letter > "\uffff" for letter in text) <= len(text) * MOST_RARE_SHARE:
            return encoding
    return None


def _zeros_of_utf16(head: bytes) -> str | None:
    even, odd = head[0:4000:2].count(0), head[1:4000:2].count(0)
    letters = len(head[:4000]) // 2
    if letters and odd > letters * 0.4 and even < letters * 0.05:
        return "utf-16-le"
    if letters and even > letters * 0.4 and odd < letters * 0.05:
        return "utf-16-be"
    return None


def _guess_wide(path: Path, sample: bytes) -> Decoding | None:
    """Take a text with zeros and no mark for UTF-16 or UTF-32 where it is written in one of their orders.

    None where the zeros are so few that they stand in a text of single bytes. Raises Refused for any other.
    """
    likely = _unmarked_utf32(sample) or _zeros_of_utf16(sample)
    most = MOST_CONTROL_SHARE if likely else MOST_CONTROL_SHARE_OF_A_GUESS
    for encoding in (likely,) if likely else ("utf-16-le", "utf-16-be"):
        if _first_error(path, encoding) is None and (likely or _is_assigned(sample, encoding)):
            _refuse_control_characters(sample, encoding, most)
            return Decoding(encoding, (_guess_note(encoding, "has no mark that says how it is written"),))
    is_stray = sample.count(b"\0") <= MOST_CONTROL_SHARE_OF_A_GUESS * len(sample)
    if is_stray and (_first_error(path, "utf-8") is None or _is_mostly_utf8(path)):
        return None
    raise _not_text()


def _guess_switching(path: Path, sample: bytes) -> Decoding | None:
    """Take a text for ISO-2022-JP where it switches its alphabet so: as UTF-8 that is signs of ASCII."""
    if not _SWITCH.search(sample) or _first_error(path, _SWITCHING) is not None:
        return None
    return Decoding(_SWITCHING, (_guess_note(_SWITCHING, "switches its alphabet as Japanese mail does"),))


def _is_assigned(sample: bytes, encoding: str) -> bool:
    """Return whether line ends and known letters come out; the wrong order gives neither."""
    text = sample.decode(encoding, errors="replace")[:20_000]
    unknown = sum(unicodedata.category(letter) in ("Cn", "Co", "Cs") for letter in text)
    return ("\n" in text or "\r" in text) and unknown <= len(text) * MOST_CONTROL_SHARE_OF_A_GUESS


def _is_mostly_utf8(path: Path) -> bool:
    """Return whether the file is UTF-8 but for a few bytes, as of a torn line or a cut end."""
    decoder = codecs.getincrementaldecoder("utf-8")(errors="surrogateescape")
    letters = broken = 0
    with path.open("rb") as file:
        while chunk := file.read(1024**2):
            text = decoder.decode(chunk)
            halves = len(text) - len(text.encode("utf-8", "ignore").decode("utf-8"))
            broken += halves
            letters += len(text) - len(text.encode("ascii", "ignore")) - halves
    cut = len(decoder.getstate()[0])
    return broken <= letters * MOST_BROKEN_SHARE if broken else cut > 0


def _guess(path: Path, sample: bytes, at: int) -> Decoding:
    if at > len(sample):
        with path.open("rb") as file:
            file.seek(max(0, at - SAMPLE_BYTES // 2))
            sample = file.read(SAMPLE_BYTES)
    guess = guess_code_page(sample)
    if guess is not None and _first_error(path, guess.encoding) is None:
        _refuse_control_characters(sample, guess.encoding, MOST_CONTROL_SHARE_OF_A_GUESS)
        return Decoding(guess.encoding, (_guess_note(guess.encoding, "is not UTF-8", guess.near),))
    if is_western(sample) and _first_error(path, WESTERN) is None:
        _refuse_control_characters(sample, WESTERN, MOST_CONTROL_SHARE_OF_A_GUESS)
        return Decoding(WESTERN, (_guess_note(WESTERN, "is not UTF-8"),))
    found = list(from_bytes(sample))
    # The Western code page where it fits as well as any: short texts fit several, and it is the common one.
    found.sort(key=lambda match: (match.chaos, -match.coherence, match.encoding != WESTERN))
    for match in found:
        if _first_error(path, match.encoding) is None:
            _refuse_control_characters(sample, match.encoding, MOST_CONTROL_SHARE_OF_A_GUESS)
            return Decoding(match.encoding, (_guess_note(match.encoding, "is not UTF-8"),))
    raise _not_text()


def _guess_note(encoding: str, why: str, near: Sequence[str] = ()) -> Issue:
    others = f" It could also be {' or '.join(near[:MOST_NAMED])}." if near else ""
    return file_note(
        "encoding",
        f"The text {why}; it was read as {encoding}, which is a guess.{others}",
        "Look at the special letters in the preview; if they are wrong, save the file as UTF-8"
        " (in Excel: “CSV UTF-8”) and add it again.",
    )


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
