"""Step 1, Data: a file or a sample becomes a dataset; its health, its columns, and what will be learned.

This file lays the step out and shows one example as it will be learned; the other parts stand beside it.
"""

from dataclasses import replace

import gradio as gr

from studio.core.errors import Refused, StudioError
from studio.core.words import count
from studio.data.inspect import training_refusal
from studio.services.views import DatasetView
from studio.ui.actions import actions
from studio.ui.markup import heading, problem
from studio.ui.panels import data as panel
from studio.ui.session import Facts, Session, longest_example, look_up, read, refuse_folder
from studio.ui.shell import Shell
from studio.ui.tabs.data_columns import ColumnsPart
from studio.ui.tabs.data_health import HealthPart
from studio.ui.tabs.data_rows import RowsPart
from studio.ui.tabs.data_sources import SourcesPart
from studio.ui.wiring import Updates, event_text, html_part, on, told

EMPTY_HEAD = heading(
    1,
    "Data",
    "Add your examples",
    subtitle="A table with one question and one good answer per row. 50 rows are enough to start.",
)
VIEWS_KEPT = 64


class DataTab:
    name = "data"

    def __init__(self, shell: Shell) -> None:
        self._shell, self._studio = shell, shell.studio
        self._views: dict[tuple[object, ...], str] = {}
        self._refused: dict[tuple[object, ...], str] = {}
        with gr.Column(elem_classes="step"):
            self.head = html_part("head-data", value=EMPTY_HEAD)
            self.notice = html_part("notice-data", script="notices")
            self.sources = SourcesPart(shell, self.notice)
            self.health = HealthPart(shell, self.notice)
            self.columns = ColumnsPart(shell)
            self.rows = RowsPart(shell, self.notice)
            self.learning = html_part("learning", "example", "fetch", script="fetched")
            self.bar = actions("data", back=False)

    def outputs(self) -> list[gr.blocks.Block]:
        parts = [self.head, self.notice, self.learning, *self.bar.parts()]
        inner = (self.sources, self.health, self.columns, self.rows)
        return parts + [output for part in inner for output in part.outputs()]

    def wire(self) -> None:
        session, safe = self._shell.session, told(self.notice)
        self.sources.wire()
        self.health.wire(self.rows.table)
        self.rows.wire(self.health.report)
        self.columns.wire()
        outputs = [self.notice, session]
        stepped = self.learning.example
        moved = on(stepped, safe(self.move), inputs=[session], outputs=outputs, repeats="multiple")
        self._shell.after(moved, entering=False)  # which column is which may be half chosen
        read_out = on(self.learning.fetch, self.learn, inputs=[session], repeats="always_last")
        outputs = [self.notice, self.learning, session]
        on(read_out.then, safe(self.learned), inputs=[session], outputs=outputs, repeats="always_last")
        onward = self._shell.step("method")
        on(self.bar.primary.click, onward, inputs=[session], outputs=self._shell.outputs())

    # What it looks like

    def show(self, facts: Facts, *, entering: bool) -> Updates:
        view = facts.dataset
        return {
            self.head: _head(view) if view else EMPTY_HEAD,
            self.learning: self._learning(view, facts.session, entering=entering) if view else "",
            self.bar.primary: _primary(view),
            **self.sources.show(facts, entering=entering),
            **self.health.show(view, facts.session),
            **self.columns.show(view, entering=entering),
            **self.rows.show(view, facts.session),
        }

    def _learning(self, view: DatasetView, session: Session, *, entering: bool) -> str:
        """Return the example if it was read; why it could not be stays until one comes to it anew."""
        if not view.report.kept or not view.report.mapping:
            return ""
        key = _key(view, session)
        if entering:
            self._refused.pop(key, None)
        return self._views.get(key) or self._refused.get(key) or panel.learning_wait(key)

    # Handlers

    def move(self, document: object, event: gr.EventData) -> Updates:
        session = read(document)
        step = -1 if event_text(event, "move") == "-1" else 1
        example = _index(self._studio.dataset(session.dataset), session) + step
        return {self._shell.session: replace(session, example=max(0, example)).document()}

    def learn(self, document: object) -> None:
        """Read one example as the model will; the first loads the tokenizer, which takes seconds.

        It is shown by `learned`: meanwhile the visitor may have stepped on to another.
        """
        facts, kept = look_up(self._studio, read(document)), self._views
        view, session = facts.dataset, facts.session
        if view is None or (key := _key(view, session)) in kept:
            return
        try:
            self._check_model(session)
            row, spans = self._studio.learning_view(
                view.id,
                _index(view, session),
                model=session.model,
                objective=session.objective,
                max_length=longest_example(session),
            )
            shown = panel.learning(row, spans, index=_index(view, session), total=view.report.kept)
        except StudioError as error:
            kept, shown = self._refused, problem(error)
        while len(kept) >= VIEWS_KEPT:
            kept.pop(next(iter(kept)), None)
        kept[key] = shown

    def learned(self, document: object) -> Updates:
        facts = look_up(self._studio, read(document))
        shown = facts.dataset and self._learning(facts.dataset, facts.session, entering=False)
        return {self.learning: shown or ""}

    def _check_model(self, session: Session) -> None:
        if not session.model:
            raise Refused("No model is named yet.", "Name one on the next step, or choose the starter model.")
        if not self._shell.local:
            refuse_folder(session.model, {model.id for model in self._studio.models()})


def _index(view: DatasetView, session: Session) -> int:
    return min(session.example, view.report.kept - 1)


def _key(view: DatasetView, session: Session) -> tuple[object, ...]:
    """Name what a coloured example depends on."""
    chosen = session.model, session.objective, longest_example(session)
    return view.id, view.version, _index(view, session), *chosen


def _head(view: DatasetView) -> str:
    onward = "then go on" if training_refusal(view.report) is None else "and see what is missing"
    subtitle = f"{view.name}: look it over, {onward}."
    return heading(1, "Data", "Check your examples", subtitle=subtitle)


def _primary(view: DatasetView | None) -> gr.Button:
    if view is None:
        return gr.Button("Add examples first", interactive=False)
    if training_refusal(view.report) is not None:
        return gr.Button("These examples cannot be used yet", interactive=False)
    return gr.Button(f"Use these {count(view.report.kept, 'example')}", interactive=True)
