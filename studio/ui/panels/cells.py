"""A record's texts as cells of a table: what each is called, how it shows, whether it can be edited."""

from dataclasses import dataclass

from studio.core.records import Conversation, Message, Preference, Rated, Record, to_dict
from studio.ui.markup import escape

TITLES = {
    "prompt": "Question",
    "completion": "Good answer",
    "text": "Text",
    "label": "Label",
    "chosen": "Better answer",
    "rejected": "Worse answer",
}
RATED = {"prompt": TITLES["prompt"], "completion": "Answer"}
"""Of a rated answer, which may be a bad one."""
LONGEST_CELL = 400
"""Characters of one cell that a preview shows; the rest is announced, not dropped in silence."""
LONGEST_EDITED = 20_000
"""A text beyond it is not handed to the page to be edited."""

PENCIL = (
    '<svg viewBox="0 0 24 24" width="15" height="15" aria-hidden="true" fill="none" stroke="currentColor" '
    'stroke-width="2" stroke-linejoin="round"><path d="M4 20l1-4L16 5l3 3L8 19zM14 7l3 3"/></svg>'
)


@dataclass(frozen=True)
class Part:
    """One text of a record. `role` names it for an edit; "" where it is none that can be edited."""

    role: str
    title: str
    text: str


def parts_of(record: Record) -> tuple[Part, ...]:
    """Return the texts of a record in their order; the turns of a conversation each by itself."""
    if isinstance(record, Conversation):
        return _turns(record.messages)
    values = {name: value for name, value in to_dict(record).items() if name not in ("kind", "before")}
    before = _turns(record.before) if isinstance(record, Preference | Rated) else ()
    if isinstance(record, Rated):
        rating = Part("", "Rating", "good" if record.label else "bad")
        asked, answer = (Part(name, title, values[name]) for name, title in RATED.items())
        return (*before, asked, answer, rating)
    return (*before, *(Part(name, TITLES[name], text) for name, text in values.items()))


def _turns(messages: tuple[Message, ...]) -> tuple[Part, ...]:
    return tuple(Part(str(at), message.role, message.content) for at, message in enumerate(messages))


def columns_of(record: Record) -> tuple[str, ...]:
    if isinstance(record, Conversation):
        return ("Conversation",)
    return tuple(part.title for part in parts_of(record) if not part.role.isdigit())


def cells_of(row: int, record: Record, *, editable: bool = True) -> tuple[str, ...]:
    """Return the cells of a record as HTML, one for each of its columns, with a button to edit each text."""
    parts = parts_of(record)
    cells = tuple(f"{shortened(part.text)}{edit_button(row, part) if editable else ''}" for part in parts)
    shown = zip(parts, cells, strict=True)
    turns = "".join(
        f'<p class="turn"><b>{escape(part.title)}</b> {cell}</p>'
        for part, cell in shown
        if part.role.isdigit()
    )
    if isinstance(record, Conversation):
        return (turns,)
    # The turns ahead of a question stand above it, in its cell.
    first, *rest = (cell for part, cell in zip(parts, cells, strict=True) if not part.role.isdigit())
    return (turns + first, *rest)


def edit_button(row: int, part: Part) -> str:
    """Return the pencil that asks for another text; nothing where there is none to change."""
    if not part.role or len(part.text) > LONGEST_EDITED:
        return ""
    title = f"Row {row:,}: {part.title.lower()}"
    return (
        f'<button type="button" class="pencil" data-event="edit" data-row="{row}" '
        f'data-role="{escape(part.role)}" data-ask="long" data-title="{escape(title)}" '
        f'data-value="{escape(part.text)}" data-limit="{2 * LONGEST_EDITED}" data-yes="Save this text" '
        f'aria-label="Edit the {escape(part.title.lower())} of row {row}">{PENCIL}</button>'
    )


def shortened(text: str) -> str:
    if len(text) <= LONGEST_CELL:
        return escape(text)
    return f"{escape(text[:LONGEST_CELL])} <em>… {len(text) - LONGEST_CELL:,} more characters</em>"
