"""One cell of a row -> text, or the reason why the row cannot be used."""

import unicodedata
from collections.abc import Mapping
from typing import Any

from studio.data.mapping import is_prompt, pieces_of
from studio.data.readers.objects import is_writable
from studio.data.tables import MOST_CELL_CHARACTERS

_UNSEEN = frozenset("\u200b\u200c\u200d\u2060\ufeff\u00ad\u180e\u200e\u200f\u2800\u3164\u115f\u1160")
_KINDS = {bool: "yes or no", int: "a number", float: "a number", list: "a list", dict: "an object"}


class RowProblem(Exception):
    """Why one row is set aside. `check` names the check that lists it; the message says what is wrong."""

    def __init__(self, check: str, message: str) -> None:
        super().__init__(message)
        self.check = check
        self.message = message


def text_of(cells: Mapping[str, Any], column: str, what: str) -> str:
    """Return the text of a cell as it stands. Raises RowProblem where it is blank or no text."""
    return checked_text(cells.get(column), what)


def prompt_of(cells: Mapping[str, Any], choice: str, what: str) -> str:
    """Return the text of a column, or of a prompt whose slots are filled from several columns.

    An empty cell leaves its slot empty. Raises RowProblem where all are, or where one holds no text.
    """
    if choice in cells or not is_prompt(choice):
        return text_of(cells, choice, what)
    filled: list[str] = []
    anything = False
    for piece, is_slot in pieces_of(choice):
        text = optional_text(cells, piece, f"“{piece}” of the {what}") if is_slot else piece
        anything = anything or (is_slot and bool(text))
        filled.append(text)
    return checked_text("".join(filled) if anything else "", what)


def optional_prompt(cells: Mapping[str, Any], choice: str | None, what: str) -> str:
    """Like `prompt_of`; "" where everything is empty, or where nothing was chosen."""
    if choice is None or choice in cells or not is_prompt(choice):
        return optional_text(cells, choice, what)
    slots = (piece for piece, is_slot in pieces_of(choice) if is_slot)
    if not any(optional_text(cells, slot, what) for slot in slots):
        return ""
    return prompt_of(cells, choice, what)


def optional_text(cells: Mapping[str, Any], column: str | None, what: str) -> str:
    """Return the text of a cell that may be left empty; "" where it is, or where no column was chosen."""
    value = cells.get(column) if column is not None else None
    if value is None or (isinstance(value, str) and is_blank(value)):
        return ""
    return checked_text(value, what)


def checked_text(value: Any, what: str) -> str:
    """Return a value that must be text. Raises RowProblem naming `what` it was meant to be."""
    if value is None:
        raise RowProblem("incomplete", f"The {what} is empty.")
    if not isinstance(value, str):
        raise RowProblem("unusable", f"The {what} is {_KINDS.get(type(value), 'no text')}, not text.")
    if is_blank(value):
        raise RowProblem("incomplete", f"The {what} is empty.")
    if len(value) > MOST_CELL_CHARACTERS:
        raise RowProblem("unusable", f"The {what} is longer than {MOST_CELL_CHARACTERS:,} letters.")
    if not is_writable(value):
        raise RowProblem("unusable", f"The {what} holds half a character.")
    return value


def is_blank(text: str) -> bool:
    """Return whether nothing of the text can be seen: white space, zero-width letters, control characters."""
    return all(
        letter.isspace() or letter in _UNSEEN or unicodedata.category(letter) in ("Cc", "Cf")
        for letter in text
    )
