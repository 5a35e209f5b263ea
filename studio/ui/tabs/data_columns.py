"""Which column is which: what the rows are, a choice for each role, a prompt that joins several columns."""

from functools import partial

import gradio as gr

from studio.data.mapping import ABOUT_ROWS, ROLES
from studio.services.views import DatasetView
from studio.ui import columns
from studio.ui.columns import JOINABLE, JOINED, NONE
from studio.ui.panels import data as panel
from studio.ui.session import opened, read
from studio.ui.shell import Shell
from studio.ui.wiring import Updates, html_part, on, told


class ColumnsPart:
    """One panel of the Data step. What goes wrong with the columns is told in it."""

    def __init__(self, shell: Shell) -> None:
        self._shell, self._studio = shell, shell.studio
        with gr.Column(visible=False, elem_id="mapping", elem_classes="panel") as self.panel:
            self.sentence = html_part("mapping-sentence")
            self.kind = gr.Dropdown(
                [(title, kind) for kind, title in columns.KINDS.items()],
                value=next(iter(columns.KINDS)),
                label="The rows are",
                filterable=False,
                interactive=True,
                elem_id="rows-are",
            )
            with gr.Row(elem_classes="mapping-row"):
                self.roles = {role: _dropdown(role) for role in ROLES if role not in ABOUT_ROWS}
            with gr.Column(visible=False, elem_id="prompt-part") as self.joined:
                self.prompt = gr.Textbox(
                    label="The question, with a slot for each column",
                    info="Press a column to put it in. What stands in braces becomes the row's own text.",
                    lines=3,
                    interactive=True,
                    elem_id="prompt",
                )
                self.slots = html_part("slots", script="slots")
            self.about = gr.Accordion(
                "Rows that belong together, or your own exam rows (split)", open=False, elem_id="about-rows"
            )
            with self.about, gr.Row(elem_classes="mapping-row"):
                self.roles |= {role: _dropdown(role) for role in ABOUT_ROWS}
            with gr.Row():
                self.uses = {
                    role: gr.Button(visible=False, elem_classes="use", elem_id=f"use-{role}")
                    for role in ABOUT_ROWS
                }
            self.notice = html_part("notice-columns", script="notices")
            self.again = gr.Button("Read the file with these columns", variant="secondary", elem_id="remap")

    def outputs(self) -> list[gr.blocks.Block]:
        parts = [self.panel, self.sentence, self.kind, self.joined, self.prompt, self.slots, self.about]
        return [*parts, self.notice, *self.roles.values(), *self.uses.values()]

    def wire(self) -> None:
        session, seen = self._shell.session, [*self.roles.values(), self.about, self.joined]
        on(self.kind.input, self.choose_kind, inputs=[session, self.kind, self.roles[JOINABLE]], outputs=seen)
        on(
            self.roles[JOINABLE].input,
            self.choose_input,
            inputs=[self.roles[JOINABLE]],
            outputs=[self.joined],
        )
        chosen = [session, self.kind, self.prompt, *(self.roles[role] for role in ROLES)]
        safe = told(self.notice)
        done = on(self.again.click, safe(self.change), inputs=chosen, outputs=[self.notice, session])
        self._shell.after(done, entering=False)
        for role, button in self.uses.items():
            use, outputs = safe(partial(self.use, role)), [self.notice, session, self.about]
            outputs += [self.roles[role], button]
            self._shell.after(on(button.click, use, inputs=chosen, outputs=outputs), entering=False)

    def show(self, view: DatasetView | None, *, entering: bool) -> Updates:
        """Return the panel as the file was read; unless `entering`, what was chosen since stays."""
        if view is None or not view.report.columns:
            return {self.panel: gr.Column(visible=False)}
        sentence = panel.mapping(view.report, self._studio.history(view.id))
        if not entering:
            return {self.sentence: sentence}
        kind, prompt = columns.kind_of(view), columns.prompt_of(view)
        titles = [(columns.KINDS[name], name) for name in columns.offered_kinds(view)]
        updates: Updates = {
            self.panel: gr.Column(visible=True),
            self.sentence: sentence,
            self.kind: gr.Dropdown(choices=titles, value=kind, visible=len(titles) > 1),
            self.prompt: prompt,
            self.joined: gr.Column(visible=bool(prompt)),
            self.slots: panel.slots(columns.slots(view)),
            self.notice: "",
        }
        offered = columns.offered_roles(view, kind)
        for role, dropdown in self.roles.items():
            options, chosen = columns.choices(view, role)
            updates[dropdown] = gr.Dropdown(choices=options, value=chosen, visible=role in offered)
        for role, button in self.uses.items():
            words = columns.suggestion(view, role)
            updates[button] = gr.Button(words, visible=bool(words) and role in offered)
        return updates | {
            self.about: _about(offered, opened=bool(set(ABOUT_ROWS) & set(view.report.mapping)))
        }

    # Handlers

    def choose_kind(self, document: object, kind: str, asked: str) -> Updates:
        """Show the roles that such rows have."""
        offered = columns.offered_roles(self._studio.dataset(read(document).dataset), kind)
        updates: Updates = {
            dropdown: gr.Dropdown(visible=role in offered) for role, dropdown in self.roles.items()
        }
        joined = asked == JOINED and JOINABLE in offered
        return updates | {self.about: _about(offered), self.joined: gr.Column(visible=joined)}

    def choose_input(self, asked: str) -> Updates:
        return {self.joined: gr.Column(visible=asked == JOINED)}

    def use(self, role: str, document: object, kind: str, prompt: str, *chosen: str | None) -> Updates:
        """Read the file with what is chosen, and with the column that was suggested for one more role.

        The page shows that choice as its own: where the file is large, the rows are read long after.
        """
        column = self._studio.dataset(read(document).dataset).report.suggested.get(role, NONE)
        played = dict(zip(ROLES, chosen, strict=True)) | {role: column}
        shown = {self.about: gr.Accordion(open=True), self.uses[role]: gr.Button(visible=False)}
        return {**self.change(document, kind, prompt, *played.values()), self.roles[role]: column, **shown}

    def change(self, document: object, kind: str, prompt: str, *chosen: str | None) -> Updates:
        session = read(document)
        view = self._studio.dataset(session.dataset)
        mapping = columns.asked_mapping(view, kind, dict(zip(ROLES, chosen, strict=True)), prompt)
        self._studio.start_remap(view.id, mapping)
        return {self._shell.session: opened(session, view.id).document()}


def _about(offered: tuple[str, ...], *, opened: bool = False) -> gr.Accordion:
    return gr.Accordion(visible=bool(set(ABOUT_ROWS) & set(offered)), open=opened)


def _dropdown(role: str) -> gr.Dropdown:
    words, _, explained = ROLES[role].partition(": ")
    return gr.Dropdown(
        [NONE],
        value=NONE,
        label=f"{words[0].upper()}{words[1:]}",
        info=explained or None,
        filterable=False,
        interactive=True,
        elem_id=f"role-{role}",
    )
