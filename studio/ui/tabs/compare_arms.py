"""The fold of the Compare step that asks whether tuning was needed: other ways on the same held-back rows."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import gradio as gr

from studio.core.errors import Refused, StudioError
from studio.core.events import ACTIVE
from studio.engine.outputs import judges_only
from studio.evaluation.arms import ARMS, further
from studio.services.exam_view import ExamView
from studio.services.views import JobView, RunView
from studio.ui.panels import arms as results
from studio.ui.panels import baking as panel
from studio.ui.panels.compare import job as progress
from studio.ui.session import Facts, Session, read
from studio.ui.shell import Shell
from studio.ui.wiring import Updates, event_text, html_part, on, told

DOCUMENT_TYPES = [".txt", ".md", ".docx", ".pdf"]
WHAT = "The exam under way"


class ArmsPart:
    """Laid out when made. A fold of Gradio's own, which drawing anew does not close."""

    def __init__(self, shell: Shell, notice: gr.HTML) -> None:
        self._shell, self._studio, self.notice = shell, shell.studio, notice
        with gr.Accordion(panel.title(""), open=False, elem_id="bake-off", elem_classes="fold") as self.fold:
            gr.HTML(panel.INTRO, apply_default_css=False)
            self.results = html_part("bake-off-results", script="figures")
            self.prompt = gr.Textbox(
                label="Your instructions to the untouched model",
                info="What you would tell a new colleague: who asks, how to answer, how long.",
                placeholder="You answer questions about … in one or two friendly sentences.",
                lines=3,
                max_lines=10,
                interactive=True,
                elem_id="bake-off-prompt",
            )
            self.documents = html_part("bake-off-documents", "remove", "restore")
            self.upload = gr.UploadButton(
                "Add documents (text, Markdown, Word, PDF)",
                file_count="multiple",
                file_types=DOCUMENT_TYPES,
                variant="secondary",
                elem_id="bake-off-upload",
            )
            self.ways = html_part("bake-off-ways", "pick", script="choices")
            self.expected = html_part("bake-off-expected")
            self.start = gr.Button(
                "Set them side by side", variant="secondary", size="lg", elem_id="bake-off-start"
            )
            self.progress = html_part("bake-off-progress", "stop")

    def outputs(self) -> list[gr.blocks.Block]:
        own = [self.fold, self.prompt, self.documents, self.ways, self.expected, self.start]
        return [*own, self.progress, self.results]

    def wire(self) -> None:
        session, safe = self._shell.session, told(self.notice)
        for event, handler, inputs, repeats in (
            (self.prompt.blur, self.keep_prompt, [session, self.prompt], "always_last"),
            (self.upload.upload, self.add, [session, self.upload], "once"),
            (self.documents.remove, self.remove, [session], "multiple"),
            (self.documents.restore, self.restore, [session], "once"),
            (self.ways.pick, self.pick, [session], "multiple"),
            (self.start.click, self.begin, [session, self.prompt], "once"),
            (self.progress.stop, self.stop, [session], "once"),
        ):
            outputs = [self.notice, session]
            pressed = on(event, safe(handler), inputs=inputs, outputs=outputs, repeats=repeats)
            self._shell.after(pressed, entering=False)

    # What it looks like

    def show(self, facts: Facts, exam: ExamView | None, job: JobView | None, *, entering: bool) -> Updates:
        run = facts.run
        assert run is not None
        busy = job is not None and job.status in ACTIVE
        refusals = self._refusals(run)
        chosen = _taking_part(facts.session, refusals)
        typed = {self.prompt: gr.Textbox(value=self._studio.prompt(run.id))} if entering else {}
        return typed | {
            self.fold: gr.Accordion(
                label=panel.title(_headline(exam)), visible=not judges_only(run.config.objective)
            ),
            self.documents: panel.documents(
                self._studio.documents(run.id), self._studio.removed_document(run.id)
            ),
            self.ways: panel.ways(refusals, chosen),
            self.expected: "" if busy else panel.expected(exam, len(chosen)),
            self.start: gr.Button(visible=not busy, interactive=bool(chosen)),
            self.progress: progress(job, WHAT) + panel.stop() if job is not None and busy else "",
            self.results: results.results(exam) if exam else "",
        }

    def _refusals(self, run: RunView) -> dict[str, str]:
        return {name: self._studio.why_no_arm(run.id, name) for name in further(tuple(ARMS))}

    # Handlers

    def pick(self, document: object, event: gr.EventData) -> Updates:
        """Take a way in or leave it out."""
        session, name = read(document), event_text(event, "value")
        others = [each for each in session.ways if each != name]
        wanted = [*others, name] if event_text(event, "checked") == "true" else others
        return self._to(replace(session, arms=" ".join(wanted)))

    def keep_prompt(self, document: object, prompt: str) -> Updates:
        self._studio.set_prompt(read(document).run, prompt)
        return self._to(read(document))

    def add(self, document: object, files: Sequence[str] | None) -> Updates:
        """Read each file; those that could not be read are named together, and the others stay."""
        session, problems = read(document), []
        for path in map(Path, files or ()):
            try:
                self._studio.add_document(session.run, path, path.name)
            except StudioError as error:
                problems.append(error)
            finally:
                # The run keeps the text; Gradio's copy would stay readable by its address.
                path.unlink(missing_ok=True)
        if problems:
            raise Refused(" ".join(each.message for each in problems), problems[0].hint)
        return self._to(session)

    def remove(self, document: object, event: gr.EventData) -> Updates:
        self._studio.remove_document(read(document).run, event_text(event, "id"))
        return self._to(read(document))

    def restore(self, document: object, event: gr.EventData) -> Updates:
        self._studio.restore_document(read(document).run, event_text(event, "id"))
        return self._to(read(document))

    def begin(self, document: object, prompt: str) -> Updates:
        session = read(document)
        self._studio.set_prompt(session.run, prompt)
        run = self._studio.run(session.run)
        wanted = _taking_part(session, self._refusals(run))
        if not wanted:
            raise Refused("No way is ticked.", "Tick at least one, then start again.")
        self._studio.start_exam(session.run, wanted)
        return self._to(session)

    def stop(self, document: object) -> Updates:
        run = self._studio.run(read(document).run)
        for job in run.jobs:
            if job.kind == "exam" and job.status in ACTIVE:
                self._studio.stop_job(run.id, job.id)
        return self._to(read(document))

    def _to(self, session: Session) -> Updates:
        return {self._shell.session: session.document()}


def _taking_part(session: Session, refusals: dict[str, str]) -> list[str]:
    """Return the ways that were ticked and make sense for this run."""
    return [name for name, refusal in refusals.items() if name in session.ways and not refusal]


def _headline(exam: ExamView | None) -> str:
    if exam is None or exam.advice is None:
        return ""
    earlier = " (of an earlier point)" if exam.earlier else ""
    return f"{exam.advice.headline}{earlier}."
