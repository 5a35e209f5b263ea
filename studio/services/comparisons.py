"""Questions to the untouched and the tuned model: asked here, answered by the worker, read by every page."""

import copy
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

from studio.core.errors import Refused, StudioError
from studio.core.texts import checked_text
from studio.core.words import count
from studio.engine.objectives import objective_named
from studio.engine.outputs import JUDGES, judges_only
from studio.evaluation.arms import why_not
from studio.services.asides import Asides
from studio.services.views import Answer, Comparison, Source
from studio.store.files import new_id
from studio.store.home import Home
from studio.store.runs import RunFolder

KEPT = 200
QUESTION_LENGTH = 20_000
BASE = "base"


@dataclass
class _Asked:
    view: Comparison
    run: str
    cancelled: threading.Event = field(default_factory=threading.Event)


@dataclass
class _Now:
    """What is answered now, how long the models took to load, and how often the work looks here."""

    taken: str = ""
    load_seconds: float | None = None
    turn_seconds: float = 0.0


class Questions:
    """All questions of this process. Safe to use from many threads."""

    def __init__(self) -> None:
        self.asides = Asides()
        self.make_room: Callable[[], bool] = lambda: True
        """Frees the memory of what conversations have loaded; returns whether nothing of it is left."""
        self._lock = threading.Lock()
        self._home: Home | None = None
        self._asked: dict[str, _Asked] = {}
        self._waiting: list[str] = []
        self._now = _Now()

    def seen_in(self, home: Home) -> "Questions":
        """Return the same questions as the person whose home this is sees them: others' are unknown."""
        seen = copy.copy(self)
        seen._home = home
        return seen

    def ask(self, question: str, run: str, *, with_retrieval: bool = False) -> str:
        """Queue a question and return the comparison's id."""
        comparison = new_id()
        with self._lock:
            waiting = f"Waiting for the model. {self._expected()}"
            answers = {BASE: Answer(), run: Answer()}
            view = Comparison(comparison, question, answers, waiting, with_retrieval=with_retrieval)
            self._asked[comparison] = _Asked(view, run)
            self._waiting.append(comparison)
            for old in list(self._asked)[:-KEPT]:
                if old not in self._waiting and old != self._now.taken:
                    del self._asked[old]
        return comparison

    def view(self, comparison: str) -> Comparison:
        """Raises Refused where the question was asked of an earlier process."""
        return self._find(comparison).view

    def run_of(self, comparison: str) -> str:
        """Return the run that a question was put to. Raises Refused as `view` does."""
        return self._find(comparison).run

    def answered(self, run: str) -> tuple[Comparison, ...]:
        """Return the questions that both models of a run answered to the end, the oldest first.

        Those with what was looked up for them are not among them: they tell of two models with documents.
        """
        with self._lock:
            of_run = [asked for asked in self._asked.values() if asked.run == run]
            return tuple(
                asked.view
                for asked in of_run
                if not asked.view.error
                and not asked.view.with_retrieval
                and not asked.cancelled.is_set()
                and all(answer.done for answer in asked.view.answers.values())
            )

    def cancel(self, comparison: str) -> None:
        asked = self._find(comparison)
        with self._lock:
            asked.cancelled.set()
            if comparison in self._waiting:
                self._waiting.remove(comparison)
                self._settle(comparison, error="Cancelled before it was answered.")

    def take(self) -> tuple[str, str, str] | None:
        """Return (comparison, question, run) of the next one to answer, or None."""
        with self._lock:
            if not self._waiting:
                return None
            self._now.taken = self._waiting.pop(0)
            asked = self._asked[self._now.taken]
            return asked.view.id, asked.view.question, asked.run

    def put_back(self, comparison: str, waiting: str) -> None:
        """Make a question that was interrupted the next one, its answers empty again."""
        with self._lock:
            asked = self._asked[comparison]
            answers = dict.fromkeys(asked.view.answers, Answer())
            asked.view = replace(asked.view, answers=answers, waiting=waiting)
            self._waiting.insert(0, comparison)
            self._now.taken = ""

    def any_waits(self) -> bool:
        with self._lock:
            return bool(self._waiting) or self.asides.any_waits()

    def waiting(self) -> int:
        """Return how many questions wait, of one person's where they are seen so."""
        with self._lock:
            runs = [self._asked[comparison].run for comparison in self._waiting]
        return sum(self._home is None or self._home.runs.has(run) for run in runs)

    def turns(self) -> int:
        """Return how often the worker is to look here in a pause: for each question, or for asides alone."""
        return max(self.waiting(), int(self.any_waits()))

    def cancelled(self, comparison: str) -> bool:
        return self._find(comparison).cancelled.is_set()

    def found(self, comparison: str, sources: tuple[Source, ...]) -> None:
        """Show what was looked up for a question."""
        with self._lock:
            asked = self._asked[comparison]
            asked.view = replace(asked.view, sources=sources)

    def write(self, comparison: str, who: str, answer: Answer) -> None:
        """Show an answer as far as it is written; `who` is `base` or the run's id."""
        with self._lock:
            asked = self._asked[comparison]
            answers: Mapping[str, Answer] = {**asked.view.answers, who: answer}
            asked.view = replace(asked.view, answers=answers, waiting="")

    def tell(self, waiting: str) -> None:
        """Tell the question that was taken, and every one that waits, what it waits for."""
        with self._lock:
            for comparison in filter(None, (self._now.taken, *self._waiting)):
                asked = self._asked[comparison]
                asked.view = replace(asked.view, waiting=f"{waiting} {self._expected()}")

    def measured(self, *, load_seconds: float | None = None, turn_seconds: float | None = None) -> None:
        """Note how long the models took to load, and how often the work under way stops to look here."""
        with self._lock:
            if load_seconds is not None:
                self._now.load_seconds = load_seconds
            if turn_seconds is not None:
                self._now.turn_seconds = turn_seconds

    def _expected(self) -> str:
        if self._now.load_seconds is None:
            return "How long that takes is known after the first answer."
        seconds = max(1, round(self._now.load_seconds + self._now.turn_seconds))
        return f"About {seconds} s, as it took the last time."

    def fail(self, comparison: str, error: StudioError) -> None:
        """Settle a question that cannot be answered; one that is not known any more is nobody's."""
        with self._lock:
            if comparison in self._asked:
                self._settle(comparison, error=str(error))

    def _settle(self, comparison: str, *, error: str) -> None:
        asked = self._asked[comparison]
        answers = {who: replace(answer, done=True) for who, answer in asked.view.answers.items()}
        asked.view = replace(asked.view, answers=answers, waiting="", error=error)

    def _find(self, comparison: str) -> _Asked:
        with self._lock:
            asked = self._asked.get(comparison)
        if asked is None or (self._home is not None and not self._home.runs.has(asked.run)):
            raise Refused("This question is not known any more.", "Ask it again.")
        return asked


