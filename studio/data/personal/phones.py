"""Phone numbers in a text, told from order numbers, dates and book numbers. Uses Google's libphonenumber."""

import re
from collections.abc import Iterator

import phonenumbers
from phonenumbers import NumberParseException

from studio.data.personal.spans import SERIAL, Span, before, last_match

_RUN = re.compile(
    r"(?<![\w@#=.,:*])(?<![/-](?=\d))(?:\+ ?|\+?\(\+?)?\d(?:[ \u00a0().\-/]{0,3}\d){6,16}+(?![\w@%]|[.,:-]\d)"
)
_SEPARATOR = re.compile(r"[ \u00a0().\-/]+")
_BREAK = re.compile(r"[().\-/]*[ \u00a0/][ \u00a0().\-/]*")
"""Where another number may begin; groups that hyphens join are one number."""

_DATE = re.compile(
    r"(?:\d{4}[-./]\d{1,2}[-./]\d{1,2}|\d{1,2}[-./]\d{1,2}[-./]\d{2,4})(?!\d)"
    r"|(?:19|20)\d\d ?[-/] ?(?:19|20)\d\d"
)
_BOOK = re.compile(r"\d{1,5}[- ]\d{1,7}[- ]\d{1,7}[- ]\d|97[89][- ]?\d.*")
_SUM_OR_ZIP = re.compile(r"\d{1,3}(?:\.\d{3})+|\d{5}-\d{4}")
_AMERICAN = re.compile(r"\(?([2-9]\d\d)\)?[ .\-/]{1,3}([2-9]\d\d)[ .-](\d{4})")
_BRAZILIAN = re.compile(r"\(\d\d\) 9?\d{4}-\d{4}")
_TRUNK = re.compile(r"\(?0[1-9]\d*")
_WORD = re.compile(
    r"\b(?:phones?|tel|tel[eé]phone|mobile|mob|cell|call|calling|fax|whatsapp|sms|dial|ring|reach|"
    r"contact|hotline|landline|signal|telegram|viber|telefon\w*|handy\w*|mobil\w*|ruf\w*|anrufen|portable|"
    r"appel\w*|tel[eé]fono|m[oó]vil|ll[aá]m\w*|cellulare|telefone|celular|telem[oó]vel|telefoon\w*|"
    r"kom[oó]rk\w*|zadzwo\w*)\b",
    re.IGNORECASE,
)
# fmt: off
_TRUNK_REGIONS = ("GB", "DE", "FR", "IT", "NL", "AU", "CH", "AT", "BE", "SE", "JP", "IN", "CN", "BR", "ZA",
                  "FI", "IE", "TR", "KR", "UA")
"""Countries that put a zero before a long-distance number."""

_NAMED_REGIONS = ("US", "ES", "PL", "PT", "DK", "NO", "CZ", "MX", "GR", "RU", "SG", *_TRUNK_REGIONS)
# fmt: on
_PADDED_DIGITS = 12
"""A shorter number that begins with two zeros, and has no spaces, was filled up to its length."""

_FEWEST_DIGITS, _MOST_DIGITS = 8, 13
"""Of a number without a country's code: shorter ones are too much like others, longer ones exist nowhere."""


def phones(text: str, context: str) -> Iterator[Span]:
    """Find numbers that exist in the numbering plan of some country and are written as phone numbers are.

    A number without a country's code and without the zero of a long-distance call needs a word near it.
    """
    for match in _RUN.finditer(text):
        head = before(text, match.start(), context)
        named_at, serial_at = last_match(_WORD, head), last_match(SERIAL, head)
        is_named = named_at > serial_at
        counts_things = serial_at > named_at
        written = _readable(match[0], is_named=is_named, counts_things=counts_things)
        if written:
            end = match.start() + len(written)
            yield Span(match.start(), end, "phone", re.sub(r"\D", "", written))


def _readable(run: str, *, is_named: bool, counts_things: bool) -> str:
    """Return the longest beginning of the run that is a phone number; "" for none."""
    written = run
    while sum(letter.isdigit() for letter in written) >= _FEWEST_DIGITS:
        if _is_phone(written, is_named=is_named, counts_things=counts_things):
            return written
        parts = list(_BREAK.finditer(written))
        if not parts:
            break
        written = written[: parts[-1].start()]
    return ""


def _is_phone(written: str, *, is_named: bool, counts_things: bool) -> bool:
    if written.startswith(("+", "(+")):
        return _exists(written, (None,)) or _is_made_up_american(written)
    if counts_things or _DATE.match(written) or _BOOK.fullmatch(written):
        return False
    if written.startswith("00"):
        is_plain = written.isdigit() and len(written) < _PADDED_DIGITS
        return not is_plain and _exists("+" + written[2:], (None,))
    if sum(map(str.isdigit, written)) > _MOST_DIGITS:
        return False
    american = _AMERICAN.fullmatch(written)
    if american and ("555" in american.groups() or _exists(written, ("US",))):
        return True
    if _BRAZILIAN.fullmatch(written) and _exists(written, ("BR",)):
        return True
    if _TRUNK.match(written) and _is_spaced(written) and _exists(written, _TRUNK_REGIONS):
        return True
    return is_named and _exists(written, _NAMED_REGIONS)


def _is_spaced(written: str) -> bool:
    """Return whether separators group the digits as in a phone number, not as in a version or a sum."""
    if _SUM_OR_ZIP.fullmatch(written):
        return False
    groups = [group for group in _SEPARATOR.split(written) if group]
    return len(groups) > 1 and len(groups[0]) > 1 and all(len(group) > 1 for group in groups)


def _exists(written: str, regions: tuple[str | None, ...]) -> bool:
    for region in regions:
        try:
            if phonenumbers.is_valid_number(phonenumbers.parse(written, region)):
                return True
        except NumberParseException:
            continue  # no number of this region; another may still know it
    return False


def _is_made_up_american(written: str) -> bool:
    """555 is the exchange of numbers in films; in data it stands for a number that was meant to look real."""
    digits = re.sub(r"\D", "", written)
    return len(digits) == 11 and digits[0] == "1" and "555" in (digits[1:4], digits[4:7])
