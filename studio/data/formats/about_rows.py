"""Columns that say something about a row: its part of a split, what it belongs to. Guessed, never applied."""

from collections.abc import Callable, Collection, Mapping, Sequence

from studio.core.report import Issue
from studio.data.formats.names import plain, words
from studio.data.formats.sides import part_named
from studio.data.readers.columns import shown
from studio.data.tables import SourceRow

SPLITS = ("split", "set", "subset", "fold", "partition", "part", "dataset", "datasplit", "usage")
"""Names of columns that say train or test; one is believed with a single value, as sorted files begin."""

# fmt: off
GROUPS = frozenset((
    "patient", "customer", "client", "user", "author", "writer", "speaker", "person", "student", "member",
    "employee", "account", "household", "family", "thread", "conversation", "dialog", "dialogue", "chat",
    "session", "case", "ticket", "document", "doc", "article", "record", "group", "cluster",
    "patientin", "kunde", "kundin", "klient", "autor", "autorin", "fall", "vorgang", "akte", "dokument",
    "cliente", "paciente", "usuario", "auteur", "dossier",
))
_NAMING = frozenset(("id", "ids", "number", "no", "nr", "num", "key", "name", "code", "ref", "uuid", "hash"))
# fmt: on
"""Who or what several rows can be of; beside one of them a name may hold only what names it."""

FEWEST_GROUPS = 5
LONGEST_NAME = 80
"""A longer cell is a text and names nobody."""

_SAID = {
    "split": (
        "{} seems to say which rows are for training and which for the exam.",
        "Choose it as “Where a row belongs” to keep to that; without it, chance draws the exam’s rows.",
    ),
    "group": (
        "{} names the same again and again: rows of one should stay together.",
        "Choose it as “What belongs together”; without it, some may be learned and others be in the exam.",
    ),
}


def suggested_roles(
    columns: Sequence[str], rows: Sequence[SourceRow], taken: Collection[str]
) -> dict[str, str]:
    """Return role -> column for the split and the group that the first rows seem to have.

    `taken` are columns that play a role already.
    """
    free = [column for column in columns if column not in taken]
    split = _first(free, rows, _names_parts)
    group = _first([column for column in free if column != split], rows, _names_groups)
    return {role: column for role, column in (("split", split), ("group", group)) if column is not None}


def columns_to_guess_from(columns: Sequence[str], rows: Sequence[SourceRow]) -> list[str]:
    """Return the columns without those that are no text to learn, though letters stand in them."""
    return [
        column
        for column in columns
        if not _names_parts(column, rows) and not (words(column) & _NAMING and _names_groups(column, rows))
    ]


def _first(
    columns: Sequence[str], rows: Sequence[SourceRow], fits: Callable[[str, Sequence[SourceRow]], bool]
) -> str | None:
    return next((column for column in columns if fits(column, rows)), None)


def notes_on(suggested: Mapping[str, str]) -> tuple[Issue, ...]:
    """Return a note for each suggestion, with what to do about it."""
    return tuple(
        Issue("mapping", "note", 1, (), _SAID[role][0].format(shown(column)), _SAID[role][1], kind=role)
        for role, column in suggested.items()
    )


def _names_parts(column: str, rows: Sequence[SourceRow]) -> bool:
    cells = _filled(column, rows)
    if not cells or not all(isinstance(cell, str) and part_named(cell) for cell in cells):
        return False
    return len(set(cells)) > 1 or plain(column) in SPLITS


def _names_groups(column: str, rows: Sequence[SourceRow]) -> bool:
    """Return whether a column is called after somebody, names several, and names them again."""
    spoken = words(column)
    if len(spoken & GROUPS) != 1 or not spoken <= GROUPS | _NAMING:
        return False
    cells = _filled(column, rows)
    if not all(isinstance(cell, str | int) and len(str(cell)) <= LONGEST_NAME for cell in cells):
        return False
    return FEWEST_GROUPS <= len(set(cells)) < len(cells)


def _filled(column: str, rows: Sequence[SourceRow]) -> list[object]:
    cells = (row.cells.get(column) for row in rows)
    return [cell for cell in cells if cell is not None and not (isinstance(cell, str) and not cell.strip())]