def ask(home: Home, questions: Questions, question: str, *, run: str, with_retrieval: bool = False) -> str:
    """Queue a question to a run, with what its rows and documents say of it where that is wanted.

    Raises Refused where it is empty, where nothing of the run is saved yet, and where this run writes no
    answers, or nothing can be looked up for what it learned.
    """
    text = checked_text(question, "The question", QUESTION_LENGTH)
    if not text:
        raise Refused("The question is empty.", "Write one.")
    folder = home.runs.folder(run)
    if judges_only(folder.config().objective):
        raise Refused(JUDGES, "Its exam says how well it judges.")
    if not folder.checkpoints.steps():
        raise Refused("Nothing of this run is saved yet, so there is no tuned model to ask.", "Wait for it.")
    if with_retrieval:
        check_looking_up(folder)
    if home.limits.waiting and (waiting := questions.waiting()) >= home.limits.waiting:
        raise Refused(f"{count(waiting, 'question')} of yours wait already.", "Read their answers first.")
    return questions.ask(text, run, with_retrieval=with_retrieval)


def check_looking_up(folder: RunFolder) -> None:
    """Raise Refused where nothing can be looked up for what this run learned."""
    objective = objective_named(folder.config().objective)
    sorts = objective.HEAD == "classes"
    if problem := why_not("retrieval", sorts=sorts, windows=objective.WINDOWS, instruction=""):
        raise Refused(problem, "Ask without documents.")
