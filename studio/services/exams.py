"""The exam of a run: asked for by a person or after training, held by the worker, kept beside the run."""

from collections.abc import Sequence
from functools import partial

from studio.core import exam as exams
from studio.core.errors import Refused, StudioError
from studio.core.events import Warned
from studio.core.verdict import Verdict
from studio.evaluation.advice import advise
from studio.evaluation.arms import ARMS, arm_named, further
from studio.evaluation.verdict import verdict_of
from studio.services import knowledge
from studio.services.exam_view import ExamView
from studio.services.exam_wishes import STEADY, can_be_steady, why_not_here
from studio.services.jobs import Progress, ShouldStop, best_checkpoint, check_best, run_job
from studio.services.queue import Task
from studio.services.training import Signals, material
from studio.store.files import read_json, write_json
from studio.store.home import Home
from studio.store.lines import KeptLines
from studio.store.runs import RunFolder

KIND = "exam"


def start(
    home: Home, run: str, arms: Sequence[str] = (), prompt: str | None = None, *, steady: bool = False
) -> str:
    """Queue an exam and return its job id. Raises Refused where an arm makes no sense for this run.

    Without `arms` those of the last exam sit again; base and tuned alone where these two are named. `steady`:
    questions are also asked in other words, which an exam held again keeps to.
    """
    folder = home.runs.folder(run)
    check_best(folder)
    if steady and not can_be_steady(folder):
        raise Refused(
            "This run does not answer questions, so there is nothing to ask in other words.",
            "Hold the exam without that.",
        )
    wanted = further(tuple(arms))
    instruction = knowledge.prompt(home, run) if prompt is None else prompt
    for name in wanted:
        if problem := why_not_here(folder, name, instruction):
            raise Refused(f"“{arm_named(name).TITLE}” cannot take part. {problem}", "Leave this one out.")
    kept = [wish for wish in _as_last_time(folder, instruction) if wish == STEADY or not arms]
    if prompt is not None:
        knowledge.set_prompt(home, run, prompt)
    wishes = (*wanted, *kept, *((STEADY,) if steady else ()))
    return folder.requests.add(KIND, wishes=tuple(dict.fromkeys(wishes)))


def why_no_arm(home: Home, run: str, arm: str) -> str:
    """Return in words why an arm cannot take part; empty where it can."""
    return why_not_here(home.runs.folder(run), arm, knowledge.prompt(home, run))


def _as_last_time(folder: RunFolder, instruction: str) -> tuple[str, ...]:
    """Return what the last exam was held with and can be held with again, so that nothing of it gets lost."""
    try:
        last = newest(folder)
    except StudioError:
        return ()  # The screen says that it is damaged; the new one takes its place.
    if last is None:
        return ()
    arms = further(tuple(arm for arm in ARMS if arm in last.arms))
    again = tuple(arm for arm in arms if not why_not_here(folder, arm, instruction))
    return (*again, STEADY) if last.in_other_words and can_be_steady(folder) else again


def request_after(folder: RunFolder, at: float) -> None:
    """Queue the exam that follows training, held as the last one was; it keeps the run's place."""
    if not folder.checkpoints.steps():
        return
    try:
        folder.requests.add(KIND, at, wishes=_as_last_time(folder, _instruction(folder)))
    except StudioError as error:
        folder.append(Warned(f"The exam after training was not begun. {error}", "Start it in Compare."))


def _instruction(folder: RunFolder) -> str:
    """Return the user's instruction; none where its file is damaged, which the screen says."""
    try:
        return folder.knowledge.prompt()
    except StudioError:
        return ""


def hold(task: Task, signals: Signals) -> None:
    """Hold the exam that was asked for."""
    run_job(task, signals, partial(_examine, task, signals))


def _examine(task: Task, signals: Signals, progress: Progress, should_stop: ShouldStop) -> bool:
    from studio.evaluation.exam import examine
    from studio.services.exam_making import job_of

    folder = task.folder
    step, checkpoint = best_checkpoint(folder)
    gathered = material(folder, lambda text: progress(0, 0, text), should_stop)
    if gathered is None:
        return False
    job = job_of(folder, gathered, step, checkpoint, task.wishes)
    kept, put_by = KeptLines(folder.path / "exam.unfinished.jsonl"), folder.path / "exam.finished.jsonl"
    if job.wanted is not None:
        kept.take_up(put_by)  # what base and tuned have done is not done again for further arms
    found = examine(job, progress=progress, should_stop=should_stop, kept=kept)
    if found is not None:
        write_json(folder.path / "exam.json", exams.to_dict(found))
        kept.put_by(put_by)
    return found is not None


def newest(folder: RunFolder) -> exams.Exam | None:
    """Return the newest finished exam of a run, whichever step it was held on."""
    path = folder.path / "exam.json"
    if not path.exists():
        return None
    try:
        return exams.from_dict(read_json(path))
    except (KeyError, TypeError) as error:
        raise StudioError(f"The exam in {path} is damaged.", "Hold the exam again.") from error


def view(home: Home, run: str) -> ExamView | None:
    """Return the newest finished exam for the screen."""
    folder = home.runs.folder(run)
    found = newest(folder)
    if found is None:
        return None
    said = verdict_of(found)
    return ExamView(
        run=run,
        rows=found.rows,
        answered=found.answered,
        arms=found.arms,
        differences=found.differences,
        table=found.table,
        verdict=Verdict(said.tone, said.headline, said.sentence),
        weights_hashes=found.weights_hashes,
        before=found.before,
        in_other_words=found.in_other_words,
        signatures=found.signatures,
        classes=found.classes,
        bake_off=found.bake_off,
        advice=advise(found, found.bake_off) if found.bake_off is not None else None,
        seconds=found.seconds,
        answer_tokens=found.answer_tokens,
        step=found.step,
        judges=found.judges,
        wins={"reward": found.wins} if found.wins is not None else {},
        left_out=found.left_out,
        left_out_why=found.left_out_why,
        earlier=folder.checkpoints.best_step() not in (None, found.step),
    )
