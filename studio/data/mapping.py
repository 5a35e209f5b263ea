"""Which column plays which role: guessed by a format, then confirmed or changed by the user."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from studio.core.errors import Refused
from studio.data.readers.columns import shown

ROLES: dict[str, str] = {
    "input": "the question",
    "context": "more text, put below the question",
    "output": "the answer",
    "messages": "a whole conversation",
    "system": "instructions before the question",
    "text": "the text",
    "label": "what a text is sorted as",
    "chosen": "the better of two answers",
    "rejected": "the worse of two answers",
    "rating": "whether an answer is good: yes or no",
    "group": "what belongs together: rows of one group are never parted between training and exam",
    "split": "where a row belongs: train or test",
}
"""Every role a column can play, in the words of the screen."""

PROMPTS = ("input", "context", "system")
"""Roles that can be played by several columns, in a text with a `{column}` slot for each."""

ABOUT_ROWS = ("group", "split")
"""Roles that every format allows: they say something about a row and are not learned."""


@dataclass(frozen=True, slots=True)
class Guess:
    """What a format makes of a table; `note` is empty where the names leave no doubt."""

    mapping: Mapping[str, str]
    note: str = ""


def check_mapping(mapping: Mapping[str, str], columns: Sequence[str]) -> None:
    """Raise Refused where a role or a column is unknown, or one column plays two roles."""
    for role, column in mapping.items():
        if role not in ROLES:
            raise Refused(f"There is no role {shown(role)}.", f"Known roles: {', '.join(ROLES)}.")
        if column in columns:
            continue
        slots = slots_of(column) if role in PROMPTS and is_prompt(column) else (column,)
        for slot in slots:
            if slot not in columns:
                known = ", ".join(columns[:20]) + (", …" if len(columns) > 20 else "")
                raise Refused(f"There is no column {shown(slot)}.", f"The file has: {known}.")
    whole = [column for role, column in mapping.items() if role != "group"]
    if len(set(whole)) < len(whole):
        raise Refused("One column is chosen twice.", "Choose another column for each role.")


def is_prompt(choice: str) -> bool:
    """Return whether a choice that names no column is meant as a text with slots."""
    return "{" in choice or "}" in choice


def slots_of(prompt: str) -> tuple[str, ...]:
    """Return the columns that a prompt has slots for. Raises Refused where it has none or cannot be read."""
    slots = tuple(piece for piece, is_slot in pieces_of(prompt) if is_slot)
    if not slots:
        raise Refused(f"The prompt {shown(prompt)} names no column.", "Write one in braces: {column}.")
    return slots


@lru_cache(maxsize=64)
def pieces_of(prompt: str) -> tuple[tuple[str, bool], ...]:
    """Return the text of a prompt in pieces, each with whether it is a slot; `{{` and `}}` are braces.

    A slot is the name of a column and nothing else: no attribute, index or format is ever looked up.
    Raises Refused on a single brace.
    """
    pieces: list[tuple[str, bool]] = []
    for found in _PIECE.finditer(prompt):
        text, slot, wrong = found.group("text"), found.group("slot"), found.group("wrong")
        if wrong is not None:
            raise Refused(
                f"The prompt {shown(prompt)} has a brace {wrong} without its other half.",
                "Write a column as {column}, and a brace that is meant as such twice.",
            )
        if slot is not None:
            pieces.append((slot, True))
        else:
            pieces.append((text.replace("{{", "{").replace("}}", "}"), False))
    return tuple(pieces)


_PIECE = re.compile(r"(?P<text>(?:[^{}]|\{\{|\}\})+)|\{(?P<slot>[^{}]+)\}|(?P<wrong>[{}])")
