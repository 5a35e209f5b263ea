"""A judge model reads the answers of an exam: asked for by a person, held by the worker, kept beside the run.

The key of an address stays in this process and is written nowhere: another one that takes the job up says so.
"""

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict
from functools import partial

from studio.core import judge as judges
from studio.core.config import Optimisation
from studio.core.errors import Refused, StudioError
from studio.core.exam import Exam
from studio.core.judge import Judge, Judged, Judgement, judgement_from
from studio.core.keys import Key
from studio.core.progress import fold
from studio.evaluation import judge as judging
from studio.evaluation.ballots import Ballot, of_exam, of_vote
from studio.evaluation.votes import Side, agreement, tally, verdict_of_votes, win_share
from studio.services import exams
from studio.services.jobs import Progress, ShouldStop, run_job
from studio.services.judge_address import Address, TooLong, checked_address, refuse_open_key
from studio.services.judge_here import Ask, judge_here, refuse_itself
from studio.services.keys import Keys
from studio.services.outsiders import as_owner, refuse_folder
from studio.services.queue import Task
from studio.services.training import Signals
from studio.services.views_of_votes import JudgeView
from studio.services.waiting import Stopped, pause, refuse_stopped
from studio.store.feedback import FILE, FeedbackFile
from studio.store.files import read_as, write_json
from studio.store.home import Home
from studio.store.lines import KeptLines
from studio.store.runs import RunFolder

KIND = "judge"
RESULT, UNFINISHED = "judge.json", "judge.unfinished.jsonl"
_HINT = "Delete this file, and ask the judge again."
OWN = "The judge is the untouched model of this run, and may favour its own way of writing."


def start(home: Home, keys: Keys, run: str, judge: Judge, key: Key) -> str:
    """Queue a judge and return its job id. Raises Refused where it cannot judge, or not this run."""
    folder = home.runs.folder(run)
    if not can_be_judged(home, run):
        raise Refused("There are no answers to judge.", "Hold an exam in which both models write.")
    judge = Judge(judge.model.strip(), checked_address(judge.address) if judge.address.strip() else "")
    if not judge.model:
        raise Refused("The judge has no model.", "Name one.")
    if judge.address:
        refuse_open_key(judge.address, key)
        _refuse_key_elsewhere(home, key)
    else:
        refuse_folder(home, judge.model)
        refuse_itself(home, folder, judge.model)
    _refuse_second(home, folder, judge)
    ticket = keys.put(key if judge.address else Key())
    # The ticket stands beside its judge in one wish: no key can reach an address it was not entered for.
    return folder.requests.add(KIND, wishes=(json.dumps({**asdict(judge), "ticket": ticket}),))


def _refuse_key_elsewhere(home: Home, key: Key) -> None:
    """Raise Refused where another process would do the work: a key leaves this one for its address alone."""
    if key and not home.held and (holder := home.holder()) is not None:
        raise Refused(
            f"Another process of the studio ({holder.process}) does the work of this home, and is "
            "not told a key that was entered here.",
            "Ask the judge in that studio, with its key, or close it first.",
        )


def _refuse_second(home: Home, folder: RunFolder, judge: Judge) -> None:
    """Raise Refused beside a judge under way, and beside another one that waits."""
    waiting = [_wish(request.wishes)[0] for request in folder.requests.all() if request.kind == KIND]
    if any(other != judge for other in waiting):
        raise Refused(
            f"The judge {waiting[0].model} waits for its turn already.",
            "Ask that one again, or stop it in Compare first.",
        )
    jobs, live = fold(folder.read()[0]).jobs.values(), home.live_worker()
    if any(job.started.kind == KIND and job.status(live) == "running" for job in jobs):
        raise Refused("A judge reads these answers now.", "Wait until it has read them, or stop it.")


def _wish(wishes: tuple[str, ...]) -> tuple[Judge, str]:
    """Return who is to judge, and the ticket of its key. The newest wish counts."""
    try:
        wish = json.loads(wishes[-1])
        return Judge(wish["model"], wish["address"]), wish["ticket"]
    except (IndexError, ValueError, KeyError, TypeError) as error:
        raise StudioError("The request for a judge does not say which.", "Stop it, and ask again.") from error


def can_be_judged(home: Home, run: str) -> bool:
    """Return whether the run has an exam in which both models wrote answers."""
    exam = exams.newest(home.runs.folder(run))
    return exam is not None and not exam.classes and exam.answered > 0


