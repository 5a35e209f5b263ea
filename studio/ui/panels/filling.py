"""Rows that were set aside, as the file has them, each with a button that asks for what is missing in it."""

import json
from collections.abc import Sequence

from studio.data.blanks import Blank
from studio.services.views_of_data import RowsToFill, RowToFill
from studio.ui.markup import escape, table
from studio.ui.panels.cells import LONGEST_EDITED, PENCIL, shortened

LONGEST_READ = 2_000
"""Letters of a text that is only there to be read beside the one that is typed."""
NOTHING = '<span class="left-out">missing</span>'


def filling(found: RowsToFill) -> str:
    """Return the first rows that were set aside for one reason; every row that is filled in is a step."""
    columns = _columns(found.rows[0])
    body = "".join(_row(row, columns) for row in found.rows)
    shown = table("Rows to fill in", ("Row", *columns), body, classes="preview")
    more = found.count > len(found.rows)
    first = f" The first {len(found.rows)} of {found.count:,} are shown." if more else ""
    return (
        '<div class="trial" role="group" tabindex="-1" data-focus aria-label="Rows to fill in">'
        "<p><b>Press “Fill in” beside what is missing.</b> A row that is whole is used like the others."
        f"{first}</p>{shown}"
        '<div class="row-buttons"><button type="button" data-event="cancel">Close</button></div></div>'
    )


def typed(text: str) -> dict[str, str]:
    """Return what was typed into the dialog, by place; nothing for whatever is no such thing."""
    try:
        texts = json.loads(text)
    except ValueError:
        return {}
    is_such = isinstance(texts, dict) and all(isinstance(each, str) for each in texts.values())
    return texts if is_such else {}


def _is_talk(row: RowToFill) -> bool:
    return any(blank.place.startswith("turn:") for blank in row.blanks)


def _columns(row: RowToFill) -> tuple[str, ...]:
    return ("Conversation",) if _is_talk(row) else tuple(blank.title for blank in row.blanks)


def _row(row: RowToFill, columns: Sequence[str]) -> str:
    at = next((at for at, blank in enumerate(row.blanks) if blank.is_missing), len(row.blanks) - 1)
    cells = [f"{_text(blank)}{_button(row) if here == at else ''}" for here, blank in enumerate(row.blanks)]
    if _is_talk(row):
        turns = zip(row.blanks, cells, strict=True)
        cells = ["".join(f'<p class="turn"><b>{escape(blank.title)}</b> {cell}</p>' for blank, cell in turns)]
    named = zip(columns, cells, strict=True)
    body = "".join(f'<td data-label="{escape(name)}">{cell}</td>' for name, cell in named)
    return f'<tr><th scope="row">{row.row:,}</th>{body}</tr>'


def _text(blank: Blank) -> str:
    return shortened(blank.text) if blank.text.strip() else NOTHING if blank.is_missing else ""


def _button(row: RowToFill) -> str:
    fields = json.dumps([_field(blank) for blank in row.blanks], ensure_ascii=False)
    return (
        f' <button type="button" class="fill" data-event="fill" data-row="{row.row}" data-ask="row" '
        f'data-title="Fill in row {row.row:,}" data-fields="{escape(fields)}" data-yes="Save this row" '
        f'data-limit="{2 * LONGEST_EDITED}" aria-label="Fill in row {row.row}">{PENCIL} Fill in</button>'
    )


def _field(blank: Blank) -> dict[str, str | bool]:
    """Return what the dialog shows of a text; one that is too long to be handed to the page is cut."""
    is_open = blank.is_open and len(blank.text) <= LONGEST_EDITED
    text = blank.text if is_open or len(blank.text) <= LONGEST_READ else f"{blank.text[:LONGEST_READ]}…"
    return {
        "place": blank.place,
        "title": blank.title,
        "text": text,
        "open": is_open,
        "missing": blank.is_missing,
    }
