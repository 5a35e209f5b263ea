"""The texts of a row that was set aside, as the file has them: what is missing can be filled in by hand."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from studio.core.errors import Refused
from studio.core.texts import writable
from studio.data.formats import FORMATS
from studio.data.formats.cells import RowProblem, is_blank
from studio.data.formats.turns import message_of, role_of, spoken, turns_in
from studio.data.mapping import PROMPTS, is_prompt, pieces_of
from studio.data.tables import SourceRow

Mapped = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Blank:
    """One text of a row. `place` names it for filling in: `cell:` and a column, or `turn:` and its number.

    `title` is the column's name, or who speaks. `is_missing`: there is none, or none that can be learned.
    `is_open`: it can be typed; what a conversation has already, and a row that could not be read (its place
    is ""), stand there to be read.
    """

    place: str
    title: str
    text: str
    is_missing: bool
    is_open: bool = True


def blanks_of(row: SourceRow, format_name: str, mapping: Mapped) -> tuple[Blank, ...]:
    """Return the texts of a row that its mapping uses, each column once, turns where they stand."""
    found: dict[str, Blank] = {}
    if row.problem:
        found[""] = Blank("", "In the file", writable(row.raw), is_missing=False, is_open=False)
    needed = [role for role in FORMATS[format_name].NEEDS if role != "context"]
    for role, choice in mapping.items():
        if role == "messages":
            found |= {blank.place: blank for blank in _turns(_talk(row, choice))}
            continue
        columns = _columns(row.cells, role, choice)
        is_empty = all(_is_empty(row.cells.get(column)) for column in columns)
        for column in columns:
            place = f"cell:{column}"
            text = _shown(row.cells.get(column))
            found.setdefault(place, Blank(place, column, text, is_missing=is_empty and role in needed))
    return tuple(found.values())


def filled(row: SourceRow, mapping: Mapped, texts: Mapping[str, str]) -> SourceRow:
    """Return the row with these texts, by place. Raises Refused on a place that the row has not."""
    cells = dict(row.cells)
    for place, text in sorted(texts.items(), key=lambda given: (len(given[0]), given[0])):  # turn 2 before 10
        kind, _, which = place.partition(":")
        if kind == "turn" and "messages" in mapping and which.isascii() and which.isdigit():
            column = mapping["messages"]
            cells[column] = _with_turn(_talk(SourceRow(row.number, cells), column), int(which), text)
        elif kind == "cell" and any(which in _columns(cells, *chosen) for chosen in mapping.items()):
            cells[which] = text
        else:
            raise Refused(f"Row {row.number} has no text named “{place}”.", "Fill in what is shown.")
    return SourceRow(row.number, cells)


def _columns(cells: Mapping[str, Any], role: str, choice: str) -> tuple[str, ...]:
    """Return the columns that play a role: several where a prompt has slots for them."""
    if choice in cells or role not in PROMPTS or not is_prompt(choice):
        return (choice,)
    return tuple(piece for piece, is_slot in pieces_of(choice) if is_slot)


def _is_empty(cell: Any) -> bool:
    return cell is None or cell == [] or (isinstance(cell, str) and is_blank(cell))


def _shown(cell: Any) -> str:
    if cell is None or isinstance(cell, str):
        return writable(cell or "")
    return writable(json.dumps(cell, ensure_ascii=False, default=str))


def _talk(row: SourceRow, column: str) -> list[dict[str, Any]]:
    """Return the turns of a row; none where it holds no list of them."""
    try:
        turns = turns_in(row.cells.get(column), "conversation")
    except RowProblem:
        return []
    is_talk = isinstance(turns, list) and all(isinstance(turn, dict) for turn in turns)
    return turns if is_talk else []


def _turns(talk: list[dict[str, Any]]) -> Iterator[Blank]:
    """Yield the turns of a talk, and where the answer is missing at its end a place for it."""
    last = None
    for at, turn in enumerate(talk):
        who = turn.get("role", turn.get("from"))
        last = role_of(who)
        is_missing = last is not None and not _can_be_learned(turn)
        text = _shown(turn.get("content", turn.get("value")))
        yield Blank(f"turn:{at}", last or str(who), text, is_missing, is_open=is_missing)
    if not talk:
        yield Blank("turn:0", "user", "", is_missing=True)
    if last != "assistant":
        yield Blank(f"turn:{max(1, len(talk))}", "assistant", "", is_missing=True)


def _can_be_learned(turn: Mapping[str, Any]) -> bool:
    try:
        message_of(*spoken(turn))
    except RowProblem:
        return False
    return True


def _with_turn(talk: list[dict[str, Any]], at: int, text: str) -> list[dict[str, Any]]:
    """Return the talk with another text in one turn; one beyond the last is asked or answered anew."""
    if at < len(talk):
        turn = talk[at]
        key = "value" if "role" not in turn and "from" in turn else "content"
        return [*talk[:at], {**turn, key: text}, *talk[at + 1 :]]
    who = "user" if at == 0 else "assistant"
    # In both spellings: whichever the format reads.
    return [*talk, {"role": who, "content": text, "from": who, "value": text}]