def hold(home: Home, keys: Keys, task: Task, signals: Signals) -> None:
    """Let the judge read that was asked for."""
    run_job(task, signals, partial(_judge, home, keys, task))


def _judge(home: Home, keys: Keys, task: Task, progress: Progress, should_stop: ShouldStop) -> bool:
    folder, (judge, ticket) = task.folder, _wish(task.wishes)
    home = as_owner(home, folder)
    key = keys.take(ticket)
    exam = exams.newest(folder)
    if exam is None:
        raise StudioError("The exam of this run is gone.", "Hold it again, then ask the judge.")
    if ticket and not key:
        raise StudioError(
            "The key of the judge's address is not known to this process: it is never written down.",
            "Enter it again and start the judge again: it goes on where it was.",
        )
    asked = [each for each in ballots(home, folder, exam) if not each.identical]
    kept = KeptLines(folder.path / UNFINISHED)
    done = {each.key: each for each in map(judgement_from, kept.begin(f"{judge} {exam.step}"))}
    try:
        with _opened(home, judge, key, progress, should_stop) as ask:
            for number, ballot in enumerate(asked):
                progress(number, len(asked), "The judge reads")
                if ballot.key not in done:
                    refuse_stopped(should_stop)
                    done[ballot.key] = _judgement(ballot, ask)
                    kept.append(asdict(done[ballot.key]))
    except Stopped:
        return False
    found = Judged(judge, exam.step, tuple(done[ballot.key] for ballot in asked))
    write_json(folder.path / RESULT, judges.to_dict(found))
    kept.discard()
    return True


def _judgement(ballot: Ballot, ask: Ask) -> Judgement:
    replies = ask(judging.asked(ballot))
    return judging.settle(ballot.key, replies) if replies else Judgement(ballot.key, "unasked")


@contextmanager
def _opened(home: Home, judge: Judge, key: Key, progress: Progress, should_stop: ShouldStop) -> Iterator[Ask]:
    if not judge.address:
        with judge_here(home, judge.model, lambda text: progress(0, 0, text), should_stop) as ask:
            yield ask
        return
    yield partial(_both, Address(judge, key, partial(pause, should_stop)).ask)


def _both(ask: Callable[[str], str], orders: tuple[str, str]) -> tuple[str, str] | None:
    try:
        return ask(orders[0]), ask(orders[1])
    except TooLong:
        return None


def ballots(home: Home, folder: RunFolder, exam: Exam) -> tuple[Ballot, ...]:
    """Return all questions with two answers: those of the exam, and typed ones that people voted on."""
    config = folder.config()
    found = {each.key: each for each in of_exam(exam, folder.id, config.part(Optimisation).seed)}
    kept = home.datasets.path / config.dataset
    if (kept / FILE).exists():
        votes = FeedbackFile(kept).standing().of(folder.id, exam.step).votes
        found = {vote.key: of_vote(vote) for vote in votes} | found
    return tuple(found.values())


def newest(folder: RunFolder) -> Judged | None:
    """Return the newest judgements of a run, on whichever step. Raises StudioError on a damaged file."""
    path = folder.path / RESULT
    return read_as(judges.from_dict, path, hint=_HINT) if path.exists() else None


def view(folder: RunFolder, exam: Exam, people: Mapping[str, Side]) -> JudgeView | None:
    """Return what the judge said, beside what `people` said by the key of each question."""
    judged = newest(folder)
    if judged is None:
        return None
    opinions: dict[str, Side] = {}
    for each in judged.judgements:
        if each.opinion in ("tuned", "base", "tie"):
            opinions[each.key] = each.opinion
    counted = tally(list(opinions.values()))
    won = win_share(counted)
    both = sorted(opinions.keys() & people.keys())
    own = judged.judge.model == folder.config().model and not judged.judge.address
    said = [each.opinion for each in judged.judgements]
    return JudgeView(
        judge=judged.judge.model,
        address=judged.judge.address,
        counted=counted,
        swayed=sum(each.swayed for each in judged.judgements),
        unread=said.count("unread"),
        unasked=said.count("unasked"),
        won=won,
        verdict=verdict_of_votes(won, counted),
        people=agreement([opinions[key] for key in both], [people[key] for key in both]),
        earlier=judged.step != exam.step,
        note=OWN if own else "",
    )
