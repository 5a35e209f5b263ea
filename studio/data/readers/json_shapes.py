"""Which table an object of JSON is: one pass over it that keeps its keys and counts, never its values."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any, Literal

from studio.core.errors import Refused
from studio.data.readers.columns import shown
from studio.data.readers.json_text import JsonText

Kind = Literal["rows", "turns", "list", "object", "value"]

HINT = "A list of objects works: [{“question”: …, “answer”: …}, …]."


@dataclass(frozen=True, slots=True)
class Member:
    """One key of an object: what stands under it, at which character it begins, and how many items it has.

    `labels` stands for the keys of an object, so that two columns can be told to hold the same rows; `first`
    is the first of them.
    """

    name: str
    kind: Kind
    place: int
    count: int = 0
    labels: int = 0
    first: str = ""


def members(text: JsonText) -> list[Member]:
    """Return the members of the object that stands next in the text."""
    return [_member(text, name) for name in text.members()]


def rows_under(found: list[Member]) -> Member | None:
    """Return the member that holds the rows. Raises Refused where several do, or where it stands twice."""
    wrapped = [member for member in found if member.kind == "rows"]
    names = list(dict.fromkeys(member.name for member in wrapped))
    if len(names) > 1:
        raise Refused(
            f"The file holds several tables: {', '.join(map(shown, names[:5]))}.", "Keep one of them."
        )
    if len(wrapped) > 1:
        raise Refused(f"The key {shown(names[0])} stands in the file twice.", "Keep one of them.")
    return wrapped[0] if wrapped else None


def holds_columns(found: list[Member]) -> bool:
    """Return whether an object has a list, or an object of labelled cells, for every column."""
    return {member.kind for member in found} in ({"list"}, {"object"})


def holds_labelled_rows(found: list[Member]) -> bool:
    """Return whether an object has an object for every row, under its number: `{"0": {"q": ...}, ...}`.

    Columns that are numbered as well hold cells under the numbers of rows.
    """
    return (
        bool(found)
        and all(member.kind == "object" and member.name.isdecimal() for member in found)
        and not found[0].first.isdecimal()
    )


def check_lengths(found: list[Member]) -> None:
    """Raise Refused where the columns do not hold the same rows."""
    if len({(member.count, member.labels) for member in found}) > 1:
        told = ", ".join(f"{shown(member.name)} {member.count:,}" for member in found[:5])
        same = len({member.count for member in found}) == 1
        what = "do not name the same rows" if same else "are not equally long"
        raise Refused(f"The columns {what}: {told}.", "Make them so; which cells fit together is unknown.")


def is_turn(item: Any) -> bool:
    return isinstance(item, dict) and bool({"role", "from"} & set(item))


def _member(text: JsonText, name: str) -> Member:
    letter = text.peek()
    place = text.place
    if letter == "[":
        return _list(name, place, text.items(2))
    if letter == "{":
        count, labels, first = 0, 0, ""
        for label in text.members(2):
            text.value(2)
            first = label if not count else first
            count, labels = count + 1, hash((labels, label))
        return Member(name, "object", place, count, labels, first)
    text.value(1)
    return Member(name, "value", place)


def _list(name: str, place: int, items: Iterator[Any]) -> Member:
    first = next(iter(islice(items, 1)), None)
    empty = first is None
    count = (not empty) + sum(1 for _ in items)
    kind: Kind = "turns" if is_turn(first) else "rows" if isinstance(first, dict) else "list"
    return Member(name, kind, place, count)
