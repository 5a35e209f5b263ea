"""Blind votes on a run's answers: what is asked next, what was said, and what it proves.

Votes are kept with the data set, for every run that learned from it: they are what a model can later learn
preferences from. Where the data set was deleted there is no place for them.
"""

import json
import time
from bisect import bisect_left
from dataclasses import dataclass
from operator import attrgetter
from pathlib import Path

from studio.core.config import Optimisation
from studio.core.errors import Refused
from studio.core.exam import Exam
from studio.core.feedback import (
    CHOICES,
    Choice,
    Ended,
    Retraction,
    Standing,
    Vote,
    Written,
    preference_pairs,
)
from studio.core.records import Conversation, Message, Preference, Rated
from studio.evaluation.ballots import Ballot, ballot, of_exam, of_vote
from studio.services import exams
from studio.services.comparisons import BASE, Questions
from studio.store.datasets import DatasetFolder
from studio.store.feedback import FeedbackFile
from studio.store.files import new_id, told_plainly, write_bytes
from studio.store.home import Home
from studio.store.records import RecordFile
from studio.store.runs import RunFolder

GREEDY = "greedy"


@dataclass(frozen=True)
class Booth:
    """All that can be voted on for one run, and what was said of it so far."""

    folder: RunFolder
    exam: Exam
    ballots: tuple[Ballot, ...]
    file: FeedbackFile
    everything: Standing

    @property
    def standing(self) -> Standing:
        """What was said of the answers of this exam."""
        return self.everything.of(self.folder.id, self.exam.step)

    @property
    def asked(self) -> tuple[Ballot, ...]:
        """The questions whose answers differ; of equal ones nobody could prefer one."""
        return tuple(each for each in self.ballots if not each.identical)

    @property
    def next(self) -> Ballot | None:
        voted = {vote.key for vote in self.standing.votes}
        return next((each for each in self.asked if each.key not in voted), None)


def booth(home: Home, questions: Questions, run: str) -> Booth | None:
    """Return what can be voted on; None before an exam, and where rows are sorted into known labels.

    Raises Refused where the data set that keeps the votes was deleted.
    """
    folder = home.runs.folder(run)
    exam = exams.newest(folder)
    if exam is None or exam.classes:
        return None
    config = folder.config()
    file = FeedbackFile(folder_of(home, config.dataset).path)
    everything = file.standing()
    seed = config.part(Optimisation).seed
    found = {each.key: each for each in of_exam(exam, run, seed)}
    proof = exam.weights_hashes.get("tuned", "")
    for asked in questions.answered(run):
        answers = asked.answers[BASE], asked.answers[run]
        if answers[1].weights_hash == proof:
            texts = asked.question, answers[0].text, answers[1].text
            made = ballot((run, exam.step), seed, texts)
            found.setdefault(made.key, made)
    for vote in everything.of(run, exam.step).votes:
        # A typed question lives as long as the process; what was said of it stays.
        found.setdefault(vote.key, of_vote(vote))
    return Booth(folder, exam, tuple(found.values()), file, everything)


def folder_of(home: Home, dataset: str) -> DatasetFolder:
    """Return the data set that keeps what is said. Raises Refused where it was deleted."""
    try:
        return home.datasets.folder(dataset)
    except Refused as error:
        raise Refused(
            "The data set of this run was deleted, and votes are kept with it.",
            "Add its file again and train on that, to vote on the answers.",
        ) from error


def opened(home: Home, questions: Questions, run: str) -> Booth:
    """Return the booth. Raises Refused where there is nothing to vote on."""
    found = booth(home, questions, run)
    if found is None:
        raise Refused("There are no answers to judge yet.", "Hold the exam first, then vote.")
    return found


def vote(home: Home, questions: Questions, run: str, key: str, choice: str) -> None:
    """Keep one vote at once. One that another page has cast already on this question stays as it is."""
    at = opened(home, questions, run)
    if choice not in CHOICES:
        raise Refused(f"{choice!r} is no vote.", f"Known: {', '.join(CHOICES)}.")
    if at.next is None or at.next.key != key or at.standing.ended:
        return  # A press that came twice, or too late: the next question was never looked at.
    at.file.add(_vote(at, at.next, choice))


