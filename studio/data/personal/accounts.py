"""Payment cards and bank accounts in a text: numbers that check themselves."""

import re
from collections.abc import Iterator

from stdnum import iban, luhn

from studio.data.personal.spans import SERIAL, Span, around, before_in_its_line

_IBAN = re.compile(r"(?<![A-Za-z0-9])[A-Z]{2}\d{2}(?:[ -]?[A-Z0-9]{1,4}){3,9}(?![a-z])")
_IBAN_SHORTEST, _IBAN_STEP = 15, re.compile(r"[ -]?[A-Z0-9]{1,4}$")

_CARD = re.compile(
    r"(?<![\w.#/+-])(?:"
    r"\d{4}([ -])\d{4}\1\d{4}\1\d{1,4}(?:\1?\d{1,3})?"
    r"|3\d{3}([ -])\d{6}\2\d{4,5}"
    r"|\d{13,19}"
    r")(?![\w/]|[.-]\d)"
)
_BRANDS = re.compile(
    r"4(?:\d{12}|\d{15}|\d{18})"  # Visa
    r"|(?:5[1-5]\d{2}|222[1-9]|22[3-9]\d|2[3-6]\d{2}|27[01]\d|2720)\d{12}"  # Mastercard
    r"|3[47]\d{13}"  # American Express
    r"|(?:6011|64[4-9]\d|65\d{2})\d{12,15}"  # Discover
    r"|3(?:0[0-5]|[689]\d)\d{11}"  # Diners
    r"|35(?:2[89]|[3-8]\d)\d{12,15}"  # JCB
    r"|62\d{14,17}"  # UnionPay
    r"|(?:50|5[6-8]|63|67)\d{14,17}"  # Maestro
)
_CARD_WORD = re.compile(
    r"\b(?:cards?|visa|master\s?card|amex|american express|credit|debit|diners|discover|maestro|pan|cc|"
    r"kreditkarte\w*|karte\w*|carte|tarjeta|carta|cart[aã]o|kart[aey])\b",
    re.IGNORECASE,
)


def cards(text: str, context: str) -> Iterator[Span]:
    """Find numbers with a known beginning and length whose Luhn digit is right."""
    for match in _CARD.finditer(text):
        digits = re.sub(r"[ -]", "", match[0])
        if not (_BRANDS.fullmatch(digits) and luhn.is_valid(digits)):
            continue
        named = _CARD_WORD.search(around(text, *match.span(), context))
        is_short = len(digits) < 15  # as long as an article's bar code, which the same digit checks
        is_plain = digits == match[0]
        counts_things = is_plain and SERIAL.search(before_in_its_line(text, match.start(), context))
        if named or not (is_short or counts_things):
            yield Span(*match.span(), "card", digits)


def ibans(text: str, context: str) -> Iterator[Span]:
    """Find bank accounts; the words behind one may look like more of it, so shorter readings are tried."""
    for match in _IBAN.finditer(text):
        written = match[0]
        while len(written) >= _IBAN_SHORTEST and not iban.is_valid(written):
            written = written[: _IBAN_STEP.search(written).start()]
        if len(written) >= _IBAN_SHORTEST:
            end = match.start() + len(written)
            yield Span(match.start(), end, "iban", iban.compact(written))
