"""Files on their way into the home: a folder each, which is taken up again where its process died."""

import shutil
import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from functools import partial
from pathlib import Path

from studio.core.errors import StudioError
from studio.core.shapes import shaped
from studio.core.sizes import size
from studio.core.system import FileLock, is_locked, sync_folder
from studio.store.files import new_id, read_as, remove_folder, sync_tree, told_plainly, write_json
from studio.store.owned import ME

PREFIX = ".incoming-"


@dataclass(frozen=True)
class Arrival:
    """What is known of a file before it is read. `name` is the user's name of it, `title` the data set's."""

    name: str
    title: str
    mapping: Mapping[str, str] = field(default_factory=dict)
    sample: str = ""
    licence: str = ""
    address: str = ""
    """Where it is still to be fetched from; "" once it is here."""
    owner: str = ME
    hub_id: str = ""
    """Owner and name on the hub, where it was fetched from there."""


class IncomingFolder:
    """One file on its way, held by this process."""

    def __init__(self, path: Path, lock: FileLock) -> None:
        self.path = path
        self.id = path.name.removeprefix(PREFIX)
        self.source = path / "source"
        self._lock = lock

    @property
    def _meta(self) -> Path:
        return self.path / "meta.json"

    def arrival(self) -> Arrival:
        return read_as(partial(shaped, Arrival), self._meta, hint="Add the file again.")

    def expect(self, arrival: Arrival) -> None:
        """Note what is to be fetched, so that another process can take it up."""
        with told_plainly("The data set"):
            write_json(self._meta, {"version": 1, **asdict(arrival)})

    def bring(self, upload: Path, arrival: Arrival) -> None:
        """Copy the upload; whoever made it may delete it from now on. Its meta.json says that it is whole."""
        try:
            shutil.copyfile(upload, self.source)
            sync_tree(self.path)  # or a power failure could leave the word that it is whole, and half of it
            sync_folder(self.path.parent)
        except OSError as error:
            raise StudioError(
                f"The file could not be copied into the home: {error.strerror}.",
                "Free some space on that disk, or check that the file is still there, and try again.",
            ) from error
        self.expect(arrival)

    def leave(self) -> None:
        """Let another process take it up."""
        self._lock.release()

    def remove(self) -> None:
        """Delete the folder; without its meta.json nobody takes it up meanwhile."""
        self._meta.unlink(missing_ok=True)
        self._lock.release()
        remove_folder(self.path)


class Incoming:
    """All files on their way into a home; they stand among its data sets."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def create(self) -> IncomingFolder:
        path = self.path / f"{PREFIX}{new_id()}"
        with told_plainly("The data set"):
            path.mkdir()
            lock = FileLock.take(path / "lock")
        assert lock is not None, "nobody else can know this folder"
        return IncomingFolder(path, lock)

    def bytes_of(self, owner: str | None) -> int:
        """Return what the files take that one person has on the way; None: that all have."""
        found = 0
        for path in self.path.glob(f"{PREFIX}*"):
            try:
                meta = read_as(partial(shaped, Arrival), path / "meta.json", hint="")
                found += size(path) if owner in (None, meta.owner) else 0
            except (StudioError, FileNotFoundError):
                pass  # It is not whole, or became a data set in this moment; nobody's, or counted there.
        return found

    def sweep(self, *, older_than_seconds: float) -> None:
        """Remove what was never copied whole: its process died, and nobody takes it up."""
        for path in self.path.glob(f"{PREFIX}*"):
            is_old = time.time() - path.stat().st_mtime >= older_than_seconds
            if is_old and not (path / "meta.json").is_file() and not is_locked(path / "lock"):
                remove_folder(path)

    def take_up(self) -> list[IncomingFolder]:
        """Return the whole files that no process is reading; hold them from now on."""
        found = []
        for path in sorted(self.path.glob(f"{PREFIX}*"), key=lambda path: path.name):
            if not (path / "meta.json").is_file():
                continue
            lock = FileLock.take(path / "lock")
            if lock is not None and (path / "meta.json").is_file():
                found.append(IncomingFolder(path, lock))
            elif lock is not None:
                lock.release()
        return found
