"""Blind votes on pairs of drawn answers, those first about which the model is least sure."""

import time
from dataclasses import dataclass

from studio.core.config import Optimisation
from studio.core.drawn import Draw
from studio.core.errors import Refused
from studio.core.feedback import CHOICES, Retraction, Vote, Written
from studio.evaluation.ballots import Ballot, ballot
from studio.evaluation.pairing import Pair, pairs
from studio.services import drawing
from studio.services.views_of_votes import OpenQuestion
from studio.services.voting import folder_of
from studio.store.feedback import FeedbackFile
from studio.store.files import new_id
from studio.store.home import Home
from studio.store.runs import RunFolder

SAMPLED = "sampled"


@dataclass(frozen=True, slots=True)
class DrawnView:
    """How far the judging of drawn answers is. `earlier`: they are of a step that is no longer the best."""

    run: str
    step: int
    questions: int
    answers: int
    temperature: float
    pairs: int
    voted: int
    open: OpenQuestion | None
    earlier: bool = False


@dataclass(frozen=True)
class _Booth:
    """The pairs of a draw in the order in which they are asked, and what was said of them."""

    folder: RunFolder
    draw: Draw
    asked: tuple[tuple[Pair, Ballot], ...]
    file: FeedbackFile
    votes: tuple[Vote, ...]

    @property
    def next(self) -> tuple[Pair, Ballot] | None:
        voted = {vote.key for vote in self.votes}
        return next((each for each in self.asked if each[1].key not in voted), None)


def _booth(home: Home, run: str) -> _Booth | None:
    folder = home.runs.folder(run)
    draw = drawing.newest(folder)
    if draw is None:
        return None
    config = folder.config()
    seed = config.part(Optimisation).seed
    asked = []
    for pair in pairs(draw.drawn):
        question, first, second = pair
        of = draw.drawn[question]
        texts = of.prompt, of.answers[first], of.answers[second]
        asked.append((pair, ballot((run, draw.step), seed, texts, row=of.row)))
    file = FeedbackFile(folder_of(home, config.dataset).path)
    keys = {each.key for _, each in asked}
    votes = tuple(vote for vote in file.standing().votes if vote.run == run and vote.key in keys)
    return _Booth(folder, draw, tuple(asked), file, votes)


def view(home: Home, run: str) -> DrawnView | None:
    """Return how far the judging is; None where no answer was drawn. Raises Refused without the data set."""
    at = _booth(home, run)
    if at is None:
        return None
    opened = None
    if at.next is not None:
        (question, *_), asked = at.next
        expected = at.draw.drawn[question].expected
        opened = OpenQuestion(asked.key, asked.prompt, asked.text("left"), asked.text("right"), expected)
    return DrawnView(
        run=run,
        step=at.draw.step,
        questions=len(at.draw.drawn),
        answers=sum(len(each.answers) for each in at.draw.drawn),
        temperature=at.draw.temperature,
        pairs=len(at.asked),
        voted=len(at.votes),
        open=opened,
        earlier=at.folder.checkpoints.best_step() not in (None, at.draw.step),
    )


def vote(home: Home, run: str, key: str, choice: str) -> None:
    """Keep one vote at once. A press that came twice, or on another pair than the open one, does nothing."""
    at = _booth(home, run)
    if at is None:
        raise Refused("No answers were drawn yet.", "Draw some first.")
    if choice not in CHOICES:
        raise Refused(f"{choice!r} is no vote.", f"Known: {', '.join(CHOICES)}.")
    if at.next is None or at.next[1].key != key:
        return
    (question, *_), asked = at.next
    of = at.draw.drawn[question]
    left, right = (_written(at, asked.text(side)) for side in ("left", "right"))
    at.file.add(
        Vote(
            id=new_id(),
            key=key,
            prompt=of.prompt,
            left=left,
            right=right,
            choice=choice,
            who=at.folder.meta().owner,
            at=time.time(),
            row=of.row,
            expected=of.expected,
            before=of.before,
            settings={
                "decoding": SAMPLED,
                "temperature": f"{at.draw.temperature:g}",
                "answer_tokens": at.draw.answer_tokens,
            },
        )
    )


def undo(home: Home, run: str) -> None:
    """Take the last vote on these answers back; may be repeated. Nothing happens where there is none."""
    at = _booth(home, run)
    if at is not None and at.votes:
        last = max(at.votes, key=lambda vote: vote.at)
        at.file.add(Retraction(new_id(), last.id, at.folder.meta().owner, time.time()))


def _written(at: _Booth, text: str) -> Written:
    model, draw = at.folder.config().model, at.draw
    return Written(text, "tuned", model, at.folder.id, draw.step, draw.weights_hash)
