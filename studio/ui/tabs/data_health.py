"""The health report on the screen: trying a fix, applying it, taking it back, editing a text; the charts."""

from dataclasses import replace
from typing import Any

import gradio as gr

from studio.core.errors import Refused, StudioError
from studio.services.filling import FIX as FILL_IN
from studio.services.views import DatasetView
from studio.services.views_of_data import FixPreview
from studio.ui.markup import notice, problem
from studio.ui.panels import changing, fixing, health
from studio.ui.panels.filling import typed
from studio.ui.panels.fixing import Editable, Found, Trial
from studio.ui.panels.pictures import pictures
from studio.ui.session import Session, look_up, read
from studio.ui.shell import Shell
from studio.ui.wiring import Updates, event_text, html_part, on, told

TRIALS_KEPT = 32
ROWS_BY_HAND = 12
UNDONE = notice("neutral", "Undone.", "The rows are as they were before that step.")
REDONE = notice("good", "Done again.", "The step that was taken back is made once more.")


class HealthPart:
    """Report, charts and history of the data set in view. A trial is open while the session names it."""

    def __init__(self, shell: Shell, notice_part: gr.HTML) -> None:
        self._shell, self._studio, self.notice = shell, shell.studio, notice_part
        self._trials: dict[tuple[str, ...], Found] = {}
        self._failed: dict[tuple[str, ...], StudioError] = {}
        self.changing = html_part("changing", "stop", "close", script="arrivals")
        events = ("offer", "cancel", "apply", "undo", "edit", "fill", "rows", "fetch")
        self.report = html_part("report", *events, script="keeping")
        self.history = html_part("history", "undo", "redo", script="keeping")
        self.pictures = html_part("pictures", script="figures")

    def outputs(self) -> list[gr.blocks.Block]:
        return [self.changing, self.report, self.history, self.pictures]

    def wire(self, preview: gr.HTML) -> None:
        """Attach the handlers; `preview` is the table whose texts can be edited."""
        session, safe = self._shell.session, told(self.notice)
        pressed: dict[str, Any] = {"inputs": [session], "outputs": [self.notice, session]}
        for event, handler in (
            (self.changing.stop, self.stop),
            (self.changing.close, self.close),
            (self.report.offer, self.offer),
            (self.report.cancel, self.cancel),
            (self.report.apply, self.apply),
        ):
            self._shell.after(on(event, safe(handler), **pressed), entering=False)
        for event, handler in (
            (self.report.undo, self.undo),
            (self.history.undo, self.undo),
            (self.history.redo, self.redo),
        ):
            # The rows may have been read with other columns before that step: they are shown as chosen.
            self._shell.after(on(event, safe(handler), **pressed))
        for event, handler in (
            (preview.edit, self.edit),
            (self.report.edit, self.edit),
            (self.report.fill, self.fill),
        ):
            # Each brings a text that was typed: the next one must not be lost while one is being written.
            self._shell.after(on(event, safe(handler), **pressed, repeats="multiple"), entering=False)
        done = on(self.report.fetch, self.try_out, inputs=[session], repeats="always_last")
        outputs = [self.notice, session]
        told_of = on(done.then, safe(self.tried), inputs=[session], outputs=outputs, repeats="always_last")
        self._shell.after(told_of, entering=False)

    def show(self, view: DatasetView | None, session: Session) -> Updates:
        if view is None:
            return dict.fromkeys(self.outputs(), "")
        steps, change = self._studio.history(view.id), self._studio.change(view.id)
        mending = health.Mending(
            self._offers(view), *self._opened(view, session), steps, rows_can_be_shown=bool(view.preview)
        )
        return {
            self.changing: changing.changing(change) if change is not None else "",
            self.report: health.health(view.report, view.file_name, mending) + health.rows_link(view),
            self.history: fixing.history(steps, self._studio.undone(view.id)),
            self.pictures: pictures(view.report),
        }

    def _offers(self, view: DatasetView) -> health.Offers:
        if not view.report.format:
            return {}
        return {
            (issue.check, issue.kind): self._studio.fixes_for(view.id, issue.check, issue.kind)
            for issue in view.report.issues
        }

    def _opened(self, view: DatasetView, session: Session) -> tuple[Trial | None, Found | None]:
        trial = fixing.trial_of(session.trial)
        return trial, self._trials.get((view.id, view.version, session.trial)) if trial else None

    # Handlers

    def offer(self, document: object, event: gr.EventData) -> Updates:
        """Open the trial of a fix; pressed again, its button closes it."""
        session, asked = read(document), event_text(event, "trial")
        return self._to(replace(session, trial="" if session.trial == asked else asked))

    def cancel(self, document: object) -> Updates:
        return self._to(replace(read(document), trial=""))

    def try_out(self, document: object) -> None:
        """Do the fix of the open trial on all rows and write nothing; of a large file this takes a while.

        What came of it is shown by `tried`: meanwhile the visitor may have closed the trial.
        """
        session = read(document)
        view, trial = look_up(self._studio, session).dataset, fixing.trial_of(session.trial)
        if view is None or trial is None or self._opened(view, session)[1] is not None:
            return
        try:
            version, found = self._tried(session.dataset, trial)
        except StudioError as error:
            self._failed[session.dataset, session.trial] = error
            return
        while len(self._trials) >= TRIALS_KEPT:
            self._trials.pop(next(iter(self._trials)), None)
        self._trials[session.dataset, version, session.trial] = found

    def tried(self, document: object) -> Updates:
        """Close the trial of a fix that cannot be done, and say why."""
        session = read(document)
        error = self._failed.pop((session.dataset, session.trial), None)
        if error is None:
            return {}
        return {self.notice: problem(error), **self._to(replace(session, trial=""))}

    def _tried(self, dataset: str, trial: Trial) -> tuple[str, Found]:
        """Return the version that was looked at, and what a fix would do to it or the rows to edit."""
        if trial.fix == FILL_IN:
            rows = self._studio.rows_to_fill(dataset, trial.check, trial.kind, ROWS_BY_HAND)
            return rows.version, rows
        if trial.fix != "edit":
            found = self._studio.preview_fix(dataset, trial.check, trial.kind, trial.fix)
            return found.version, found
        view = self._studio.dataset(dataset)
        names = (trial.check, trial.kind)
        issue = next((each for each in view.report.issues if (each.check, each.kind) == names), None)
        if issue is None:
            raise Refused("This finding is no longer there.", "Look at the newest report.")
        records = self._studio.records_of(dataset, issue.rows[:ROWS_BY_HAND])
        return view.version, Editable(records, issue.count)

    def apply(self, document: object) -> Updates:
        """Begin the change that the open trial shows; refused where the data set is another by now.

        Where none is open it was pressed twice: the first press has closed it.
        """
        session = read(document)
        trial, view = fixing.trial_of(session.trial), self._studio.dataset(session.dataset)
        if trial is None:
            return self._to(session)
        found = self._trials.get((view.id, view.version, session.trial))
        if not isinstance(found, FixPreview):
            raise Refused("That fix was not tried on these rows yet.", "Press its button, and look first.")
        self._studio.start_fix(view.id, trial.check, trial.kind, trial.fix, version=found.version)
        return self._to(replace(session, trial="", finding=""))

    def undo(self, document: object) -> Updates:
        session = read(document)
        self._studio.undo(session.dataset)
        return {self.notice: UNDONE, **self._to(replace(session, trial=""))}

    def redo(self, document: object) -> Updates:
        session = read(document)
        self._studio.redo(session.dataset)
        return {self.notice: REDONE, **self._to(replace(session, trial=""))}

    def edit(self, document: object, event: gr.EventData) -> Updates:
        """Write another text into one row; what is open stays open for the next one."""
        session, row = read(document), _row(event)
        role, text = event_text(event, "role"), event_text(event, "text")
        self._studio.start_edit(session.dataset, row, role, text)
        return self._to(session)

    def fill(self, document: object, event: gr.EventData) -> Updates:
        """Use a row that was set aside with what was typed; what is open stays open for the next one."""
        session = read(document)
        self._studio.start_fill(session.dataset, _row(event), typed(event_text(event, "text")))
        return self._to(session)

    def stop(self, document: object) -> Updates:
        """Give up the change that is under way."""
        session = read(document)
        self._studio.stop_change(session.dataset)
        return self._to(session)

    def close(self, document: object) -> Updates:
        """Put the message about a change that could not be made away."""
        session = read(document)
        self._studio.put_change_away(session.dataset)
        return self._to(session)

    def _to(self, session: Session) -> Updates:
        return {self._shell.session: session.document()}


def _row(event: gr.EventData) -> int:
    row = event_text(event, "row")
    if not row.isdecimal():
        raise Refused("No row was named.", "Use the pencil beside a text.")
    return int(row)
