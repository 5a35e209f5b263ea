"""Answers drawn by chance to be judged: asked for by a person, drawn by the worker, kept beside the run."""

import json
from collections.abc import Sequence
from dataclasses import asdict
from functools import partial
from typing import TYPE_CHECKING

from studio.core import drawn as draws
from studio.core.config import Optimisation
from studio.core.drawn import MOST_ANSWERS, MOST_QUESTIONS, Draw, Drawn, Wanted
from studio.core.errors import Refused, StudioError
from studio.core.examples import IGNORED, Example
from studio.core.records import Message
from studio.core.texts import checked_text
from studio.core.words import count
from studio.engine.objectives import objective_named
from studio.evaluation.questions import Question, questions, spread
from studio.services.comparisons import QUESTION_LENGTH
from studio.services.jobs import Progress, ShouldStop, best_checkpoint, check_best, run_job
from studio.services.looking_up import as_question
from studio.services.queue import Task
from studio.services.training import Material, Signals, material
from studio.store.files import read_as, write_json
from studio.store.home import Home
from studio.store.lines import KeptLines
from studio.store.runs import RunFolder

if TYPE_CHECKING:
    from torch import nn

KIND = "draw"
FILE, UNFINISHED = "drawn.json", "drawn.unfinished.jsonl"
HELD_OUT_QUESTIONS = 12
"""So many held-back questions are asked where none is typed."""
ANSWER_TOKENS = 96
_HINT = "Delete this file, and draw answers again."


def start(home: Home, run: str, wanted: Wanted) -> str:
    """Queue the drawing of answers and return its job id. Raises Refused where it cannot be done."""
    folder = home.runs.folder(run)
    check_best(folder)
    objective = objective_named(folder.config().objective)
    if objective.HEAD != "language":
        raise Refused("This run writes no answers.", "Draw from a run that does.")
    typed = tuple(
        dict.fromkeys(
            text for each in wanted.questions if (text := checked_text(each, "The question", QUESTION_LENGTH))
        )
    )
    if len(typed) > MOST_QUESTIONS:
        raise Refused(f"{len(typed)} questions are too many at once.", f"Take {MOST_QUESTIONS} at most.")
    if not 2 <= wanted.answers <= MOST_ANSWERS:
        raise Refused(f"{count(wanted.answers, 'answer')} to each question cannot be drawn.", "Take 2 to 8.")
    if not 0 < wanted.temperature <= 2:
        raise Refused(f"A temperature of {wanted.temperature:g} cannot be drawn at.", "Take up to 2.")
    if waiting := [request for request in folder.requests.all() if request.kind == KIND]:
        raise Refused(
            "Answers are to be drawn already.", f"Wait for them ({len(waiting)} waits), or stop it."
        )
    wish = Wanted(wanted.answers, wanted.temperature, typed)
    return folder.requests.add(KIND, wishes=(json.dumps(asdict(wish)),))


def hold(task: Task, signals: Signals) -> None:
    """Draw the answers that were asked for."""
    run_job(task, signals, partial(_draw, task))


def _draw(task: Task, progress: Progress, should_stop: ShouldStop) -> bool:
    from studio.engine.generate import Interrupted

    wanted = _wish(task)
    gathered = material(task.folder, lambda text: progress(0, 0, text), should_stop)
    if gathered is None:
        return False
    asked = _questions(gathered, wanted)
    try:
        draw = _Drawing(task.folder, gathered, wanted, should_stop).of(asked, progress)
    except Interrupted:
        return False
    write_json(task.folder.path / FILE, draws.to_dict(draw))
    KeptLines(task.folder.path / UNFINISHED).discard()
    return True


def _wish(task: Task) -> Wanted:
    try:
        wish = json.loads(task.wishes[-1])
        return Wanted(wish["answers"], wish["temperature"], tuple(wish["questions"]))
    except (IndexError, ValueError, KeyError, TypeError) as error:
        raise StudioError("The request does not say what to draw.", "Stop it, and ask again.") from error


