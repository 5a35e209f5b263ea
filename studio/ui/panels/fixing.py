"""What can be done about a finding: the buttons, the trial on real rows, what was done, and the way back."""

import json
from collections.abc import Sequence
from dataclasses import dataclass

from studio.core.cleaning import REMAPPED, since_reading
from studio.core.records import SourcedRecord
from studio.core.words import count, moment
from studio.data.checks import CHECKS
from studio.data.fixes import FIXES
from studio.services.filling import FIX as FILL_IN
from studio.services.views_of_data import ChangedRow, FixOffer, FixPreview, RowsToFill, Step
from studio.ui.markup import escape, folded, table
from studio.ui.panels.cells import cells_of, columns_of
from studio.ui.panels.changes import marked, visible
from studio.ui.panels.filling import filling


@dataclass(frozen=True)
class Trial:
    """The fix that is being looked at: of which finding, and which one."""

    check: str
    kind: str
    fix: str

    def key(self) -> str:
        """Return it as the session keeps it."""
        return json.dumps([self.check, self.kind, self.fix])


@dataclass(frozen=True)
class Editable:
    """The first of the rows that a finding names, to be edited one by one; `rows`: how many it names."""

    records: Sequence[SourcedRecord]
    rows: int


Found = FixPreview | Editable | RowsToFill
"""What a trial shows: what a fix would do, or the rows that are edited or filled in by hand."""


def trial_of(key: str) -> Trial | None:
    """Inverse of `key`; None for whatever is none."""
    try:
        parts = json.loads(key)
    except ValueError:
        return None
    if isinstance(parts, list) and len(parts) == 3 and all(isinstance(part, str) for part in parts):
        return Trial(*parts)
    return None


def buttons(check: str, kind: str, offers: Sequence[FixOffer], opened: Trial | None) -> str:
    """Return a button for each fix, the recommended one first, with its technical name beside the words."""
    ordered = sorted(offers, key=lambda offer: not offer.recommended)
    return "".join(_button(Trial(check, kind, offer.id), offer, opened) for offer in ordered)


def _button(trial: Trial, offer: FixOffer, opened: Trial | None) -> str:
    marks = ' class="recommended"' if offer.recommended else ""
    expanded = "true" if trial == opened else "false"
    return (
        f'<button type="button"{marks} data-event="offer" data-trial="{escape(trial.key())}" '
        f'aria-expanded="{expanded}" title="{escape(offer.summary)}">{escape(action(offer.id))} '
        f"<small>{escape(offer.title.lower())}</small></button>"
    )


def action(fix: str) -> str:
    """Return what a fix does, in the words of its button."""
    return FIXES[fix].ACTION


def waiting() -> str:
    """Return what stands there until the fix was tried on the rows; the page then asks for it."""
    return (
        '<div class="trial" data-fetch aria-busy="true"><p class="waiting" role="status">'
        "Trying it on your rows…</p></div>"
    )


def trial(offer: FixOffer, found: Found) -> str:
    """Return what a fix would do, on up to five real rows, with Apply and Cancel. Nothing is changed yet."""
    if isinstance(found, Editable):
        return editing(found)
    if isinstance(found, RowsToFill):
        return filling(found)
    touched = found.changed + found.dropped + found.added
    apply = f"Apply to {count(touched, 'row')}"
    apply_button = (
        f'<button type="button" class="apply" data-event="apply">{apply}</button>' if touched else ""
    )
    shown = _rows(found) if found.examples else ""
    return (
        f'<div class="trial" role="group" tabindex="-1" data-focus aria-label="Trial of this fix">'
        f"<p><b>{escape(effect(found.changed, found.dropped, found.added))}</b> {escape(offer.summary)}</p>"
        f'{shown}<div class="row-buttons">{apply_button}'
        '<button type="button" data-event="cancel">Cancel</button></div></div>'
    )


WILL = (("changes", "change"), ("is left out", "are left out"), ("is used again", "are used again"))
HAS = (("changed", "changed"), ("left out", "left out"), ("used again", "used again"))
"""What becomes of a row and of several, for each of the three numbers."""


def editing(found: Editable) -> str:
    """Return the first rows that a finding names with a pencil beside each text; every edit is a step."""
    if not found.records:
        said = "<p>These rows are no longer there.</p>"
    else:
        columns = columns_of(found.records[0].record)
        body = "".join(_editable_row(sourced, columns) for sourced in found.records)
        shown = table("Rows to edit", ("Row", *columns), body, classes="preview")
        first = (
            f" The first {len(found.records)} of {found.rows:,} are shown."
            if found.rows > len(found.records)
            else ""
        )
        said = f"<p><b>Press the pencil beside a text to change it.</b>{first}</p>{shown}"
    return (
        '<div class="trial" role="group" tabindex="-1" data-focus aria-label="Rows to edit">'
        f'{said}<div class="row-buttons"><button type="button" data-event="cancel">Close</button></div></div>'
    )


