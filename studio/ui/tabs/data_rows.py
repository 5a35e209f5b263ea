"""The table of the rows on the screen: turning its pages, going to a row, the rows of one finding."""

from dataclasses import replace

import gradio as gr

from studio.core.errors import Refused
from studio.services.views import DatasetView
from studio.ui.markup import notice
from studio.ui.panels import rows as panel
from studio.ui.panels.rows import ROWS_SHOWN, Page
from studio.ui.session import Session, read
from studio.ui.shell import Shell
from studio.ui.wiring import Updates, event_text, html_part, on, told


class RowsPart:
    """One page of the rows of the data set in view; the session names where it begins."""

    def __init__(self, shell: Shell, notice_part: gr.HTML) -> None:
        self._shell, self._studio, self.notice = shell, shell.studio, notice_part
        self.table = html_part("preview", "edit", "turn", "jump", "all", script="keeping")

    def outputs(self) -> list[gr.blocks.Block]:
        return [self.table]

    def wire(self, report: gr.HTML) -> None:
        """Attach the handlers; `report` names findings whose rows can be shown."""
        session, safe = self._shell.session, told(self.notice)
        for event, handler in (
            (self.table.turn, self.turn),
            (self.table.jump, self.jump),
            (self.table.all, self.all),
            (report.rows, self.of_finding),
        ):
            outputs = [self.notice, session]
            pressed = on(event, safe(handler), inputs=[session], outputs=outputs, repeats="multiple")
            self._shell.after(pressed, entering=False)

    def show(self, view: DatasetView | None, session: Session) -> Updates:
        if view is None:
            return {self.table: ""}
        if not view.preview:
            return {self.table: panel.file_rows(view)}
        return {self.table: panel.rows(self._page(view, session))}

    def _page(self, view: DatasetView, session: Session) -> Page:
        finding = panel.finding_of(session.finding, view.report.issues)
        total = view.report.kept if finding is None else len(finding.rows)
        top = session.top if session.top < total else max(0, total - 1) // ROWS_SHOWN * ROWS_SHOWN
        if finding is None:
            found = self._studio.records_at(view.id, top, ROWS_SHOWN)
        else:
            found = self._studio.records_of(view.id, finding.rows[top : top + ROWS_SHOWN])
        change = self._studio.change(view.id)
        editable = change is None or change.state != "working"
        return Page(found, top, total, finding, editable)

    # Handlers

    def turn(self, document: object, event: gr.EventData) -> Updates:
        top = event_text(event, "top")
        return self._to(replace(read(document), top=int(top) if top.isdecimal() else 0))

    def jump(self, document: object, event: gr.EventData) -> Updates:
        """Begin the page with a row of the file, or with the next one that is kept."""
        session, asked = read(document), event_text(event, "value").replace(",", "").strip()
        if not asked.isdecimal():
            raise Refused("That is no number of a row.", "Write digits only, as in the column Row.")
        row, place = int(asked), self._studio.place_of(session.dataset, int(asked))
        found = self._studio.records_at(session.dataset, place, 1)
        told_of = "" if not found or found[0].row == row else _instead(row, found[0].row)
        return {self.notice: told_of, **self._to(replace(session, top=place))}

    def all(self, document: object) -> Updates:
        return self._to(replace(read(document), finding="", top=0))

    def of_finding(self, document: object, event: gr.EventData) -> Updates:
        return self._to(replace(read(document), finding=event_text(event, "finding"), top=0))

    def _to(self, session: Session) -> Updates:
        return {self._shell.session: session.document()}


def _instead(row: int, shown: int) -> str:
    """Say which row is shown where the one that was asked for is set aside, left out, or beyond the end."""
    which = "next one" if shown > row else "last"
    return notice("neutral", f"Row {row:,} is not among the examples.", f"Row {shown:,} is the {which}.")
