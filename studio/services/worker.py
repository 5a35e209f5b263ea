"""The one thread that works: training runs, exams and exports one after the other, questions in between.

It reads its queue from the home's folders, so whatever any process asked for is found, also after a restart.
"""

import threading
import time
from collections.abc import Callable

from studio.core.config import RunConfig
from studio.core.errors import StudioError
from studio.core.events import RunFinished
from studio.engine.processes import ONE, Processes
from studio.services import exams, kinds
from studio.services.allowance import allowance_in
from studio.services.answering import Answerer
from studio.services.comparisons import Questions
from studio.services.keys import Keys
from studio.services.lengths import Counting
from studio.services.mistakes import guarded, note_failure, plainly
from studio.services.packages import load_packages
from studio.services.queue import TRAIN, Task, next_task, waiting_to_stop
from studio.services.rehearsals import Rehearsals, known_pace, remember_run
from studio.services.runbook import RunBook
from studio.services.together import refuse_held
from studio.services.training import Signals, stop_those, train_run
from studio.services.views import Duty, WorkerState
from studio.store.home import Home
from studio.store.requests import RUN

IDLE_SECONDS = 0.25
WATCH_SECONDS = 1.0
HOUSEKEEPING_SECONDS = 0.5


class Worker:
    """Does the work of a home as soon as this process holds it; answers questions even before."""

    def __init__(self, home: Home, book: RunBook, questions: Questions, keys: Keys) -> None:
        self._home, self._book, self._questions, self._keys = home, book, questions, keys
        self._answerer = Answerer(home, questions)
        self._rehearsals, self._counting = Rehearsals(home), Counting(home)
        self._closing, self._wake = threading.Event(), threading.Event()
        self._id: str | None = None
        self._active: Task | None = None
        self._trouble = self._only = ""
        self._processes = ONE
        self._ready = self._busy = self._answered = False
        self._duty = Duty()
        self._quiet_until = self._kept_house_at = self._pause_ended = 0.0
        self._thread: threading.Thread | None = None
        self._watchdog = threading.Thread(target=self._watch, name="studio-watchdog", daemon=True)

    def lead(self, run: str, processes: Processes) -> None:
        """Take the home for this run alone, which the others follow. Raises Refused where it is held."""
        self._id = self._home.take()
        if self._id is None:
            refuse_held(self._home)
        self._only, self._processes = run, processes

    def open(self, duty: Duty) -> None:
        """Start working."""
        self._duty = duty
        self._quiet_until = time.monotonic() + duty.quiet_seconds
        self._begin()
        self._watchdog.start()
        self._counting.open()

    def close(self) -> None:
        """Stop the work, wait until it is saved, free the home."""
        self._closing.set()
        self._wake.set()
        self._counting.close()
        for thread in (self._watchdog, self._thread):
            if thread is not None and thread.ident is not None:
                thread.join()
        self._home.release()

    def wake(self) -> None:
        """Look at the queue now rather than in a moment."""
        self._wake.set()

    def rehearse(self, config: RunConfig) -> str:
        """Measure what is not known yet of such a run: its pace when there is nothing else to do, its rows
        at once. Return what cannot be measured, and why."""
        uncounted, unpaced = self._counting.ask(config), ""
        if known_pace(self._home, config) is None:
            unpaced = self._rehearsals.ask(config)
            self.wake()
        return unpaced or uncounted  # the same cause stops both

    def state(self, damage: tuple[str, ...]) -> WorkerState:
        """Return what the work of this process is, with the `damage` of what the caller sees."""
        told = [self._trouble, *damage]
        # This process holds the home a moment before its worker has an id: it sweeps first.
        holder = None if self._home.held else self._home.holder()
        if holder is not None and not self._trouble:
            told.append(
                f"Another process of the studio ({holder.process}) does the work of this home now. "
                "What you start waits in its queue."
            )
        return WorkerState(self._id is not None, self._ready, " ".join(filter(None, told)), damage)

    def _begin(self) -> None:
        self._thread = threading.Thread(target=self._work, name="studio-worker", daemon=True)
        self._thread.start()

    def _watch(self) -> None:
        """Should the worker's thread die, say so in the run it worked on, and go on with the next."""
        while not self._closing.wait(WATCH_SECONDS):
            if self._thread is not None and not self._thread.is_alive():
                died = StudioError("The work ended without a word.", "Resume it; nothing saved is lost.")
                if self._active is not None and self._id is not None:
                    self._note_failure(self._active, died)
                self._begin()

    def _work(self) -> None:
        while not self._closing.is_set():
            self._busy = False
            guarded(self._turn, self._note_trouble)
            if not self._busy:
                self._wake.wait(IDLE_SECONDS)
                self._wake.clear()

    def _turn(self) -> None:
        if self._id is None and self._duty.takes_home:
            self._id = self._home.take()
            self._trouble = ""
        self._busy = self._do_something()
        if self._id is not None or not self._duty.takes_home:
            self._trouble = ""

    def _note_trouble(self, error: Exception) -> None:
        """What keeps the worker from its work belongs to no run; every page shows it."""
        self._trouble = str(plainly(error, self._home.path))

    def _do_something(self) -> bool:
        """Do the most urgent thing there is; return whether there was one."""
        if time.monotonic() < self._quiet_until:
            return False
        task = self._next_task()
        # A task that waits comes after one question: more of them are answered in its pauses.
        if self._questions.any_waits() and (task is None or not self._answered):
            self._answer(self._closing.is_set)
            self._answered = True
            return True
        if task is not None:
            self._perform(task)
            return True
        if self._duty.done():
            return False
        if not self._ready:
            load_packages()
            self._ready = True
            return True
        return self._id is not None and self._rehearse_next()

    def _next_task(self) -> Task | None:
        if self._id is None or self._duty.done():
            return None
        return next_task(self._book, only=self._only)

    def _rehearse_next(self) -> bool:
        def interrupted() -> bool:
            return self._closing.is_set() or self._questions.any_waits() or self._next_task() is not None

        if not self._rehearsals.any_waits():
            return False
        self._answerer.forget()
        guarded(lambda: self._rehearsals.do_next(interrupted), self._rehearsals.fail)
        return True

    def _perform(self, task: Task) -> None:
        load_packages()
        self._active, self._pause_ended = task, time.monotonic()
        self._answered = not self._answerer.forget()
        guarded(lambda: self._dispatch(task), lambda error: self._note_failure(task, error))
        self._active = None
        self._questions.measured(turn_seconds=0.0)
        self._ready = True

    def _answer(self, interrupted: Callable[[], bool]) -> None:
        load_packages()
        guarded(lambda: self._answerer.answer_next(interrupted), self._answerer.fail)

    def _dispatch(self, task: Task) -> None:
        progress = self._book.progress(task.folder.id)
        allowance = allowance_in(self._home, self._book, task.folder, self._pause)
        signals = Signals(
            worker=self._id or "",
            tell=lambda text: self._tell(task, text),
            closing=self._closing.is_set,
            pause=allowance.pause,
            tokens=self._home.tokens,
            processes=self._processes,
            used_up=allowance.used_up,
        )
        self._tell(task, "The work begins.")
        if task.kind == TRAIN:
            if train_run(task.folder, progress, signals):
                guarded(lambda: self._after_training(task), self._note_trouble)
        else:
            kinds.perform(self._home, self._keys, task, signals)
        guarded(lambda: self._tell(None, ""), self._note_trouble)  # what has ended well stays so

    def _after_training(self, task: Task) -> None:
        ending = self._book.progress(task.folder.id).last
        # The models that answered in between took memory that no run needs; a part of a run says little.
        if isinstance(ending, RunFinished) and not self._answered and self._processes.count == 1:
            remember_run(self._home, task.folder.config(), ending.peak_memory_bytes)
        if self._duty.exam_after_training:
            exams.request_after(task.folder, task.at)

    def _pause(self) -> None:
        """Called between micro-batches, rows and answers of whatever is under way."""
        self._questions.measured(turn_seconds=time.monotonic() - self._pause_ended)
        for _ in range(self._questions.turns()):  # who asks on and on does not hold the work up for ever
            if self._urged_to_stop():
                break
            self._answered = True
            self._answer(self._urged_to_stop)
        if self._answered:
            self._answerer.forget()
        if time.monotonic() - self._kept_house_at > HOUSEKEEPING_SECONDS:
            self._kept_house_at = time.monotonic()
            # What is wrong with one of them is not the fault of what is under way.
            guarded(lambda: stop_those(waiting_to_stop(self._home, self._book)), self._note_trouble)
        self._pause_ended = time.monotonic()

    def _urged_to_stop(self) -> bool:
        task = self._active
        asked = task is not None and task.folder.requests.stop_asked(task.job or RUN)
        return asked or self._closing.is_set()

    def _tell(self, task: Task | None, doing: str) -> None:
        self._home.tell(task.folder.id if task and task.kind == TRAIN else "", doing)

    def _note_failure(self, task: Task, error: BaseException) -> None:
        """Write how a task failed, unless its run was deleted under it. Where not even that can be written,
        leave the home: then it reads interrupted."""
        try:
            if not task.folder.deleted:
                note_failure(task, plainly(error, task.folder.path))
            self._tell(None, "")
        except OSError as full:
            if task.folder.deleted:
                return
            self._trouble = f"The home folder cannot be written: {full.strerror or full}. Free some space."
            self._home.release()
            self._id = None
