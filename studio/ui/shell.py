"""The frame round the tabs, and the one handler that draws the page anew from its session."""

import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, Protocol

import gradio as gr

from studio.core.errors import StudioError
from studio.services.studio import Studio
from studio.ui import live, voices
from studio.ui.markup import escape, problem
from studio.ui.navigation import navigation
from studio.ui.session import Facts, Session, look_up, opened, read, welcome
from studio.ui.wiring import Updates, event_text, on

# The page's own script may arrive after Gradio's first event.
SCRIPT = "while (!window.studioScreen) await new Promise((go) => setTimeout(go, 20));"
REMEMBER = f"async (session) => {{ {SCRIPT} window.studioScreen.remember(session); }}"
ARRIVED = f"async (session) => {{ {SCRIPT} window.studioScreen.remember(session, true); }}"
RECALL = f"async (session) => {{ {SCRIPT} return window.studioScreen.recall(session); }}"


class Tab(Protocol):
    """One step. It is laid out when made; handlers are attached once all tabs are laid out."""

    name: str
    notice: gr.HTML
    """Where the step says what went wrong."""

    def outputs(self) -> list[gr.blocks.Block]:
        """Return the components that `show` may change."""

    def show(self, facts: Facts, *, entering: bool) -> Updates:
        """Return how the step looks for a session; `entering` unless the visitor was here already."""

    def wire(self) -> None:
        """Attach the handlers."""


@dataclass(frozen=True)
class Shell:
    """What every tab shares: the session, the list of steps, and the hidden pulse that polls."""

    studio: Studio
    session: gr.BrowserState
    steps: gr.HTML
    tabs: gr.Tabs
    pulse: gr.HTML
    entries: list[Tab]
    local: bool = True
    """The visitor sits at the machine that the studio runs on, and may name its folders."""

    def outputs(self) -> list[gr.blocks.Block]:
        own = [self.session, self.steps, self.tabs, self.pulse]
        return own + [part for entry in self.entries for part in entry.outputs()]

    def draw(self, document: object) -> Updates:
        """Return everything the page shows for a session, of the tabs only the one in view."""
        return self._draw(read(document))

    def draw_again(self, document: object) -> Updates:
        """Draw a page that was here already: what the visitor typed stays."""
        return self._draw(read(document), entering=False)

    def _draw(self, session: Session, *, entering: bool = True) -> Updates:
        facts = look_up(self.studio, session)
        entering |= (facts.session.dataset, facts.session.step) != (session.dataset, session.step)
        updates: Updates = {
            self.session: facts.session.document(),
            self.steps: navigation(facts),
            self.tabs: gr.Tabs(selected=facts.session.step),
            self.pulse: pulse(self.studio, facts, measuring=False if entering else None),
        }
        entry = next(entry for entry in self.entries if entry.name == facts.session.step)
        try:
            return updates | entry.show(facts, entering=entering)
        except StudioError as error:
            # The frame still moves: the visitor reads it on the step that is meant, and can leave it.
            return updates | {entry.notice: problem(error)}

    def _visit(self, session: Session) -> Updates:
        """Draw the page for somebody who comes to a step: what went wrong there before is over."""
        return {entry.notice: "" for entry in self.entries} | self._draw(session)

    def after(self, event: Any, *, entering: bool = True) -> Any:
        """Draw the page once a handler has changed the session or something behind it.

        Where it is being drawn for an earlier event that knew nothing of this one, it is drawn once more.
        """
        handler = self.draw if entering else self.draw_again
        inputs, outputs = [self.session], self.outputs()
        return on(event.then, handler, inputs=inputs, outputs=outputs, repeats="always_last")

    def arrive(self, document: object) -> Updates:
        """Draw a page that was just opened: where it was, or with the run that is live."""
        addressed = isinstance(document, dict) and bool(document.get("addressed"))
        return self._visit(welcome(self.studio, read(document), addressed=addressed))

    def go(self, document: object, event: gr.EventData) -> Updates:
        """Draw another step; the Back key also brings back the ids that the address held. What else was
        chosen stays as it is: a recipe, a model, the conversation."""
        session = read(document)
        wanted = read({"step": event_text(event, "step")})
        if getattr(event, "back", False):
            dataset = event_text(event, "dataset")
            session = session if dataset == session.dataset else opened(session, dataset)
            ids = {name: event_text(event, name) for name in ("run", "question")}
            session = replace(session, **ids)
        return self._visit(session.at(wanted.step))

    def wire(self, page: gr.Blocks) -> None:
        """Attach what belongs to the whole page, then each tab's own handlers."""
        everything = self.outputs()
        arrived = on(page.load, self.arrive, inputs=[self.session], outputs=everything, js=RECALL)
        on(arrived.then, None, inputs=[self.session], js=ARRIVED)
        on(self.steps.go, self.go, inputs=[self.session], outputs=everything, repeats="multiple")
        found = self.pulse.changed
        on(found, self.draw_again, inputs=[self.session], outputs=everything, repeats="always_last")
        on(self.session.change, None, inputs=[self.session], js=REMEMBER)
        for entry in self.entries:
            entry.wire()

    def beat(self, session: Session, whole: Facts | None, *, measuring: bool) -> Updates:
        """Return the pulse of a step that knows whether forecasts are measured; `whole`: if all is drawn."""
        facts = whole or Facts(session, None, None)
        return {self.pulse: pulse(self.studio, facts, measuring=measuring, whole=whole is not None)}

    def step(self, name: str) -> Callable[[object], Updates]:
        """Return a handler that moves to a step."""
        return lambda document: self._visit(read(document).at(name))


def pulse(studio: Studio, facts: Facts, *, measuring: bool | None = None, whole: bool = True) -> str:
    """Return the hidden element that tells the page's script what to poll for.

    Its tag is of the very facts that the page is drawn from: what changes while it is drawn is then found by
    the next poll. (With one read afterwards, a file that was read to its end in between stayed "being read".)
    `measuring`: a forecast is not measured yet, so the page asks again although nothing is running; None
    where it is not known anew. `whole`: more than a part of a step is drawn, so the page shows these facts.
    """
    session = facts.session
    comparison = live.comparison_of(studio, session.question) if facts.run else None
    talk = session.talk if session.step == "chat" else ""
    watched: dict[str, object] = {"run": session.run, "question": session.question, "talk": talk}
    watched |= {"upload": session.upload, "dataset": session.dataset}
    if whole:
        told = voices.state_of(voices.talk_of(studio, talk), studio.server())
        state = (*live.state_of(studio, session.dataset, facts.dataset), *told)
        watched["tag"] = live.tag(facts.runs, facts.run, comparison, facts.upload, state)
    if measuring is not None:
        watched["measuring"] = measuring
    return f'<span hidden data-watch="{escape(json.dumps(watched))}"></span>'
