"""The part of the facade about proof: exam, bake-off, probe and what they need (see `studio.py`)."""

from collections.abc import Sequence
from pathlib import Path

from studio.services import exam_wishes, exams, knowledge, probes, reports, wins
from studio.services.exam_view import ExamView
from studio.services.knowledge import DocumentView
from studio.services.probes import ProbeView
from studio.services.studio_of_feedback import StudioOfFeedback


class StudioOfProof(StudioOfFeedback):
    """The verbs that measure a run."""

    def start_exam(
        self, run: str, arms: Sequence[str] = (), prompt: str | None = None, *, steady: bool = False
    ) -> str:
        """Queue the exam of a run and return its job id; one that waits already is returned.

        `arms` names those of the bake-off that are wanted beside base and tuned; `prompt` is first kept as
        the run's instruction. `steady`: some questions are asked in other words, too.

        Raises Refused where an arm is not known or makes no sense for this run.
        """
        with self._shares.work():
            return exams.start(self._home, run, arms, prompt, steady=steady)

    def why_no_arm(self, run: str, arm: str) -> str:
        """Return in words why an arm cannot take part in the exam of a run; empty where it can."""
        return exams.why_no_arm(self._home, run, arm)

    def can_be_steady(self, run: str) -> bool:
        """Return whether a run answers questions that can be asked in other words."""
        return exam_wishes.can_be_steady(self._home.runs.folder(run))

    def exam(self, run: str) -> ExamView | None:
        """Return the newest finished exam of a run, with how people voted on its answers."""
        view = exams.view(self._home, run)
        return None if view is None else wins.with_votes(self._home, self._questions, view)

    def add_document(self, run: str, path: Path, name: str) -> DocumentView:
        """Read a file (text, Markdown, Word, PDF, a table) for looking things up. Raises Refused."""
        return knowledge.add_document(self._home, run, path, name)

    def documents(self, run: str) -> tuple[DocumentView, ...]:
        return knowledge.documents(self._home, run)

    def remove_document(self, run: str, document: str) -> None:
        """Take a document out; until another one is taken out it can be brought back."""
        knowledge.remove_document(self._home, run, document)

    def removed_document(self, run: str) -> DocumentView | None:
        """Return the document that was taken out last, as long as it can be brought back."""
        return knowledge.removed_document(self._home, run)

    def restore_document(self, run: str, document: str) -> None:
        knowledge.restore_document(self._home, run, document)

    def prompt(self, run: str) -> str:
        """Return the user's instruction for the untouched model; empty where there is none."""
        return knowledge.prompt(self._home, run)

    def set_prompt(self, run: str, text: str) -> None:
        knowledge.set_prompt(self._home, run, text)

    def start_probe(self, run: str) -> str:
        """Queue the probe of what a run forgot and memorised; return its job id."""
        with self._shares.work():
            return probes.start(self._home, run)

    def probe(self, run: str) -> ProbeView | None:
        """Return the newest finished probe of a run."""
        return probes.view(self._home, run)

    def must_work(self, run: str) -> tuple[str, ...]:
        """Return the prompts that must still work after training; the next probe answers them."""
        return probes.must_work(self._home, run)

    def set_must_work(self, run: str, prompts: Sequence[str]) -> None:
        """Keep these prompts with the run. Raises Refused where they are too many or too long."""
        probes.set_must_work(self._home, run, prompts)

    def report(self, run: str) -> str:
        """Return the report of a run as one HTML page. May take seconds the first time."""
        return reports.page(self._home, self._questions, run)
