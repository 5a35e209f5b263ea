"""JSON values and the rows they make, for JSON and JSONL files alike."""

import json
import math
from collections.abc import Iterable, Iterator
from typing import Any, Protocol

from studio.core.errors import Refused
from studio.data.readers.columns import shown
from studio.data.readers.decoding import is_writable
from studio.data.tables import COLUMNS_SEEN_IN, SourceRow

__all__ = [
    "Decoder",
    "column_names",
    "is_too_deep",
    "is_writable",
    "object_row",
    "reason",
    "too_deep",
    "unfolded",
]

MOST_DEPTH = 64
"""Brackets inside brackets, those of the file itself included; data of people has three or four."""
_MOST_DIGITS = 4000
_EXPECTED = {
    "Expecting value": "a value was expected",
    "Expecting ',' delimiter": "a comma was expected",
    "Expecting ':' delimiter": "a colon was expected",
    "Expecting property name enclosed in double quotes": "a key in double quotes was expected",
}


class Repeats(Protocol):
    """What decodes items one by one, and knows the key that the last one names twice."""

    @property
    def repeated(self) -> str | None: ...


class Decoder:
    """Decodes one JSON value at a time and remembers whether an object in it named a key twice.

    Which of the two values is meant nobody can tell, so the row is set aside.
    """

    def __init__(self) -> None:
        self.repeated: str | None = None
        self._decoder = json.JSONDecoder(object_pairs_hook=self._object, parse_int=_integer)

    def decode(self, text: str, at: int = 0) -> tuple[Any, int]:
        """Return the value at a place of the text and the place behind it.

        Raises json.JSONDecodeError, and RecursionError on absurd nesting.
        """
        self.repeated = None
        return self._decoder.raw_decode(text, at)

    def _object(self, pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        value = dict(pairs)
        if len(value) != len(pairs):
            names = [name for name, _ in pairs]
            self.repeated = next(name for at, name in enumerate(names) if name in names[:at])
        return value


def object_row(number: int, item: Any, repeated: str | None = None) -> SourceRow:
    """Return the row an object makes, or one that says why it makes none."""
    if repeated is not None:
        return SourceRow(number, {}, f"The key {shown(repeated)} stands in it twice.")
    if not isinstance(item, dict):
        return SourceRow(number, {}, "It is not an object with named values.")
    for name in item:
        if not is_writable(name):
            return SourceRow(number, {}, f"The key {shown(name)} holds half a character.")
    return SourceRow(number, item)


def unfolded(items: Iterable[Any], source: Repeats) -> Iterator[tuple[Any, str | None]]:
    """Yield each item with the key it names twice; an article of SQuAD as its questions, each a row.

    Such an article is `{"title": ..., "paragraphs": [{"context": ..., "qas": [{"question": ..., ...}]}]}`.
    """
    for item in items:
        if not _is_article(item):
            yield item, source.repeated
            continue
        above = {name: value for name, value in item.items() if name != "paragraphs"}
        for paragraph in item["paragraphs"]:
            beside = {name: value for name, value in paragraph.items() if name != "qas"}
            for question in paragraph["qas"]:
                is_object = isinstance(question, dict)
                yield ({**above, **beside, **question} if is_object else question), source.repeated


def _is_article(item: Any) -> bool:
    paragraphs = item.get("paragraphs") if isinstance(item, dict) else None
    return (
        isinstance(paragraphs, list)
        and bool(paragraphs)
        and all(isinstance(each, dict) and isinstance(each.get("qas"), list) for each in paragraphs)
    )


def column_names(rows: Iterable[SourceRow]) -> tuple[str, ...]:
    """Return the names used in the first rows, in the order they appear."""
    seen: dict[str, None] = {}
    for at, row in enumerate(rows):
        if at == COLUMNS_SEEN_IN:
            break
        seen.update(dict.fromkeys(row.cells))
    return tuple(seen)


def is_too_deep(value: Any, around: int) -> bool:
    """Return whether the brackets of a value, and those `around` it, stand deeper than `MOST_DEPTH`."""
    level = [value] if isinstance(value, dict | list) else []
    depth = around
    while level:
        depth += 1
        if depth > MOST_DEPTH:
            return True
        level = [
            child
            for container in level
            for child in (container.values() if isinstance(container, dict) else container)
            if isinstance(child, dict | list)
        ]
    return False


def too_deep() -> Refused:
    return Refused(
        f"The JSON is nested too deeply to be a table: more than {MOST_DEPTH} brackets stand in each other.",
        "A list of objects works: [{“question”: …, “answer”: …}, …].",
    )


def reason(text: str, error: json.JSONDecodeError) -> str:
    """Return in plain words what is wrong at the place where decoding stopped."""
    at = error.pos
    letter = text[at : at + 1]
    if not text[at:].strip():
        return "it ends before it is complete"
    if letter == "'":
        return "single quotes stand where JSON needs double ones"
    if letter == "#" or text[at : at + 2] in ("//", "/*"):
        return "a comment stands there, which JSON does not know"
    if (letter in "]}" and text[:at].rstrip().endswith(",")) or error.msg.startswith("Illegal trailing"):
        return "a comma has nothing behind it"
    if error.msg.startswith("Unterminated string"):
        return "a text begins there whose quotation mark is never closed"
    if error.msg.startswith("Invalid control"):
        return "a line break or control character stands inside a text (write it as \\n)"
    if letter == ",":
        return "a comma stands where a value belongs"
    return _EXPECTED.get(error.msg, error.msg)


def _integer(digits: str) -> int | float:
    # Python refuses to read numbers of more digits, which guards against slow parsing.
    return int(digits) if len(digits) <= _MOST_DIGITS else math.inf
