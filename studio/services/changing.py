"""Changes of data sets: made in the background, watched, given up, taken up after a restart."""

import contextlib
import copy
import threading
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import replace

from studio.core.cleaning import REMAPPED, Wish
from studio.core.errors import StudioError
from studio.data.inspect import Stopped
from studio.services import cleaning, datasets
from studio.services.intake import conditions
from studio.services.mistakes import plainly
from studio.services.space import check_change
from studio.services.views_of_data import ChangeView
from studio.store.datasets import DatasetFolder
from studio.store.files import new_id
from studio.store.home import Home

SMALL_ROWS = 2000
"""So many rows are changed while the caller waits: a second or two."""
PATIENCE_SECONDS = 20.0
"""A busy machine may make even those take longer; then they are changed in the background as well."""


class Changes:
    """The changes of this process, one for each data set. How one failed is known until it is put away."""

    def __init__(self, home: Home) -> None:
        self._home = home
        self._lock = threading.Lock()
        self._known: dict[str, _Change] = {}
        self._closing = threading.Event()

    def seen_in(self, home: Home) -> "Changes":
        """Return the same changes as the person whose home this is sees them: others' are none."""
        seen = copy.copy(self)
        seen._home = home
        return seen

    def open(self) -> None:
        """Take up what an earlier process left, from the beginning of each change."""
        for folder in self._home.datasets.all():
            if folder.is_half_changed:
                # Another process is at it: the change is in good hands. Or the data set is damaged: the list
                # of all tells of it, the studio opens for the others, and the note waits for its repair.
                with contextlib.suppress(StudioError):
                    self._take_up(folder)

    def _take_up(self, folder: DatasetFolder) -> None:
        with ExitStack() as turn:
            turn.enter_context(folder.turn_to_change())
            try:
                wish = folder.wish()
            except StudioError:
                wish = None  # Damaged on disk: the rows are as they were, and no step says otherwise.
            if wish is not None and wish.version == folder.meta().version:
                self._begin(folder, wish, turn)
            else:
                folder.drop_wish()  # It was done, and its process died before it could say so.

    def close(self) -> None:
        """Stop working; the next process that opens the home takes it up."""
        self._closing.set()
        with self._lock:
            threads = [change.thread for change in self._known.values()]
        for thread in threads:
            thread.join()

    def start(self, dataset: str, wish: Wish) -> ChangeView:
        """Begin a change; a small data set is waited for. Raises what kept it from being changed by then.

        Raises Refused as well while another change of it is under way.
        """
        folder = self._home.datasets.folder(dataset)
        check_change(self._home, dataset)
        with ExitStack() as turn:
            turn.enter_context(folder.turn_to_change())
            wish = replace(wish, version=wish.version or folder.meta().version)
            change = self._begin(folder, wish, turn)
        if change.view.total <= SMALL_ROWS:
            change.thread.join(PATIENCE_SECONDS)
        if change.view.state == "failed":
            self.put_away(dataset)
            raise StudioError(change.view.error, change.view.hint)
        return change.view

    def view(self, dataset: str) -> ChangeView | None:
        """Return the change that is under way, or why the last one could not be made."""
        change = self._of(dataset)
        if change is None or change.view.state in ("done", "stopped"):
            return None
        return replace(change.view, stopping=change.given_up.is_set())

    def stop(self, dataset: str) -> None:
        """Give a change up: the rows stay as they were. One that has ended stays as it is."""
        if (change := self._of(dataset)) is not None:
            change.given_up.set()

    def put_away(self, dataset: str) -> None:
        """Forget how a change failed."""
        change = self._of(dataset)
        with self._lock:
            if change is not None and change.view.state != "working":
                self._known.pop(dataset, None)

    def _of(self, dataset: str) -> "_Change | None":
        """Return the change of a data set; of one that may not be seen there is none."""
        with self._lock:
            change = self._known.get(dataset)
        return change if self._home.datasets.owner is None or self._home.datasets.has(dataset) else None

    def _begin(self, folder: DatasetFolder, wish: Wish, turn: ExitStack) -> "_Change":
        """Start the thread, which gives the turn back when it is done."""
        change = _Change(self._home, folder, wish, closing=self._closing.is_set)
        folder.note_wish(wish)
        change.turn = turn.pop_all()
        with self._lock:
            self._known[folder.id] = change
        change.thread.start()
        return change


class _Change:
    """One change in a thread of its own, which alone writes the view. `turn` is the thread's to give back."""

    def __init__(self, home: Home, folder: DatasetFolder, wish: Wish, *, closing: Callable[[], bool]) -> None:
        total = folder.report(folder.meta().version).total
        self.view = ChangeView(new_id(), wish.fix, "working", total)
        self.turn = ExitStack()
        self.thread = threading.Thread(target=self._work, name="studio-change", daemon=True)
        self.given_up = threading.Event()
        self._home, self._folder, self._wish = home, folder, wish
        self._closing = closing

    def _work(self) -> None:
        state, told = "done", StudioError("")
        try:
            with self.turn:
                try:
                    self._make()
                except Stopped:
                    state = "stopped"
                except Exception as error:
                    state, told = "failed", plainly(error, self._home.path)
                if state != "stopped" or self.given_up.is_set():
                    self._folder.drop_wish()
        finally:
            self.view = replace(self.view, state=state, error=told.message, hint=told.hint)

    def _make(self) -> None:
        against = replace(conditions(), progress=self._progress, should_stop=self._should_stop)
        if self._wish.fix == REMAPPED:
            datasets.read_again(self._home, self._folder.id, self._wish.options, against)
        else:
            cleaning.make(self._home, self._folder.id, self._wish, against)

    def _progress(self, rows: int, share: float) -> None:
        known = self.view
        self.view = ChangeView(known.id, known.fix, known.state, known.total, rows, share)

    def _should_stop(self) -> bool:
        return self.given_up.is_set() or self._closing()
