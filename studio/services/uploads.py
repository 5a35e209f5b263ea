"""Files on their way into the home: read in the background, watched, given up, taken up after a restart."""

import copy
import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from studio.core.errors import Refused, StudioError
from studio.data.first_findings import first_findings
from studio.data.inspect import Stopped
from studio.data.readers.outright import refuse_outright
from studio.engine.hub_tables import Watcher
from studio.engine.weight_files import Abandoned
from studio.services.hub_data import expected, fetched, name_of
from studio.services.intake import conditions, take_in
from studio.services.mistakes import plainly
from studio.services.packages import FIRST_LOOKS
from studio.services.space import check_file
from studio.services.views_of_data import UploadView
from studio.store.home import Home
from studio.store.incoming import Arrival, IncomingFolder

KEPT = 500
"""So many uploads that have ended are known, with their first findings; a process may live for months."""


def add(home: Home, path: Path, arrival: Arrival) -> str:
    """Take a file in and wait; return the data set's id. Raises what kept it from becoming one."""
    folder = _brought(home, path, arrival)
    try:
        return take_in(home, folder.source, arrival, conditions()).id
    finally:
        folder.remove()


def _brought(home: Home, path: Path, arrival: Arrival) -> IncomingFolder:
    """Copy a file into the home. Raises Refused for what nobody need open."""
    refuse_outright(path, arrival.name)
    check_file(home, path.stat().st_size)
    folder = home.incoming.create()
    try:
        folder.bring(path, replace(arrival, owner=home.owner))
    except BaseException:
        folder.remove()
        raise
    return folder


class Uploads:
    """The uploads of this process, by id. What one came to is known until many others have ended since."""

    def __init__(self, home: Home) -> None:
        self._home = home
        self._lock = threading.Lock()
        self._known: dict[str, _Upload] = {}
        self._closing = threading.Event()

    def seen_in(self, home: Home) -> "Uploads":
        """Return the same uploads as the person whose home this is sees them: others' are unknown."""
        seen = copy.copy(self)
        seen._home = home
        return seen

    def open(self) -> None:
        """Take up what an earlier process left, from the beginning of each file."""
        for folder in self._home.incoming.take_up():
            try:
                self._begin(folder, folder.arrival())
            except StudioError:
                folder.remove()  # Damaged on disk: the person who brought it sees no such data set.

    def close(self) -> None:
        """Stop reading; the next process that opens the home takes it up."""
        self._closing.set()
        with self._lock:
            threads = [upload.thread for upload in self._known.values()]
        for thread in threads:
            thread.join()

    def start(self, path: Path, arrival: Arrival) -> str:
        """Copy a file into the home, begin to read it, and return the upload's id."""
        return self._begin(_brought(self._home, path, arrival), replace(arrival, owner=self._home.owner))

    def start_hub(self, address: str) -> str:
        """Begin to fetch a data set of the hub, then to read it, and return the upload's id."""
        arrival = replace(expected(address), owner=self._home.owner)
        folder = self._home.incoming.create()
        try:
            folder.expect(arrival)
        except BaseException:
            folder.remove()
            raise
        return self._begin(folder, arrival)

    def view(self, upload: str) -> UploadView:
        return self._upload(upload).view

    def stop(self, upload: str) -> None:
        """Give an upload up; nothing of it is kept. One that has ended stays as it is."""
        self._upload(upload).given_up.set()

    def _upload(self, upload: str) -> "_Upload":
        with self._lock:
            known = self._known.get(upload)
        if known is None or self._home.runs.owner not in (None, known.owner):
            raise Refused("This upload is not known any more.", "See the list of data sets.")
        return known

    def _begin(self, folder: IncomingFolder, arrival: Arrival) -> str:
        home = self._home.owned_by(arrival.owner)
        upload = _Upload(home, folder, arrival, closing=self._closing.is_set)
        with self._lock:
            self._known[folder.id] = upload
            ended = [name for name, each in self._known.items() if each.view.state != "reading"]
            for name in ended[:-KEPT]:
                del self._known[name]
        upload.thread.start()
        return folder.id


class _Upload:
    """One file being read in a thread of its own, which alone writes the view."""

    def __init__(
        self, home: Home, folder: IncomingFolder, arrival: Arrival, *, closing: Callable[[], bool]
    ) -> None:
        self.view = UploadView(folder.id, arrival.title, "reading")
        self.owner = arrival.owner
        self.given_up = threading.Event()
        self.thread = threading.Thread(target=self._read, name="studio-upload", daemon=True)
        self._home, self._folder, self._arrival = home, folder, arrival
        self._closing = closing

    def _read(self) -> None:
        try:
            self._take_in()
        except (Stopped, Abandoned):
            self.view = replace(self.view, state="stopped")
            if self._closing() and not self.given_up.is_set():
                self._folder.leave()
                return
        except Exception as error:
            told = plainly(error, self._home.path)
            self.view = replace(self.view, state="failed", error=told.message, hint=told.hint)
        self._folder.remove()

    def _take_in(self) -> None:
        if self._arrival.address:
            self._fetch()
        with FIRST_LOOKS.ahead():
            found = first_findings(self._folder.source, self._arrival.name, self._arrival.mapping)
        self.view = replace(self.view, partial=found)
        self._progress(0, 0.0)
        against = replace(conditions(), progress=self._progress, should_stop=self._should_stop)
        dataset = take_in(self._home, self._folder.source, self._arrival, against)
        report = dataset.report(dataset.meta().version)
        read = UploadView(self.view.id, self.view.name, "done", report.total, 1.0)
        self.view = replace(read, partial=self.view.partial, dataset=dataset.id)

    def _fetch(self) -> None:
        name, watcher = name_of(self._arrival.address), Watcher(self._fetched, self._should_stop)
        with fetched(name, self._arrival.mapping, watcher) as (path, arrival):
            self._arrival = replace(arrival, owner=self.owner)
            self._folder.bring(path, self._arrival)
        self.view = UploadView(self.view.id, arrival.title, "reading")

    def _fetched(self, done: int, total: int) -> None:
        if not done:
            check_file(self._home, total)
        self.view = replace(self.view, fetched_bytes=done, total_bytes=total)

    def _progress(self, rows: int, share: float) -> None:
        known = self.view
        self.view = UploadView(known.id, known.name, "reading", rows, share, known.partial)

    def _should_stop(self) -> bool:
        return self.given_up.is_set() or self._closing()
