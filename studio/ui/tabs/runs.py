"""All runs on the Train step: what can be done to each, and two to six of them side by side."""

from collections.abc import Callable
from dataclasses import replace

import gradio as gr

from studio.core.errors import Refused
from studio.services.comparing_runs import FEWEST, MOST
from studio.services.views import RunView
from studio.ui.panels import runs as panel
from studio.ui.session import Facts, Session, read
from studio.ui.shell import Shell
from studio.ui.tabs.likeness import begun_like
from studio.ui.wiring import Updates, event_text, html_part, on, told

EVENTS = (
    "open", "pick", "pause", "halt", "resume", "up", "down", "again", "rename", "annotate", "remove",
)  # fmt: skip


class RunsPart:
    """The list of runs, and the comparison of those that are ticked: their ids stand in the session."""

    def __init__(self, shell: Shell, notice: gr.HTML) -> None:
        self._shell, self._studio, self.notice = shell, shell.studio, notice
        self.pause = self._asking(lambda run: self._studio.pause(run))
        self.list = html_part("runs", *EVENTS, script="picking")
        self.versus = html_part("versus", "axis", "clear", script="versus")

    def outputs(self) -> list[gr.blocks.Block]:
        return [self.list, self.versus]

    def wire(self) -> None:
        session, safe = self._shell.session, told(self.notice)
        for event, handler in (
            (self.list.open, self.open),
            (self.list.pause, self.pause),
            (self.list.halt, self._asking(lambda run: self._studio.stop(run))),
            (self.list.resume, self._asking(lambda run: self._studio.resume(run))),
            (self.list.up, self._asking(lambda run: self._studio.move_in_queue(run, up=True))),
            (self.list.down, self._asking(lambda run: self._studio.move_in_queue(run, up=False))),
            (self.list.again, self.again),
            (self.list.rename, self.rename),
            (self.list.annotate, self.annotate),
            (self.list.remove, self.remove),
            (self.versus.axis, self.turn),
            (self.versus.clear, self.clear),
        ):
            # What is meant for one run must not be lost while another's is under way.
            outputs = [self.notice, session]
            pressed = on(event, safe(handler), inputs=[session], outputs=outputs, repeats="multiple")
            self._shell.after(pressed)
        self._wire_ticks()

    def _wire_ticks(self) -> None:
        """Boxes are ticked faster than the page is drawn, and the last choice must be the one that is shown.

        Each tick counts by itself: where Gradio puts one off, it sends the first one again in its place.
        """
        shell, told_pick = self._shell, told(self.notice)(self.pick)
        outputs = [self.notice, shell.session]
        picked = on(self.list.pick, told_pick, inputs=[shell.session], outputs=outputs, repeats="multiple")
        on(picked.then, shell.draw, inputs=[shell.session], outputs=shell.outputs(), repeats="always_last")

    def show(self, facts: Facts) -> Updates:
        views, session = self._studio.runs(), facts.session
        chosen = session.chosen
        return {
            self.list: panel.runs(views, session.run, chosen),
            self.versus: self._versus(views, session),
        }

    def _versus(self, views: tuple[RunView, ...], session: Session) -> str:
        chosen = session.chosen
        if len(chosen) < FEWEST:
            return "".join(panel.one_more(view.name) for view in views if view.id in chosen)
        return panel.side_by_side(self._studio.compare_runs(chosen), session.axis)

    # Handlers

    def open(self, document: object, event: gr.EventData) -> Updates:
        run = self._studio.run(event_text(event, "id"))
        return self._to(replace(read(document), run=run.id, dataset=run.config.dataset, question=""))

    def pick(self, document: object, event: gr.EventData) -> Updates:
        """Set those runs side by side that are ticked on the page: all of them come with each tick."""
        session = replace(read(document), compared=event_text(event, "value"))
        if len(session.chosen) > MOST:
            raise Refused(f"{MOST} runs can be set side by side.", "Take one out first.")
        return self._to(session)

    def turn(self, document: object, event: gr.EventData) -> Updates:
        return self._to(read({**read(document).document(), "axis": event_text(event, "value")}))

    def clear(self, document: object) -> Updates:
        return self._to(replace(read(document), compared=""))

    def again(self, document: object, event: gr.EventData) -> Updates:
        """Open the Method step with everything that was chosen for a run, to change some of it."""
        return self._to(begun_like(self._studio, read(document), event_text(event, "id")))

    def rename(self, document: object, event: gr.EventData) -> Updates:
        self._studio.rename_run(event_text(event, "id"), event_text(event, "text"))
        return {self._shell.session: document}

    def annotate(self, document: object, event: gr.EventData) -> Updates:
        self._studio.annotate_run(event_text(event, "id"), event_text(event, "text"))
        return {self._shell.session: document}

    def remove(self, document: object, event: gr.EventData) -> Updates:
        """Delete a run; where something trained goes with it, only after the word was typed."""
        run = self._studio.run(event_text(event, "id"))
        typed = event_text(event, "text").strip().casefold()
        if run.checkpoints and typed != panel.WORD_TO_DELETE:
            raise Refused(
                "Nothing was deleted.", f"Type “{panel.WORD_TO_DELETE}” to delete what was trained."
            )
        self._studio.delete_run(run.id)
        return {self._shell.session: document}

    def _asking(self, verb: Callable[[str], None]) -> Callable[[object, gr.EventData], Updates]:
        """Return the handler of a button that asks something of a run and changes nothing of the page."""

        def handle(document: object, event: gr.EventData) -> Updates:
            verb(event_text(event, "id"))
            return {self._shell.session: document}

        return handle

    def _to(self, session: Session) -> Updates:
        return {self._shell.session: session.document()}
