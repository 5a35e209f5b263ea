"""Answer the questions of Compare: two models, one question, every word shown as it is written.

Runs on the worker's thread, also between two micro-batches of a training run; the loop puts its random
numbers back afterwards, so that an answer changes no later weight.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from studio.core.records import Labelled, SourcedRecord
from studio.data.tokens import encode_text_prompt
from studio.engine.objectives import objective_named
from studio.evaluation.arms.given import NOTHING, Given
from studio.services.comparisons import BASE, Questions
from studio.services.jobs import best_checkpoint
from studio.services.looking_up import Desk, as_question
from studio.services.mistakes import plainly
from studio.services.training import Material, material
from studio.services.views import Answer, Source
from studio.store.home import Home

if TYPE_CHECKING:
    from transformers import PreTrainedModel

    from studio.evaluation.classes import Likelihoods
    from studio.evaluation.seats import Subject

NEW_TOKENS = 200
LABELS_SHOWN = 5

Interrupted = Callable[[], bool]


@dataclass(frozen=True)
class Pair:
    """The untouched and the tuned model of one checkpoint, ready to be asked."""

    run: str
    step: int
    gathered: Material
    base: "Subject"
    tuned: "Subject"


class Answerer:
    """Keeps the models of the last question, since the next one is mostly put to the same run."""

    def __init__(self, home: Home, questions: Questions) -> None:
        self._home = home
        self._questions = questions
        self._pair: Pair | None = None
        self._desk = Desk()
        self._current = ""
        self._began_to_load: float | None = None

    def forget(self) -> bool:
        """Free the memory, so that a job has it; return whether all is free, so that its peak is its own."""
        free = self._questions.make_room()
        self._desk = Desk()
        if self._pair is None:
            return free
        from torch import cuda  # heavy: not before the first page

        self._pair = None
        if cuda.is_initialized():
            cuda.empty_cache()
        return free

    def answer_next(self, interrupted: Interrupted) -> None:
        """Do what others want done here, and answer the next question that waits, if any.

        What interrupts it puts it back in first place.
        """
        from torch import inference_mode  # heavy: not before the first page

        # An exam pauses inside inference mode; models loaded there could never be switched again.
        with inference_mode(False):
            self._questions.asides.do_all()
            if (taken := self._questions.take()) is None:
                return
            self._current, question, run = taken
            done = self._answer(question, run, interrupted)
        if not done:
            self._began_to_load = None
            self._questions.put_back(self._current, "Waiting: the work under way is being stopped first.")

    def fail(self, error: Exception) -> None:
        """Tell the asker why there is no answer; the work that paused for it goes on."""
        self._pair = None
        known = plainly(error, self._home.path, what="The question could not be answered")
        self._questions.fail(self._current, known)

    def _answer(self, question: str, run: str, interrupted: Interrupted) -> bool:
        """Write both answers; return False where other work must come first."""
        pair = self._load(run, interrupted)
        if pair is None:
            return False
        given = NOTHING
        if self._questions.view(self._current).with_retrieval:
            self._questions.tell("What the rows and documents say of it is looked up.")
            given = self._desk.look_up(self._home.runs.folder(run), question, pair.gathered)
            sources = (Source(each.title, each.place, each.text) for each in given.passages)
            self._questions.found(self._current, tuple(sources))
        for who, subject in ((BASE, pair.base), (run, pair.tuned)):
            if interrupted():
                return False
            with subject() as model:
                if pair.gathered.source.labels:
                    self._sort(who, model, question, pair.gathered)
                elif not self._write(who, model, prompt_of(question, pair.gathered, given), interrupted):
                    return False
        return True

    def _sort(self, who: str, model: "PreTrainedModel | None", text: str, gathered: Material) -> None:
        """Answer with the likeliest labels, each with how sure the model is."""
        from studio.engine.tuned import weights_hash

        proof, started = weights_hash(model) if model is not None else "", time.monotonic()
        ranked = likelihoods(who == BASE, model, text, gathered).ranked()
        lines = [f"{label}: {share:.1%}" for label, share in ranked[:LABELS_SHOWN]]
        if rest := ranked[LABELS_SHOWN:]:
            lines.append(f"{len(rest)} other labels: {sum(share for _, share in rest):.1%}")
        answer = Answer("\n".join(lines), True, proof, len(ranked), time.monotonic() - started)
        self._questions.write(self._current, who, answer)

    def _write(self, who: str, model: "PreTrainedModel", prompt: list[int], interrupted: Interrupted) -> bool:
        from studio.engine.generate import stream
        from studio.engine.tuned import weights_hash

        assert self._pair is not None
        proof = weights_hash(model)
        if self._began_to_load is not None:
            self._questions.measured(load_seconds=time.monotonic() - self._began_to_load)
            self._began_to_load = None
        started, text, tokens = time.monotonic(), "", 0

        def show(*, done: bool) -> None:
            seconds = time.monotonic() - started
            self._questions.write(self._current, who, Answer(text, done, proof, tokens, seconds))

        def stop() -> bool:
            return interrupted() or self._questions.cancelled(self._current)

        tokenizer = self._pair.gathered.tokenizer
        for piece in stream(model, tokenizer, prompt, max_new_tokens=NEW_TOKENS, should_stop=stop):
            text, tokens = text + piece, tokens + 1
            show(done=False)
        whole = self._questions.cancelled(self._current) or not interrupted()
        show(done=whole)
        return whole

    def _load(self, run: str, interrupted: Interrupted) -> Pair | None:
        """Return both models, loaded anew where the last question was of another run; None if interrupted."""
        from studio.evaluation.subjects import subjects

        folder = self._home.runs.folder(run)
        step, checkpoint = best_checkpoint(folder)
        if self._pair is None or (self._pair.run, self._pair.step) != (run, step):
            self._pair, self._began_to_load = None, time.monotonic()
            gathered = material(folder, self._questions.tell, interrupted)
            if gathered is None:
                return None
            base, tuned = subjects(gathered.config, gathered.source, checkpoint)
            self._pair = Pair(run, step, gathered, base, tuned)
        return self._pair


def likelihoods(
    untouched: bool, model: "PreTrainedModel | None", text: str, gathered: Material
) -> "Likelihoods":
    """Return how likely each label is for a text, as the exam measures it."""
    from studio.evaluation.classes import InWords, by_frequency, by_head

    if model is None:
        return by_frequency(gathered.classes)
    (example,) = gathered.examples((SourcedRecord(1, Labelled(text, gathered.source.labels[0])),))
    if untouched:
        return InWords(gathered.source.labels, gathered.template)(model, example)
    return by_head(model, example)


def prompt_of(question: str, gathered: Material, given: Given = NOTHING) -> list[int]:
    """Return the tokens that training puts before the answer to such a question.

    Where whole documents are learned, the question is the beginning of one.
    """
    objective = objective_named(gathered.config.objective)
    if objective.WINDOWS:
        return encode_text_prompt(question, gathered.template)
    asked = as_question(question, gathered)
    if given == NOTHING:
        return list(asked.prompt)
    from studio.evaluation.arm_papers import Reader

    return Reader(objective, gathered.template).prompt(asked, given)
