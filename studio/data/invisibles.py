"""Characters that nobody sees and letters that pass for others, told from the scripts that need them.

Source: Unicode TR 36 and TR 39 (security), TR 51 (emoji); Boucher and Anderson, "Trojan Source", 2021.
"""

import re
import unicodedata
from collections.abc import Iterator

from studio.data.mojibake import is_broken

ZERO_WIDTH, BIDI, LOOK_ALIKE, SPACES = "zero_width", "bidi", "look_alike", "spaces"

# Scripts that join letters, or break words, by characters of no width.
_JOINING = (
    "\u0600-\u08ff\u0900-\u0dff\u0e00-\u109f\u1000-\u109f\u1780-\u18af\u1a20-\u1aaf\u1b00-\u1bff\ua840-\ua8ff"
    "\ufb50-\ufdff\ufe70-\ufefc\U00010a00-\U00011fff"
)
_UNSPACED = "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u19e0-\u19ff\u3040-\u30ff\u4e00-\u9fff"
_EMOJI = "\u00a9\u00ae\u203c-\u3299\ufe0f\u20e3\U0001f000-\U0001faff\U000e0020-\U000e007f"
_RIGHT_TO_LEFT = re.compile(
    "[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc\U00010800-\U00010fff\U0001e800-\U0001efff]"
)

_ASCII_CONTROL = re.compile("\x1b\\[[0-9;]*[A-Za-z]|[\x00-\x08\x0e-\x1f\x7f]")
"""Control characters other than white space; the first are the colours of a terminal."""
_ANY_CONTROL = re.compile("[\x00-\x08\x0e-\x1f\x7f]")

_ZERO_WIDTH = re.compile(
    "[\u00ad\u034f\u2060-\u2064\u206a-\u206f\ufeff\ufff9-\ufffb]"
    f"|(?<![{_JOINING}{_EMOJI}])[\u200c\u200d]+|[\u200d](?![{_JOINING}{_EMOJI}])(?<![{_JOINING}]\u200d)"
    f"|(?<![{_UNSPACED}])\u200b+(?![{_UNSPACED}])"
    "|(?<![\u1800-\u18af])\u180e"
    "|(?<![\u1100-\u11ff])[\u115f\u1160](?![\u1100-\u11ff])|[\u3164\uffa0]"
    "|(?<![\U0001f3f4\U000e0020-\U000e007f])[\U000e0000-\U000e007f]+"
    "|(?<![\u3400-\u9fff\U00020000-\U0003ffff])[\U000e0100-\U000e01ef]+"
)
_MARKS, _OVERRIDES = "\u200e\u200f\u061c\u2066-\u2069\u202a-\u202c", "\u202d\u202e"
_ANY_BIDI = re.compile(f"[{_MARKS}{_OVERRIDES}]")
_OVERRIDE = re.compile(f"[{_OVERRIDES}]")
_SPACES = re.compile("(?<=[^\\W\\d_]{3})\u00a0(?=[^\\W\\d_]{3})|(?<= )\u00a0+|\u00a0+(?= )|^\u00a0+|\u00a0+$")
_OUTSIDE_ASCII = re.compile(
    "[\u00a0\u00ad\u034f\u0370-\u052f\u061c\u115f\u1160\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164\ufeff"
    "\uffa0\ufff9-\ufffb\U0001d400-\U0001d7ff\U000e0000-\U000e01ef]"
)
"""A text without any of these needs no closer look."""

_LATIN_FOR = dict(
    zip(
        "АВЕЅІЈКМНОРСТУХаеѕіјорсухһԁԛԝΑΒΕΖΗΙΚΜΝΟΡΤΥΧο",
        "ABESIJKMHOPCTYXaesijopcyxhdqwABEZHIKMNOPTYXo",
        strict=True,
    )
)
"""Cyrillic and Greek letters that look the same as a Latin one in every typeface."""

_CYRILLIC_FOR = dict(zip("ABEKMHOPCTYXaeopcyxiI", "АВЕКМНОРСТУХаеорсухіІ", strict=True))
_WORD = re.compile(r"[^\W\d_]+")
_FOREIGN = re.compile("[\u0370-\u052f]")
_MATHEMATICAL = re.compile("[\U0001d400-\U0001d7ff]{3,}")


def may_hold_some(text: str) -> bool:
    """Return False where a glance tells that there is nothing to find."""
    return _ANY_CONTROL.search(text) is not None or (
        not text.isascii() and _OUTSIDE_ASCII.search(text) is not None
    )


def kinds(text: str) -> list[str]:
    """Return what is wrong with the text, by kind."""
    found = dict.fromkeys(kind for kind, _, _, _ in _changes(text))
    return list(found)


def without_invisibles(text: str) -> str:
    """Return the text with only what can be seen, look-alikes as the letters they pass for."""
    while changes := sorted((start, end, new) for _, start, end, new in _changes(text)):
        pieces, at = [], 0
        for start, end, new in changes:
            if start >= at:
                pieces += [text[at:start], new]
                at = end
        text = "".join([*pieces, text[at:]])
    return text


def _changes(text: str) -> Iterator[tuple[str, int, int, str]]:
    """Yield (kind, start, end, what belongs there)."""
    for match in _ASCII_CONTROL.finditer(text):
        yield ZERO_WIDTH, *match.span(), ""
    # In text that was decoded wrongly, an unseen character is half of a letter: it can still be put right.
    if text.isascii() or not _OUTSIDE_ASCII.search(text) or is_broken(text):
        return
    for match in _ZERO_WIDTH.finditer(text):
        yield ZERO_WIDTH, *match.span(), ""
    pattern = _OVERRIDE if _RIGHT_TO_LEFT.search(text) else _ANY_BIDI
    for match in pattern.finditer(text):
        yield BIDI, *match.span(), ""
    for match in _SPACES.finditer(text):
        yield SPACES, *match.span(), " "
    yield from _look_alikes(text)


def _look_alikes(text: str) -> Iterator[tuple[str, int, int, str]]:
    for match in _MATHEMATICAL.finditer(text):
        plain = unicodedata.normalize("NFKC", match[0])
        if plain.isascii() and plain.isalpha():
            yield LOOK_ALIKE, *match.span(), plain
    foreign = set(_FOREIGN.findall(text))
    if not foreign:
        return
    # Russian text has letters that pass for no Latin one; where all do, none of it is Russian.
    is_latin = foreign <= _LATIN_FOR.keys() and sum("a" <= letter <= "z" for letter in text) >= 4 * len(
        foreign
    )
    for match in _WORD.finditer(text):
        better = _as_one_script(match[0], is_latin=is_latin)
        if better != match[0]:
            yield LOOK_ALIKE, *match.span(), better


def _as_one_script(word: str, *, is_latin: bool) -> str:
    """Return the word in the script that most of it is written in; unchanged where no letter is a guise."""
    foreign = [letter for letter in word if "\u0370" <= letter <= "\u052f"]
    latin = [letter for letter in word if letter.isascii()]
    cyrillic_only = all(letter >= "\u0400" for letter in foreign)
    if not foreign or not (latin or (is_latin and cyrillic_only)):
        return word
    if set(foreign) <= _LATIN_FOR.keys() and (is_latin or len(latin) > len(foreign)):
        return "".join(_LATIN_FOR.get(letter, letter) for letter in word)
    if cyrillic_only and set(latin) <= _CYRILLIC_FOR.keys() and len(foreign) > len(latin):
        return "".join(_CYRILLIC_FOR.get(letter, letter) for letter in word)
    return word
