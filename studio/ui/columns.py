"""Which column is which, on the screen: what rows can be, the roles of each kind, what the choices mean."""

import re
from collections.abc import Mapping

from studio.core.errors import Refused
from studio.data.formats import FORMATS
from studio.data.labels import shortened
from studio.data.mapping import ABOUT_ROWS, PROMPTS, ROLES, is_prompt
from studio.services.views import DatasetView

NONE = "—"
"""Stands for no column."""
JOINED = "Several columns, joined by a prompt…"
JOINABLE = "input"
"""The role that has a box for a prompt; the others show one that they were given."""


def _roles(kind: str) -> set[str]:
    return {*FORMATS[kind].NEEDS, *FORMATS[kind].TAKES}


def _covering(name: str) -> str:
    """Return the format that asks for no more than this one and takes whatever it takes; itself if none does.

    To a reader they are one kind of rows: what a file is written in, the rows tell.
    """
    wider = (
        other
        for other in FORMATS
        if other != name and set(FORMATS[other].NEEDS) <= set(FORMATS[name].NEEDS)
        if _roles(name) <= _roles(other)
    )
    return next(wider, name)


KINDS = {
    name: re.sub(r" \(.*\)$", "", module.TITLE) for name, module in FORMATS.items() if _covering(name) == name
}
"""What rows can be -> in words."""


def offered_kinds(view: DatasetView) -> tuple[str, ...]:
    """Return what the rows of a file could be, told from the number of its columns and from its lists."""
    plain, lists = _columns(view)
    current = kind_of(view)

    def fits(kind: str) -> bool:
        needs = FORMATS[kind].NEEDS
        return bool(lists) if "messages" in needs else len(plain) >= len(needs)

    return tuple(kind for kind in KINDS if kind == current or fits(kind))


def kind_of(view: DatasetView) -> str:
    """Return what the rows were read as; while nobody knows, what a table most often is."""
    if view.report.format in FORMATS:
        return _covering(view.report.format)
    plain, lists = _columns(view)
    return _covering("chat") if lists else "pairs" if len(plain) > 1 else "text"


def offered_roles(view: DatasetView, kind: str) -> tuple[str, ...]:
    """Return the roles to show for a kind of rows: what it needs; what it takes, where columns are left."""
    if kind not in FORMATS:
        raise Refused("It is not said what the rows are.", "Choose it from the list.")
    read_as = view.report.format
    module = FORMATS[read_as if read_as in FORMATS and _covering(read_as) == kind else kind]
    left = len(view.report.columns) > len(module.NEEDS)
    takes = (*module.TAKES, *ABOUT_ROWS) if left else ()
    mapped = view.report.mapping
    return tuple(
        role
        for role in ROLES
        if role in (*module.NEEDS, *takes) or (role in mapped and kind == kind_of(view))
    )


def choices(view: DatasetView, role: str) -> tuple[list[str], str]:
    """Return what a role can be played by, and what it is played by."""
    options, chosen = [NONE, *view.report.columns], view.report.mapping.get(role, NONE)
    if role == JOINABLE and len(view.report.columns) > 1:
        options.append(JOINED)
    if chosen in options:
        return options, chosen
    # A prompt: of the question in its own box, of another role as one more choice.
    return (options, JOINED) if role == JOINABLE and JOINED in options else ([*options, chosen], chosen)


def prompt_of(view: DatasetView) -> str:
    """Return the prompt that joins columns to the question; empty where one column is the question."""
    chosen = view.report.mapping.get(JOINABLE, "")
    return chosen if chosen not in view.report.columns and is_prompt(chosen) else ""


def slots(view: DatasetView) -> tuple[str, ...]:
    """Return the columns that can stand in a prompt: a name with a brace in it cannot."""
    return tuple(column for column in view.report.columns if not is_prompt(column))


def suggestion(view: DatasetView, role: str) -> str:
    """Return the words of the button that uses a column nobody has chosen yet; empty where none is meant."""
    column = view.report.suggested.get(role, "")
    return f"Use “{shortened(column)}”: {ROLES[role].partition(':')[0]}" if column else ""


def asked_mapping(
    view: DatasetView, kind: str, chosen: Mapping[str, str | None], prompt: str
) -> dict[str, str]:
    """Return role -> column of what was chosen in sight. Raises Refused for a prompt that is not written."""
    seen = offered_roles(view, kind)
    mapping = {role: column for role, column in chosen.items() if role in seen and column and column != NONE}
    if mapping.get(JOINABLE) == JOINED:
        if not prompt.strip():
            raise Refused("The prompt is empty.", "Write it, with the columns in braces: {column}.")
        mapping[JOINABLE] = prompt
    return mapping


def _columns(view: DatasetView) -> tuple[list[str], list[str]]:
    """Return the columns of texts, and those that hold lists, which conversations are made of."""
    columns = view.report.columns
    lists = [name for name in columns if any(row.cells.get(name, "").startswith("[") for row in view.rows)]
    return [name for name in columns if name not in lists], lists


assert JOINABLE in PROMPTS