def _editable_row(sourced: SourcedRecord, columns: Sequence[str]) -> str:
    cells = zip(columns, cells_of(sourced.row, sourced.record), strict=True)
    body = "".join(f'<td data-label="{escape(name)}">{cell}</td>' for name, cell in cells)
    return f'<tr><th scope="row">{sourced.row:,}</th>{body}</tr>'


def effect(changed: int, dropped: int, added: int, *, done: bool = False) -> str:
    """Return e.g. `12 rows change, 1 is left out.`; `done`: it has happened."""
    numbers = zip((changed, dropped, added), HAS if done else WILL, strict=True)
    said = [(number, one if number == 1 else several) for number, (one, several) in numbers if number]
    if not said:
        return "No row changed." if done else "No row would change."
    first, *rest = said
    words = [f"{count(first[0], 'row')} {first[1]}", *(f"{number:,} {verb}" for number, verb in rest)]
    return f"{', '.join(words)}."


def _rows(found: FixPreview) -> str:
    body = "".join(_row(changed) for changed in found.examples)
    total = found.changed + found.dropped + found.added
    shown = len(found.examples)
    label = f"{shown} of {count(total, 'row')}, before and after"
    more = f"<p><small>{shown} of {total:,} rows shown.</small></p>" if total > shown else ""
    return table(label, ("Row", "Before", "After"), body, classes="preview sides") + more


def _row(changed: ChangedRow) -> str:
    if changed.after is None:
        before, after = visible(changed.before), '<span class="left-out">left out</span>'
    else:
        before, after = marked(changed.before, changed.after)
    return (
        f'<tr><th scope="row">{changed.row:,}</th><td data-label="Before">{before}</td>'
        f'<td data-label="After">{after}</td></tr>'
    )


def last_step(steps: Sequence[Step]) -> str:
    """Return the line that says what was done last, with the way back."""
    step, numbers = steps[-1], _effect(steps[-1])
    if step.fix == REMAPPED and (lost := len(since_reading(steps[:-1]))):
        changes = "change before it is" if lost == 1 else f"{lost} changes before it are"
        numbers += f" The {changes} not in them."
    words = f"<p><b>Done: {escape(_title(step))}.</b> {numbers}</p>"
    return (
        f'<div class="notice good done" role="status" tabindex="-1" data-focus>{words}'
        '<div class="row-buttons"><button type="button" data-event="undo">Undo</button></div></div>'
    )


def history(steps: Sequence[Step], undone: Sequence[Step]) -> str:
    """Return every step, the newest first: the newest can be undone, and then the one before; above them the
    step that can be made again."""
    if not steps and not undone:
        return ""
    held = len(since_reading(steps)) + 1
    """The steps that are in the rows, and the reading before them."""
    items = "".join(_step(step, newest=at == 0, lost=at >= held) for at, step in enumerate(reversed(steps)))
    made = f'<ol class="rows">{items}</ol>' if steps else "<p>The rows are as they were read.</p>"
    again = ""
    if undone:
        title = escape(_title(undone[0]))
        again = (
            '<div class="row-buttons"><button type="button" data-event="redo">'
            f"Make it again: {title} <small>redo</small></button></div>"
        )
    told = "<p>Your file stays as it is; each step is a version of its own, and Undo goes back by one.</p>"
    return folded(f"What was changed: {count(len(steps), 'step')}", f"{made}{again}{told}", opened=True)


def _step(step: Step, *, newest: bool, lost: bool) -> str:
    done = "no longer in the rows: the file was read anew" if lost else _effect(step).removesuffix(".")
    what = CHECKS[step.check].TITLE if step.check in CHECKS else step.kind
    what = " · ".join(filter(None, (done, escape(what), moment(step.at))))
    back = '<button type="button" data-event="undo">Undo this step</button>' if newest else ""
    return (
        f"<li><div><b>{escape(_title(step))}</b><small>{what}</small></div>"
        f'<div class="row-buttons">{back}</div></li>'
    )


def _effect(step: Step) -> str:
    if step.fix == FILL_IN:
        return f"Filled in: {count(step.added, 'row')}."
    if step.fix == REMAPPED:
        return f"{count(step.changed, 'row')} read from the file."
    return effect(step.changed, step.dropped, step.added, done=True)


def _title(step: Step) -> str:
    return action(step.fix) if step.fix in FIXES else step.title
