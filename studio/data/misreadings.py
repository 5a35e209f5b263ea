"""UTF-8 that was read as another encoding than ftfy undoes for sure: read again, where that leaves no doubt.

The whole text is turned back into bytes; only where they are UTF-8 from end to end, which a clean text in
that alphabet hardly ever is, and where a piece stands in it that nobody writes, it is taken for misread.
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

import ftfy.bad_codecs

ENCODINGS = (
    "sloppy-windows-1251", "mac_roman", "sloppy-windows-1250", "iso-8859-2", "cp437", "cp850",
    "sloppy-windows-1253", "koi8-r", "cp866", "mac_cyrillic",
)  # fmt: skip
"""What UTF-8 is taken for where a computer is set to the east of Europe, is a Mac, or ran DOS.

Where a text can be turned back from two of them, the first counts: it is the more frequent.
"""

FEWEST_IN_A_ROW = 3
"""So many letters misread one behind the other are no accident of a dash or a quotation mark."""
_PUNCTUATION_LEADS = frozenset("–—‘’“”«»…")
_UNREAL = frozenset(("Cc", "Cn", "Co", "Cs"))

ftfy.bad_codecs.ok()


def _letters(encoding: str, first: int, last: int) -> frozenset[str]:
    """Return what the bytes of a range become."""
    return frozenset(bytes([byte]).decode(encoding, "ignore") for byte in range(first, last + 1))


_LEADS = {encoding: _letters(encoding, 0xC2, 0xF4) for encoding in ENCODINGS}
_OTHERS = {encoding: _letters(encoding, 0x80, 0xBF) for encoding in ENCODINGS}
"""What the first byte of a letter and the ones behind it become."""
_FIRST_PAIR = re.compile(r"([^\x00-\x7f])(.)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class _Piece:
    """What one letter became: `wrong` stands in the text from `start`, and was meant as `right`."""

    start: int
    wrong: str
    right: str


def read_again(text: str) -> str:
    """Return the text as it was meant; the same object where it is not sure to be misread."""
    first = _FIRST_PAIR.search(text)
    if first is None:
        return text
    for encoding in ENCODINGS:
        if first[1] not in _LEADS[encoding] or first[2] not in _OTHERS[encoding]:
            continue  # quick for a clean text, which is one in nearly every encoding
        try:
            meant = text.encode(encoding).decode("utf-8")
        except UnicodeError:
            continue
        pieces = tuple(_pieces(text, meant))
        if any(unicodedata.category(piece.right) in _UNREAL for piece in pieces):
            continue
        if any(_is_odd(piece, text) for piece in pieces) or _longest_row(pieces) >= FEWEST_IN_A_ROW:
            return meant
    return text


def _pieces(text: str, meant: str) -> Iterator[_Piece]:
    """Yield every letter of `meant` that is no ASCII; one byte of it became one letter of the text."""
    at = 0
    for letter in meant:
        length = len(letter.encode())
        if length > 1:
            yield _Piece(at, text[at : at + length], letter)
        at += length


def _longest_row(pieces: tuple[_Piece, ...]) -> int:
    """Return how many letters of one alphabet were misread one behind the other, at most."""
    longest = row = 0
    end, kind = -1, ""
    for piece in pieces:
        same = _script(piece.right)
        goes_on = piece.start == end and same == kind and piece.right.isalpha()
        row = row + 1 if goes_on else int(piece.right.isalpha())
        longest = max(longest, row)
        end, kind = piece.start + len(piece.wrong), same
    return longest


def _is_odd(piece: _Piece, text: str) -> bool:
    """Return whether nobody writes a piece where it stands.

    "√π", "≈£5", "Ä…", "’É" and "Её" are somebody's; inside a word, or in capitals behind small letters, not.
    """
    lead, rest = piece.wrong[0], piece.wrong[1:]
    before, after = _word_before(text, piece.start), _word_after(text, piece.start + len(piece.wrong))
    if not lead.isalpha():
        return lead not in _PUNCTUATION_LEADS and len(before) + len(after) >= 2
    if piece.wrong.isalpha():
        return not _is_a_word(before + piece.wrong + after)
    if len(rest) > 1:
        return True
    return (
        (bool(before) and not _is_a_word(before + lead))
        or (bool(after) and _script(after[0]) != _script(lead))
        or (unicodedata.category(rest)[0] == "S" and after[:1].islower())
    )


def _is_a_word(letters: str) -> bool:
    """Return whether letters can be one word: of one alphabet, with capitals first or all over."""
    return len(set(map(_script, letters))) == 1 and (
        letters[1:] == letters[1:].lower() or letters == letters.upper()
    )


def _script(letter: str) -> str:
    return unicodedata.name(letter, "").partition(" ")[0]


def _word_before(text: str, end: int) -> str:
    start = end
    while start and text[start - 1].isalpha():
        start -= 1
    return text[start:end]


def _word_after(text: str, start: int) -> str:
    end = start
    while end < len(text) and text[end].isalpha():
        end += 1
    return text[start:end]
