"""Personal data and secrets in a text, found in one pass: what the check lists and the fix replaces.

Source: patterns and checks as in Microsoft Presidio's recognisers, with python-stdnum and libphonenumber.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence

from studio.data.personal.accounts import cards, ibans
from studio.data.personal.addresses import emails, ip_addresses
from studio.data.personal.credentials import may_hold_keys, named_secrets, private_keys, tokens
from studio.data.personal.national_ids import national_ids
from studio.data.personal.phones import phones
from studio.data.personal.spans import LOOKED_BACK, Span

KINDS = {
    "email": "e-mail addresses",
    "phone": "phone numbers",
    "card": "payment card numbers",
    "iban": "bank account numbers (IBAN)",
    "national_id": "national id numbers",
    "ip": "IP addresses",
    "api_key": "API keys, tokens or passwords",
    "private_key": "private keys",
}
"""Each kind as a message calls it, in the order of a report."""

Finder = Callable[[str, str], Iterator[Span]]
"""Takes a text and the text before it; its spans do not overlap."""

_TWO_DIGITS = re.compile(r"\d\d")
# Begins with one set of characters, which `re` looks for five times as fast as for a choice of patterns.
_MANY_DIGITS = re.compile(r"\d(?:(?:[^\dA-Za-z]{0,3}\d){6}|\d[A-Za-z]\d\d[A-Za-z]\d{3}[A-Za-z])")
_UNIQUE_ID = re.compile(r"\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b", re.IGNORECASE)


def may_hold_some(text: str) -> bool:
    """Return False where a glance tells that there is nothing to find."""
    return "@" in text or _TWO_DIGITS.search(text) is not None or may_hold_keys(text)


def find(text: str, context: str = "") -> list[Span]:
    """Return the personal data of a text in its order, no two overlapping.

    `context` is the text before this one: "What is your phone number?" tells what the answer's digits are.
    """
    found: list[Span] = []
    if text.count("-") >= 4:
        text = _UNIQUE_ID.sub(lambda match: "_" * len(match[0]), text)
    for finder in _finders(text):
        spans = list(finder(text, context))
        found += spans
        text = _masked(text, spans)
    return sorted(found) if len(found) > 1 else found


def find_all(texts: Sequence[str]) -> Iterator[list[Span]]:
    """Return the personal data of each text of one record, each read behind the one before it."""
    context = ""
    for text in texts:
        yield find(text, context)
        context = text[-LOOKED_BACK:]


def _finders(text: str) -> Iterator[Finder]:
    """Return what to look for in a text, the surest first: what is found is hidden from those that follow."""
    if may_hold_keys(text):
        yield from (private_keys, tokens, named_secrets)
    yield from (emails, ip_addresses)
    if _TWO_DIGITS.search(text):
        yield ibans
    if _MANY_DIGITS.search(text):
        yield from (cards, national_ids, phones)


def _masked(text: str, spans: Iterable[Span]) -> str:
    """Return the text with spans hidden behind as many signs, so that every place stays where it is."""
    pieces, at = [], 0
    for span in spans:
        pieces += [text[at : span.start], "_" * (span.end - span.start)]
        at = span.end
    return "".join([*pieces, text[at:]]) if pieces else text
