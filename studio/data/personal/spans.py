"""Where in a text something personal stands, and the words around it that tell a number from another."""

import re
from typing import NamedTuple

LOOKED_BACK = 48
"""So many characters before a number are searched for a word that says what it is."""

LOOKED_AHEAD = 16


class Span(NamedTuple):
    """`text[start:end]` is personal data of a `kind`; `value` is the same however it was spaced or cased."""

    start: int
    end: int
    kind: str
    value: str


def before(text: str, start: int, context: str = "") -> str:
    """Return what stands before a place in the text; at its beginning, the end of the text before it too."""
    if start >= LOOKED_BACK or not context:
        return text[max(0, start - LOOKED_BACK) : start]
    return context[-(LOOKED_BACK - start) :] + "\n" + text[:start]


def before_in_its_line(text: str, start: int, context: str = "") -> str:
    """Return what stands before a place in its own line; all of `before` where no word stands there.

    "... the terms of this license." is about nothing that the next line holds; "Order number:" is.
    """
    line_start = text.rfind("\n", 0, start) + 1
    line = text[max(line_start, start - LOOKED_BACK) : start]
    return line if line_start and any(map(str.isalpha, line)) else before(text, start, context)


def around(text: str, start: int, end: int, context: str = "") -> str:
    """Return what stands before and right after a place in the text."""
    return before(text, start, context) + " # " + text[end : end + LOOKED_AHEAD]


def last_match(pattern: re.Pattern[str], text: str) -> int:
    """Return where the last match begins; -1 without one."""
    return max((match.start() for match in pattern.finditer(text)), default=-1)


SERIAL = re.compile(
    r"\b(?:orders?|invoices?|tracking|ticket|sku|isbn|issn|doi|version|build|serial|part|article|item|batch|"
    r"lot|model|asin|ean|upc|gtin|imei|revision|commit|parcel|shipment|booking|reference|ref|receipt|"
    r"transaction|case|bestellung|bestell\w*|auftrag\w*|rechnung\w*|artikel\w*|commande|facture|pedido|"
    r"function|method|error|process|licen[cs]e|units?|factura|ordine|fattura|zam[oó]wieni\w*)\b|\b(?:po|id)\b\s*(?:no|nr|number|#|:|$)|#\s*$|№",
    re.IGNORECASE,
)
"""Words that say that a number counts things, not people."""
