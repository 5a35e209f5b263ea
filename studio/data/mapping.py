"""Which column plays which role: guessed by a format, then confirmed or changed by the user."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from studio.core.errors import Refused
from studio.data.readers.columns import shown

ROLES: dict[str, str] = {
    "input": "the question",
    "context": "more text, put below the question",
    "output": "the answer",
    "messages": "a whole conversation",
    "system": "instructions before the question",
    "text": "plain text without an answer",
}
"""Every role a column can play, in the words of the screen."""


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
        if column not in columns:
            known = ", ".join(columns[:20]) + (", …" if len(columns) > 20 else "")
            raise Refused(f"There is no column {shown(column)}.", f"The file has: {known}.")
    if len(set(mapping.values())) < len(mapping):
        raise Refused("One column is chosen twice.", "Choose another column for each role.")


def roles_for(
    columns: Sequence[str],
    mapping: Mapping[str, str],
    *,
    conversations: Sequence[str],
    takes: Sequence[str] = (),
) -> tuple[str, ...]:
    """Return the roles to offer for a file: those it has, and those its other columns could play.

    `conversations` are the columns that hold lists, which only a conversation can be made of; `takes` what
    the format that the file was read in can use beside what it needs.
    """
    plain = len(set(columns) - set(conversations))
    possible = {
        "messages": bool(conversations),
        "input": plain >= 2,
        "output": plain >= 2,
        "context": plain >= 3,
        "system": plain >= 3 or (plain >= 1 and "system" in takes and "messages" in mapping),
    }
    return tuple(role for role in ROLES if role in mapping or possible.get(role, False))
