"""Step 4, Compare: one question to both models, and the exam on rows that were never trained on."""

from dataclasses import replace

import gradio as gr

from studio.core.errors import Refused, StudioError
from studio.core.events import ACTIVE
from studio.engine.outputs import judges_only
from studio.services.exam_view import ExamView
from studio.services.views import JobView, RunView
from studio.ui import live
from studio.ui.actions import actions
from studio.ui.markup import event_button, heading, notice, problem
from studio.ui.panels import classes, scores
from studio.ui.panels import compare as panel
from studio.ui.session import Facts, read
from studio.ui.shell import Shell
from studio.ui.tabs.compare_answers import AnswersPart
from studio.ui.tabs.compare_arms import ArmsPart
from studio.ui.tabs.compare_probe import ProbePart
from studio.ui.tabs.compare_report import ReportPart
from studio.ui.tabs.compare_steady import SteadyPart
from studio.ui.tabs.compare_votes import VotesPart
from studio.ui.wiring import Updates, html_part, on, told

HEAD = heading(
    4,
    "Compare",
    "Did it get better?",
    subtitle="See what was measured, then ask both models the same question.",
)
EXAM = "The exam on held-back rows"
LOOK_UP = "Let both look it up first in the learned rows and your documents (retrieval)"


class CompareTab:
    name = "compare"

    def __init__(self, shell: Shell) -> None:
        self._shell, self._studio = shell, shell.studio
        with gr.Column(elem_classes="step"):
            gr.HTML(HEAD, apply_default_css=False)
            self.notice = html_part("notice-compare", script="notices")
            self.exam = html_part("exam", "start", "stop")
            with gr.Row(elem_id="ask-row") as self.asking:
                self.question = gr.Textbox(
                    label="Your question",
                    placeholder="Ask as one of your users would",
                    lines=1,
                    max_lines=6,
                    interactive=True,
                    elem_id="question",
                )
                look = {"variant": "secondary", "size": "lg", "scale": 0, "min_width": 140}
                self.ask = gr.Button("Ask both", elem_id="ask", **look)
                self.cancel = gr.Button("Stop writing", visible=False, elem_id="cancel", **look)
            self.looked_up = gr.Checkbox(
                label=LOOK_UP, value=False, container=False, interactive=True, elem_id="with-documents"
            )
            self.answers = AnswersPart(shell, self.notice)
            self.classes = html_part("exam-classes", script="figures")
            self.further = ArmsPart(shell, self.notice)
            self.votes = VotesPart(shell, self.notice)
            self.steady = SteadyPart(shell, self.notice)
            self.probe = ProbePart(shell, self.notice)
            with gr.Accordion(
                "", open=False, elem_id="every-answer", elem_classes="fold", visible=False
            ) as self.rows:
                self.table = html_part("exam-table")
            self.report = ReportPart()
            self.bar = actions("compare")

    def outputs(self) -> list[gr.blocks.Block]:
        parts = [self.notice, self.asking, self.ask, self.cancel, self.looked_up]
        parts += [*self.answers.outputs(), self.exam, self.classes, self.rows, self.table]
        extra = [
            *self.further.outputs(),
            *self.votes.outputs(),
            *self.steady.outputs(),
            *self.probe.outputs(),
            *self.report.outputs(),
        ]
        return [*parts, *extra, *self.bar.parts()]

    def wire(self) -> None:
        shell, safe = self._shell, told(self.notice)
        outputs = [self.notice, shell.session]
        for event in (self.ask.click, self.question.submit):
            inputs = [shell.session, self.question, self.looked_up]
            asked = on(event, safe(self.put), inputs=inputs, outputs=outputs)
            shell.after(asked, entering=False)  # what is typed in a fold further down stays
        for event, handler in (
            (self.cancel.click, self.stop_writing),
            (self.exam.start, self.start_exam),
            (self.exam.stop, self.stop_exam),
        ):
            done = on(event, safe(handler), inputs=[shell.session], outputs=outputs)
            shell.after(done, entering=False)
        self.votes.wire()
        self.answers.wire(self.votes.lessons)
        self.steady.wire()
        self.probe.wire()
        self.further.wire()
        on(self.bar.back.click, shell.step("train"), inputs=[shell.session], outputs=shell.outputs())
        on(self.bar.primary.click, shell.step("export"), inputs=[shell.session], outputs=shell.outputs())

    # What it looks like

    def show(self, facts: Facts, *, entering: bool) -> Updates:
        run = facts.run
        assert run is not None  # the step is locked without one
        comparison = live.comparison_of(self._studio, facts.session.question)
        asking = comparison is not None and not live.settled(comparison)
        examined, damage = self._examined(run)
        return {
            self.ask: gr.Button(visible=not asking),
            self.cancel: gr.Button(visible=asking),
            self.looked_up: gr.Checkbox(visible=not self._studio.why_no_arm(run.id, "retrieval")),
            self.asking: gr.Row(visible=not judges_only(run.config.objective)),
            **self.answers.show(run, comparison),
            self.exam: damage
            + self._job(run, examined is not None)
            + (scores.exam(examined) if examined else ""),
            self.classes: classes.classes(examined) if examined else "",
            self.rows: gr.Accordion(
                label=panel.title_of_table(examined), visible=bool(panel.answered(examined))
            ),
            self.table: panel.table(examined),
            **self.votes.show(run),
            **self.steady.show(run.id, examined, exam_job(run)),
            **self.probe.show(run, entering=entering),
            **self.report.show(run),
            self.bar.primary: gr.Button("Take it home", interactive=True),
            **self.further.show(facts, examined, exam_job(run), entering=entering),
        }

    def _examined(self, run: RunView) -> tuple[ExamView | None, str]:
        """Return the exam; where it is damaged on disk, what to say of that: it can be held again here."""
        try:
            return self._studio.exam(run.id), ""
        except StudioError as error:
            return None, problem(error)

    def _job(self, run: RunView, examined: bool) -> str:
        job = exam_job(run)
        if job is not None and job.status in ACTIVE:
            return panel.job(job, EXAM) + event_button("stop", "Stop the exam")
        ended = panel.job(job, EXAM) if job is not None else ""
        if examined and not ended:
            return ""
        again = "Hold the exam" if job is None else "Hold it again"
        explanation = notice(
            "neutral", "No exam yet.", "It measures both models on the rows that were held back."
        )
        return (ended or explanation) + event_button("start", again)

    # Handlers

    def put(self, document: object, question: str, looked_up: bool) -> Updates:
        session = read(document)
        if not question.strip():
            raise Refused("The question is empty.", "Type one, then ask again.")
        last, wish = live.comparison_of(self._studio, session.question), (question.strip(), looked_up)
        if last is not None and (last.question, last.with_retrieval) == wish and not live.settled(last):
            return {self._shell.session: document}  # pressed twice: it is being answered
        asked = self._studio.ask(question.strip(), session.run, with_retrieval=looked_up)
        return {self._shell.session: replace(session, question=asked).document()}

    def stop_writing(self, document: object) -> Updates:
        self._studio.cancel_question(read(document).question)
        return {self._shell.session: document}

    def start_exam(self, document: object) -> Updates:
        self._studio.start_exam(read(document).run)
        return {self._shell.session: document}

    def stop_exam(self, document: object) -> Updates:
        run = self._studio.run(read(document).run)
        job = exam_job(run)
        if job is not None:
            self._studio.stop_job(run.id, job.id)
        return {self._shell.session: document}


def exam_job(run: RunView) -> JobView | None:
    """Return the newest exam of a run."""
    exams = [job for job in run.jobs if job.kind == "exam"]
    return exams[-1] if exams else None
