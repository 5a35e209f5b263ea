"""Thumbs on a single answer of Compare, or the right answer in its place. Kept with the data set."""

import hashlib
import json
import time
from collections.abc import Mapping
from dataclasses import dataclass, replace

from studio.core.errors import Refused
from studio.core.feedback import Arm, Rating, Retraction, Written
from studio.core.texts import checked_text
from studio.engine.objectives import objective_named
from studio.services.answering import NEW_TOKENS
from studio.services.comparisons import BASE, Questions
from studio.services.views import Comparison
from studio.services.voting import GREEDY, folder_of
from studio.store.feedback import FeedbackFile
from studio.store.files import new_id
from studio.store.home import Home
from studio.store.runs import RunFolder

LONGEST_ANSWER = 40_000


@dataclass(frozen=True, slots=True)
class RatingView:
    """What was said of an answer; `better` is the right one where it was written, else ""."""

    good: bool
    better: str = ""


def ratings(home: Home, questions: Questions, comparison: str) -> Mapping[str, RatingView | None]:
    """Return what was said of each answer that can be rated, by its writer (`base` or the run's id).

    Those to a question that was put with documents cannot: the model would learn from what it never reads.
    Nor can labels, which are no answers of its own.
    """
    asked = questions.view(comparison)
    config = home.runs.folder(questions.run_of(comparison)).config()
    if asked.error or asked.with_retrieval or objective_named(config.objective).HEAD == "classes":
        return {}
    kept = {rating.key: rating for rating in _file(home, questions, asked).standing().ratings}
    found: dict[str, RatingView | None] = {}
    for who, answer in asked.answers.items():
        if answer.done and answer.text.strip():
            rating = kept.get(_key(asked, who))
            found[who] = RatingView(rating.good, rating.better) if rating else None
    return found


def rate(home: Home, questions: Questions, comparison: str, who: str, said: RatingView | None) -> None:
    """Keep what is said of an answer in the place of what was said before; None takes that back.

    Raises Refused where there is no such answer, and where the right one is the model's own.
    """
    asked = questions.view(comparison)
    if who not in ratings(home, questions, comparison):
        raise Refused("There is no such answer to rate.", "Ask the question again, and wait for the answer.")
    folder = home.runs.folder(questions.run_of(comparison))
    settings = {"decoding": GREEDY, "answer_tokens": NEW_TOKENS}
    answer = _written(folder, asked, who)
    of = Rating(new_id(), _key(asked, who), asked.question, answer, True, folder.meta().owner, 0.0)
    keep(_file(home, questions, asked), replace(of, settings=settings), said)


def keep(file: FeedbackFile, of: Rating, said: RatingView | None) -> None:
    """Keep what is said of an answer, of which `of` tells all but this; None takes back what was said."""
    better = checked_text(said.better, "The right answer", LONGEST_ANSWER) if said else ""
    if better and better.split() == of.answer.text.split():
        raise Refused("The answer is as the model wrote it.", "Change it, or say that it is good.")
    at = time.time()
    for rating in file.standing().ratings:
        if rating.key == of.key:
            file.add(Retraction(new_id(), rating.id, of.who, at))
    if said is not None:
        file.add(replace(of, good=said.good and not better, at=at, better=better))


def _written(folder: RunFolder, asked: Comparison, who: str) -> Written:
    arm: Arm = "base" if who == BASE else "tuned"
    answer, step = asked.answers[who], folder.checkpoints.best_step() or 0
    return Written(answer.text, arm, folder.config().model, folder.id, step, answer.weights_hash)


def _key(asked: Comparison, who: str) -> str:
    """Return a name of question and answer: asked again and answered alike, it is the same."""
    answer = asked.answers[who]
    named = json.dumps([who, answer.weights_hash, asked.question, answer.text])
    return hashlib.sha256(named.encode()).hexdigest()[:16]


def _file(home: Home, questions: Questions, asked: Comparison) -> FeedbackFile:
    run = home.runs.folder(questions.run_of(asked.id))
    return FeedbackFile(folder_of(home, run.config().dataset).path)
