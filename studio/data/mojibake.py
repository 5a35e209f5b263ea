"""Text that was decoded with the wrong encoding ("cafÃ©"): found, and put right where nothing was lost.

Source: ftfy (Robyn Speer), whose rules change nothing that is plausible text in any language; what it
leaves alone is `studio.data.misreadings`.
"""

import re

import ftfy
from ftfy import TextFixerConfig

from studio.data.misreadings import read_again

LOST = "\ufffd"
"""Stands where bytes could not be read; what they were nobody knows."""

_ONLY_DECODING = TextFixerConfig(
    unescape_html=False,
    remove_terminal_escapes=False,
    fix_latin_ligatures=False,
    fix_character_width=False,
    uncurl_quotes=False,
    fix_line_breaks=False,
    fix_surrogates=False,
    remove_control_chars=False,
    normalization=None,
    explain=False,
)
"""Nothing but decoding is put right: quotes, ligatures and width are how somebody chose to write."""

_MISREAD_AS = (
    "latin-1", "cp1250", "cp1251", "cp1252", "cp1253", "cp1254", "cp1257", "iso-8859-2", "mac_roman", "cp437",
)  # fmt: skip
"""Encodings that ftfy knows UTF-8 to be taken for."""


def _letters(first: int, last: int) -> str:
    """Return what the bytes of a range become in the encodings above."""
    found = {
        letter
        for byte in range(first, last + 1)
        for encoding in _MISREAD_AS
        for letter in bytes([byte]).decode(encoding, "ignore")
    }
    return re.escape("".join(sorted(found)))


_SUSPICIOUS = re.compile(f"[{_letters(0xC2, 0xF4)}][{_letters(0x80, 0xBF)}{LOST}]|[\x80-\x9f]|[ÂÃ] ")
"""Two bytes of one UTF-8 letter read as two letters: without such a pair there is nothing to put right."""


def repaired(text: str) -> str:
    """Return the text as it was meant; the same object where its decoding is right."""
    if text.isascii():
        return text
    better = _once(text)
    while better != text:
        text, better = better, _once(better)
    return text


def _once(text: str) -> str:
    better = ftfy.fix_text(text, _ONLY_DECODING) if _SUSPICIOUS.search(text) else text
    return read_again(text) if better == text else better


def is_broken(text: str) -> bool:
    return repaired(text) is not text


def has_lost_letters(text: str) -> bool:
    return LOST in text