def _questions(gathered: Material, wanted: Wanted) -> Sequence[Question]:
    if wanted.questions:
        return [as_question(text, gathered) for text in wanted.questions]
    objective = objective_named(gathered.config.objective)
    found = questions(gathered.parts.held_out, objective, gathered.template)
    if not found:
        raise StudioError("No held-back row of this run asks anything.", "Type the questions to ask.")
    return spread(found, HELD_OUT_QUESTIONS)


def _drawn(question: Question, texts: tuple[str, ...], gains: tuple[float, ...]) -> Drawn:
    *before, last = question.messages or (Message("user", question.text),)
    expected = question.expected if question.row else ""
    return Drawn(question.row, last.content, tuple(before), expected, texts, gains)


class _Drawing:
    """Draws with the tuned model, then has the untouched one read it all; each question is kept at once.

    What was drawn before a stop is not drawn again: each question has a seed of its own.
    """

    def __init__(
        self, folder: RunFolder, gathered: Material, wanted: Wanted, should_stop: ShouldStop
    ) -> None:
        self._gathered, self._wanted, self._should_stop = gathered, wanted, should_stop
        self._step, self._checkpoint = best_checkpoint(folder)
        self._kept = KeptLines(folder.path / UNFINISHED)
        self._seed = gathered.config.part(Optimisation).seed

    def of(self, asked: Sequence[Question], progress: Progress) -> Draw:
        from studio.engine.tuned import weights_hash
        from studio.evaluation.subjects import subjects

        base, tuned = subjects(self._gathered.config, self._gathered.source, self._checkpoint)
        done = self._kept.begin(f"{self._wanted} {self._step}")
        with tuned() as model:
            proof = weights_hash(model)
            for number in range(len(done), len(asked)):
                progress(number, 2 * len(asked), "The tuned model answers")
                done.append(self._answers(model, asked[number].prompt, number))
                self._kept.append(done[-1])
        gains = []
        with base() as model:
            for number, line in enumerate(done):
                progress(len(asked) + number, 2 * len(asked), "The untouched model reads the answers")
                read = [self._likely(model, asked[number].prompt, ids) for ids in line["ids"]]
                gains.append(tuple(own - other for own, other in zip(line["likely"], read, strict=True)))
        drawn = tuple(
            _drawn(question, tuple(line["texts"]), gained)
            for question, line, gained in zip(asked, done, gains, strict=True)
        )
        return Draw(self._step, proof, self._wanted.temperature, ANSWER_TOKENS, drawn)

    def _answers(self, model: "nn.Module", prompt: Sequence[int], number: int) -> dict[str, list[object]]:
        import torch

        from studio.engine.generate import end_tokens
        from studio.engine.rollouts import Way, sample

        tokenizer, wanted = self._gathered.tokenizer, self._wanted
        way = Way(wanted.answers, ANSWER_TOKENS, wanted.temperature, end_tokens(model, tokenizer))
        with torch.random.fork_rng():
            torch.manual_seed(self._seed + number)
            (found,) = sample(model, [prompt], way, tokens_at_once=1, between=self._between)
        return {
            "texts": [tokenizer.decode(each.ids, skip_special_tokens=True) for each in found],
            "ids": [list(each.ids) for each in found],
            "likely": [self._likely(model, prompt, each.ids) for each in found],
        }

    def _likely(self, model: "nn.Module", prompt: Sequence[int], ids: Sequence[int]) -> float:
        """Return the log-probability of an answer, in nats, without the temperature that it was drawn at."""
        from studio.evaluation.reading import read

        self._between()
        labels = (*(IGNORED for _ in prompt), *ids)
        return -read(model, Example(0, (*prompt, *ids), labels)).nats

    def _between(self) -> None:
        from studio.engine.generate import Interrupted

        if self._should_stop():
            raise Interrupted


def newest(folder: RunFolder) -> Draw | None:
    """Return what was drawn last. Raises StudioError on a damaged file."""
    path = folder.path / FILE
    return read_as(draws.from_dict, path, hint=_HINT) if path.exists() else None