def undo(home: Home, questions: Questions, run: str) -> None:
    """Take the last vote on this exam back; may be repeated. Nothing happens where there is none."""
    at = opened(home, questions, run)
    lines = [*at.standing.votes, *at.standing.ended]
    if lines:
        last = max(lines, key=lambda line: line.at)
        at.file.add(Retraction(new_id(), last.id, _who(at), time.time()))


def end(home: Home, questions: Questions, run: str) -> None:
    """Show the names from here on, although questions are left."""
    at = opened(home, questions, run)
    if not at.standing.ended:
        at.file.add(Ended(new_id(), run, at.exam.step, _who(at), time.time()))


def go_on(home: Home, questions: Questions, run: str) -> None:
    """Go on with the questions that were left when the voting was ended."""
    at = opened(home, questions, run)
    for ended in at.standing.ended:
        at.file.add(Retraction(new_id(), ended.id, _who(at), time.time()))


def preferences(home: Home, dataset: str) -> str:
    """Return all preferences kept with a data set as JSON lines: prompt, chosen, rejected.

    Raises Refused where there is none.
    """
    votes = FeedbackFile(home.datasets.folder(dataset).path).standing().votes
    pairs = preference_pairs(votes)
    if not pairs:
        raise Refused("No vote prefers one answer yet.", "Vote on some questions first.")
    return "".join(json.dumps(pair, ensure_ascii=False) + "\n" for pair in pairs)


def write_preferences(home: Home, run: str, target: Path) -> None:
    """Write the preferences kept with a run's data set into a file that is not there yet."""
    write_new(preferences(home, home.runs.folder(run).config().dataset), target, "The preferences")


def write_new(lines: str, target: Path, what: str) -> None:
    """Write `what` into a file. Raises Refused where it is there already."""
    if target.exists():
        raise Refused(f"{target} is there already.", "Name a new file.")
    with told_plainly(what):
        write_bytes(target, lines.encode())


def _who(at: Booth) -> str:
    return at.folder.meta().owner


def _vote(at: Booth, asked: Ballot, choice: Choice) -> Vote:
    prompt, before = _turns(at.folder, asked)
    model = at.folder.config().model
    hashes = at.exam.weights_hashes

    def written(side: str) -> Written:
        arm = asked.arm(side)
        return Written(asked.text(side), arm, model, at.folder.id, at.exam.step, hashes.get(arm, ""))

    return Vote(
        id=new_id(),
        key=asked.key,
        prompt=prompt,
        left=written("left"),
        right=written("right"),
        choice=choice,
        who=_who(at),
        at=time.time(),
        row=asked.row,
        expected=asked.expected,
        before=before,
        settings=_settings(at.exam, asked),
    )


def _settings(exam: Exam, asked: Ballot) -> dict[str, str | int]:
    """Return how both answers were written; typed questions have a length of their own."""
    return {"decoding": GREEDY, **({"answer_tokens": exam.answer_tokens} if asked.row else {})}


def _turns(folder: RunFolder, asked: Ballot) -> tuple[str, tuple[Message, ...]]:
    """Return what was really asked: the last question, and the turns ahead of it where there are some."""
    if not asked.row or not folder.records_file.is_file():
        return asked.prompt, ()
    records = RecordFile(folder.records_file)
    place = bisect_left(records, asked.row, key=attrgetter("row"))
    record = records[place].record if place < len(records) and records[place].row == asked.row else None
    if isinstance(record, Preference | Rated):
        return record.prompt, record.before
    if not isinstance(record, Conversation):
        return asked.prompt, ()
    last = max(at for at, message in enumerate(record.messages) if message.role == "assistant")
    *before, question = record.messages[:last]
    return (question.content, tuple(before)) if question.role == "user" else (asked.prompt, ())
