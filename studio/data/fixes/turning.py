"""Change the turns of conversations that became no record: how the fixes of whole conversations work."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import dropwhile
from typing import Any

from studio.core.records import Role, SourcedRecord
from studio.data.checks.seen import Seen
from studio.data.formats import FORMATS
from studio.data.formats.cells import RowProblem, optional_prompt
from studio.data.formats.sides import sides_of
from studio.data.formats.turns import SPELLINGS, is_written_turns, message_of, role_of, spoken, turns_in
from studio.data.tables import SourceRow


@dataclass(frozen=True)
class Turn:
    """One turn as the file has it. `role` is None where nobody knows who speaks, `text` where it is none."""

    role: Role | None
    text: str | None


Turns = Sequence[Turn]


class Turning:
    """A fix of rows that were set aside: `change` gives their turns as they shall be."""

    def __init__(self, change: Callable[[Turns], Turns]) -> None:
        self._change = change

    def see(self, seen: Seen) -> None:
        """What is mended are rows that became no record."""

    def apply(self, sourced: SourcedRecord, seen_by_check: bool) -> SourcedRecord | None:
        return sourced

    def mend(self, row: SourceRow, format_name: str, mapping: Mapping[str, str]) -> SourcedRecord | None:
        """Return what a row becomes with its turns changed; None where that does not make it usable."""
        try:
            cells, roles = self._changed(row.cells, mapping)
            record = FORMATS[format_name].to_record(cells, roles)
            return SourcedRecord(row.number, record, *sides_of(row.cells, mapping))
        except RowProblem:
            return None

    def _changed(
        self, cells: Mapping[str, Any], mapping: Mapping[str, str]
    ) -> tuple[Mapping[str, Any], Mapping[str, str]]:
        """Return cells and mapping with the turns changed; a column of the system becomes their first."""
        system: tuple[Turn, ...] = ()
        said = optional_prompt(cells, mapping.get("system"), "system message")
        if said and "messages" in mapping:
            system = (Turn("system", said),)
        roles = {role: column for role, column in mapping.items() if not (system and role == "system")}
        return {column: self._cell(cell, system) for column, cell in cells.items()}, roles

    def _cell(self, cell: Any, system: Turns) -> Any:
        """Return a cell with its turns changed, any other as it is. Raises RowProblem as `turns_in` does."""
        for keys in SPELLINGS:
            turns = turns_in(cell, "conversation") if is_written_turns(cell, *keys) else cell
            if _is_turns(turns, keys[0]):
                changed = self._change([*system, *map(_turn, turns)])
                return [dict(zip(keys, (turn.role, turn.text), strict=True)) for turn in changed]
        return cell


def _is_turns(cell: Any, role_key: str) -> bool:
    return (
        isinstance(cell, list)
        and bool(cell)
        and all(isinstance(turn, dict) for turn in cell)
        and any(role_of(turn.get(role_key)) for turn in cell)
    )


def _turn(turn: Mapping[str, Any]) -> Turn:
    role = role_of(turn.get("role", turn.get("from")))
    try:
        return Turn(role, message_of(*spoken(turn)).content)
    except RowProblem:
        return Turn(role, None)


def in_order(turns: Turns) -> Turns:
    """Return what the system says first, then the turns from the first question on, neighbours joined.

    Turns among which one cannot be learned are returned as they are, and stay unusable.
    """
    if any(turn.text is None for turn in turns):
        return turns
    system = [turn for turn in turns if turn.role == "system"]
    others = [turn for turn in turns if turn.role != "system"]
    if any(turn.role == "user" for turn in others):  # else it is the answer to a prompt
        others = list(dropwhile(lambda turn: turn.role != "user", others))
    joined: list[Turn] = []
    for turn in (*system, *others):
        if joined and joined[-1].role == turn.role:
            joined[-1] = Turn(turn.role, f"{joined[-1].text}\n\n{turn.text}")
        else:
            joined.append(turn)
    return joined
