"""Which group a row belongs to, and on which side of the split the user wants it: for every format alike."""

from collections.abc import Mapping
from typing import Any

from studio.core.records import Part
from studio.data.formats.cells import RowProblem, is_blank, optional_text

_PARTS: dict[str, Part] = {
    **dict.fromkeys(("train", "training"), "train"),
    **dict.fromkeys(("test", "testing", "validation", "valid", "val", "dev"), "held_out"),
    **dict.fromkeys(("eval", "evaluation", "exam", "holdout", "heldout"), "held_out"),
}


def sides_of(cells: Mapping[str, Any], mapping: Mapping[str, str]) -> tuple[str, Part]:
    """Return (group, part); "" for a cell that is empty or was not asked for.

    Raises RowProblem where a part is none that is known.
    """
    return name_of(cells, mapping.get("group"), "group"), _part(cells, mapping.get("split"))


def name_of(cells: Mapping[str, Any], column: str | None, what: str) -> str:
    """Return what a row is called after; a whole number or a yes or no is a name like any other."""
    value = cells.get(column) if column is not None else None
    if isinstance(value, bool | int):
        return str(value).lower()
    return optional_text(cells, column, what).strip()


def _part(cells: Mapping[str, Any], column: str | None) -> Part:
    text = optional_text(cells, column, "split")
    if is_blank(text):
        return ""
    part = part_named(text)
    if not part:
        raise RowProblem("unusable", f"The split is “{text[:40]}”, neither train nor test.")
    return part


def part_named(text: str) -> Part:
    """Return the part of a split that a word means, in any case and spelling; "" for another word."""
    return _PARTS.get("".join(letter for letter in text.casefold() if letter.isalpha()), "")
