"""Personal data and secrets in a text, found in one pass: what the check lists and the fix replaces.

Source: patterns and checks as in Microsoft Presidio's recognisers, with python-stdnum and libphonenumber.
"""

import re
from collections.abc import Iterable, Iterator, Sequence

from studio.data.personal.accounts import cards, ibans
from studio.data.personal.addresses import emails, ip_addresses
from studio.data.personal.credentials import api_keys, may_hold_keys, private_keys
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

_TWO_DIGITS = re.compile(r"\d\d")
_MANY_DIGITS = re.compile(r"\d(?:[^\dA-Za-z]{0,3}\d){6}|[A-Za-z]{6}[0-9L-Vl-v]{2}")
_UNIQUE_ID = re.compile(r"\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b", re.IGNORECASE)


def may_hold_some(text: str) -> bool:
    """Return False where a glance tells that there is nothing to find."""
    return "@" in text or _TWO_DIGITS.search(text) is not None or may_hold_keys(text)


def find(text: str, context: str = "") -> list[Span]:
    """Return the personal data of a text in its order, no two overlapping.

    `context` is the text before this one: "What is your phone number?" tells what the answer's digits are.
    """
    found: list[Span] = []
    for span in _candidates(text, context):
        if all(span.end <= other.start or other.end <= span.start for other in found):
            found.append(span)
    return sorted(found) if len(found) > 1 else found


def find_all(texts: Sequence[str]) -> Iterator[list[Span]]:
    """Return the personal data of each text of one record, each read behind the one before it."""
    context = ""
    for text in texts:
        yield find(text, context)
        context = text[-LOOKED_BACK:]


def _candidates(text: str, context: str) -> Iterable[Span]:
    """Try the surest kinds first: what they found is not read as something else."""
    yield from private_keys(text)
    yield from api_keys(text)
    yield from emails(text)
    yield from ip_addresses(text, context)
    if not _TWO_DIGITS.search(text):
        return
    if "-" in text:
        # Of equal length, so that every place in the text stays where it is.
        text = _UNIQUE_ID.sub(lambda match: "_" * len(match[0]), text)
    yield from ibans(text)
    if _MANY_DIGITS.search(text):
        yield from cards(text, context)
        yield from national_ids(text, context)
        yield from phones(text, context)
