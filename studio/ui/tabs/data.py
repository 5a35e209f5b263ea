"""Step 1, Data: a file or a sample becomes a dataset; its report, its mapping, and what will be learned."""

from dataclasses import replace
from pathlib import Path

import gradio as gr

from studio.core.errors import Refused, StudioError
from studio.data.inspect import training_refusal
from studio.data.mapping import ROLES
from studio.services.views import DatasetView
from studio.ui.actions import actions
from studio.ui.columns import NONE, asked_mapping, offered_roles
from studio.ui.markup import heading, notice, problem
from studio.ui.panels import data as panel
from studio.ui.session import Facts, Session, longest_example, read, refuse_folder
from studio.ui.shell import Shell
from studio.ui.wiring import Updates, event_text, html_part, on, told
from studio.ui.words import count, size

EMPTY_HEAD = heading(
    1,
    "Data",
    "Add your examples",
    subtitle="A table with one question and one good answer per row. 50 rows are enough to start.",
)
READING = notice("neutral", "Reading the file…", "Large files take a moment.")
VIEWS_KEPT = 64
NAME_SHOWN = 120
MOST_BYTES = 2 * 1000**3
"""Of a file that comes through the browser."""


class DataTab:
    name = "data"

    def __init__(self, shell: Shell) -> None:
        self._shell, self._studio = shell, shell.studio
        self._views: dict[tuple[object, ...], str] = {}
        with gr.Column(elem_classes="step"):
            self.head = html_part("head-data", value=EMPTY_HEAD)
            self.notice = html_part("notice-data", script="notices")
            with gr.Accordion("Use other examples", open=True, elem_id="other-examples") as self.other:
                self.upload = gr.File(
                    label="Examples", show_label=False, height=150, elem_id="upload", interactive=True
                )
                self.limit = html_part(
                    "upload-limit",
                    "refused",
                    script="uploads",
                    value=f'<i hidden data-most="{MOST_BYTES}"></i>',
                )
                self.samples = html_part("samples", "pick")
                self.uploads = html_part("uploads", "open", "rename", "remove")
            self.report = html_part("report")
            with gr.Column(visible=False, elem_id="mapping", elem_classes="panel") as self.mapping:
                self.sentence = html_part("mapping-sentence")
                with gr.Row(elem_classes="mapping-row"):
                    self.roles = {role: _dropdown(role) for role in ROLES}
                self.remap = gr.Button(
                    "Read the file with these columns", variant="secondary", elem_id="remap"
                )
            self.preview = html_part("preview")
            self.learning = html_part("learning", "example", "fetch", script="fetched")
            self.bar = actions("data", back=False)

    def outputs(self) -> list[gr.blocks.Block]:
        parts = [
            self.head,
            self.notice,
            self.other,
            self.upload,
            self.samples,
            self.uploads,
            self.report,
            self.mapping,
            self.sentence,
        ]
        return [*parts, *self.roles.values(), self.preview, self.learning, *self.bar.parts()]

    def wire(self) -> None:
        session, outputs = self._shell.session, [self.notice, self.upload, self._shell.session]
        safe = told(self.notice)
        started = on(self.upload.upload, lambda: {self.notice: READING}, outputs=[self.notice])
        events = [on(started.then, safe(self.add), inputs=[self.upload, session], outputs=outputs)]
        for event, handler in (
            (self.limit.refused, self.refuse),
            (self.samples.pick, self.pick),
            (self.uploads.open, self.open),
            (self.uploads.rename, self.rename),
            (self.uploads.remove, self.remove),
            (self.learning.example, self.move),
        ):
            events.append(on(event, safe(handler), inputs=[session], outputs=outputs))
        chosen = [session, *self.roles.values()]
        events.append(on(self.remap.click, safe(self.change_mapping), inputs=chosen, outputs=outputs))
        for event in events:
            self._shell.after(event)
        on(self.learning.fetch, self.learn, inputs=[session], outputs=[self.learning])
        onward = self._shell.step("method")
        on(self.bar.primary.click, onward, inputs=[session], outputs=self._shell.outputs())

    # What it looks like

    def show(self, facts: Facts, *, entering: bool) -> Updates:
        view = facts.dataset
        updates: Updates = {
            self.head: _head(view) if view else EMPTY_HEAD,
            self.other: gr.Accordion(open=view is None),
            self.samples: panel.samples(self._studio.samples(), first=view is None),
            self.uploads: panel.uploads(self._studio.datasets(), facts.session.dataset),
            self.report: panel.report(view) + _refusal(view) if view else "",
            self.preview: panel.preview(view) if view else "",
            self.learning: self._learning(view, facts.session) if view else "",
            self.bar.primary: _primary(view),
        }
        return updates | self._mapping(view)

    def _mapping(self, view: DatasetView | None) -> Updates:
        roles = offered_roles(view) if view else ()
        if view is None or not roles:
            return {self.mapping: gr.Column(visible=False)}
        columns, mapping = [NONE, *view.report.columns], view.report.mapping
        updates: Updates = {
            self.mapping: gr.Column(visible=True),
            self.sentence: panel.mapping(view.report),
        }
        for role, dropdown in self.roles.items():
            value = mapping.get(role, NONE)
            updates[dropdown] = gr.Dropdown(choices=columns, value=value, visible=role in roles)
        return updates

    def _learning(self, view: DatasetView, session: Session) -> str:
        if not view.report.kept or not view.report.mapping:
            return ""
        index = min(session.example, view.report.kept - 1)
        return self._views.get(_key(view, session, index), panel.learning_wait())

    # Handlers

    def add(self, file: str | None, document: object) -> Updates:
        if file is None:
            return {self.upload: None}
        path = Path(file)
        try:
            view = self._studio.add_dataset(path, path.name)
        except StudioError as error:
            return {self.notice: problem(error), self.upload: None}
        finally:
            # The store keeps its own copy; Gradio's would stay readable by its address.
            path.unlink(missing_ok=True)
        return {self.upload: None, **self._opened(document, view)}

    def refuse(self, document: object, event: gr.EventData) -> Updates:
        """Say that a file is too large: the page noticed before it sent any of it."""
        bytes_of_file = event_text(event, "bytes")
        large = size(int(bytes_of_file)) if bytes_of_file.isdecimal() else "too many bytes"
        raise Refused(
            f"The file {event_text(event, 'name')[:NAME_SHOWN]} has {large}; {size(MOST_BYTES)} is the most "
            "that a browser can hand over.",
            "Save it as Parquet, which is smaller, or take fewer rows; a few thousand good ones are plenty.",
        )

    def pick(self, document: object, event: gr.EventData) -> Updates:
        return self._opened(document, self._studio.add_sample(event_text(event, "sample")))

    def open(self, document: object, event: gr.EventData) -> Updates:
        return self._opened(document, self._studio.dataset(event_text(event, "id")))

    def rename(self, document: object, event: gr.EventData) -> Updates:
        self._studio.rename_dataset(event_text(event, "id"), event_text(event, "text"))
        return {self._shell.session: document}

    def remove(self, document: object, event: gr.EventData) -> Updates:
        self._studio.delete_dataset(event_text(event, "id"))
        return {self._shell.session: document}

    def change_mapping(self, document: object, *columns: str | None) -> Updates:
        session = read(document)
        chosen = dict(zip(ROLES, columns, strict=True))
        view = self._studio.remap(session.dataset, asked_mapping(chosen))
        return self._opened(document, view)

    def move(self, document: object, event: gr.EventData) -> Updates:
        session = read(document)
        step = -1 if event_text(event, "move") == "-1" else 1
        return {self._shell.session: replace(session, example=max(0, session.example + step)).document()}

    def learn(self, document: object) -> Updates:
        """Return the coloured view of one example; the first loads the tokenizer, which takes seconds."""
        session = read(document)
        try:
            view = self._studio.dataset(session.dataset)
            index = min(session.example, view.report.kept - 1)
            self._check_model(session)
            row, spans = self._studio.learning_view(
                view.id, index, model=session.model, max_length=longest_example(session)
            )
        except StudioError as error:
            return {self.learning: problem(error)}
        shown = panel.learning(row, spans, index=index, total=view.report.kept)
        while len(self._views) >= VIEWS_KEPT:
            self._views.pop(next(iter(self._views)))
        self._views[_key(view, session, index)] = shown
        return {self.learning: shown}

    def _check_model(self, session: Session) -> None:
        if not session.model:
            raise Refused("No model is named yet.", "Name one on the next step, or choose the starter model.")
        if not self._shell.local:
            refuse_folder(session.model, {model.id for model in self._studio.models()})

    def _opened(self, document: object, view: DatasetView) -> Updates:
        """Return a session on this dataset; a run of another dataset is let go."""
        session = read(document)
        if session.dataset != view.id:
            session = replace(session, dataset=view.id, run="", question="")
        return {self._shell.session: replace(session, example=0).document()}


def _key(view: DatasetView, session: Session, index: int) -> tuple[object, ...]:
    """Name what a coloured example depends on."""
    return view.id, view.version, index, session.model, longest_example(session)


def _dropdown(role: str) -> gr.Dropdown:
    label = f"{ROLES[role][0].upper()}{ROLES[role][1:]}"
    return gr.Dropdown(
        [NONE], value=NONE, label=label, filterable=False, interactive=True, elem_id=f"role-{role}"
    )


def _head(view: DatasetView) -> str:
    subtitle = f"{view.name}: look it over, then go on."
    return heading(1, "Data", "Check your examples", subtitle=subtitle)


def _refusal(view: DatasetView) -> str:
    refusal = training_refusal(view.report)
    return notice("warning", "Not ready yet.", refusal.message, hint=refusal.hint) if refusal else ""


def _primary(view: DatasetView | None) -> gr.Button:
    if view is None:
        return gr.Button("Add examples first", interactive=False)
    if training_refusal(view.report) is not None:
        return gr.Button("These examples cannot be used yet", interactive=False)
    return gr.Button(f"Use these {count(view.report.kept, 'example')}", interactive=True)
