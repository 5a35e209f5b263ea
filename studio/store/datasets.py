"""Data sets in the home: a folder each, with a version for every way its file was read."""

import os
import re
import shutil
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, replace
from operator import itemgetter
from pathlib import Path
from typing import Any, Self

from studio.core import report as reports
from studio.core.cleaning import Step, Wish, steps_from
from studio.core.errors import Refused, StudioError
from studio.core.records import SourcedRecord
from studio.core.report import DatasetReport
from studio.core.shapes import shaped
from studio.core.system import FileLock, sync_folder
from studio.store.dataset_files import (
    Content,
    DatasetMeta,
    meta_from,
    set_aside_document,
    set_aside_from,
)
from studio.store.files import (
    digest,
    link_or_copy,
    new_id,
    read_as,
    remove_folder,
    staged_folder,
    sync_tree,
    told_plainly,
    write_json,
)
from studio.store.owned import Owned
from studio.store.records import RecordFile, read_records

__all__ = ["META", "Content", "DatasetFolder", "DatasetMeta", "Datasets"]

META = "meta.json"
_RESTORE = "Restore it from a copy, or delete the folder of this data set and add its file again."
_ID = re.compile(r"[a-z2-7]{16}")


class DatasetFolder:
    """One data set on disk. A version never changes once it is written."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.id = path.name

    def meta(self) -> DatasetMeta:
        return read_as(meta_from, self.path / META, hint=_RESTORE)

    def write_meta(self, meta: DatasetMeta) -> None:
        document = {**asdict(meta), "version": 1, "current": meta.version}
        with told_plainly("The change"):
            write_json(self.path / META, document)

    def version(self, version: str) -> Path:
        """Return the folder of a version. Raises Refused where there is none."""
        path = self.path / "versions" / version
        if not re.fullmatch(r"[0-9a-f]{12}", version) or not path.is_dir():
            raise Refused(f"The data set has no version {version!r}.", "Choose its newest version.")
        return path

    def source(self, version: str) -> Path:
        """Return the file as it was uploaded."""
        return self.version(version) / "source"

    def report(self, version: str) -> DatasetReport:
        return read_as(reports.from_dict, self.version(version) / "report.json", hint=_RESTORE)

    def records_file(self, version: str) -> Path:
        return self.version(version) / "records.jsonl"

    def records(self, version: str, *, first: int = 0, most: int | None = None) -> tuple[SourcedRecord, ...]:
        path = self.records_file(version)
        try:
            return read_records(path, first=first, most=most)
        except OSError as error:
            raise StudioError(f"The file {path} cannot be read: {error.strerror}.", _RESTORE) from error

    def open_records(self, version: str) -> RecordFile:
        """Open all records without reading them: each is read where it is looked at."""
        return RecordFile(self.records_file(version))

    def records_hash(self, version: str) -> str:
        """Return the SHA-256 of the records as they were when the version was written."""
        return str(read_as(itemgetter("records"), self.version(version) / "hash.json", hint=_RESTORE))

    def rows(self, version: str) -> list[dict[str, Any]]:
        """Return the first rows as the file has them: number and cells."""
        return list(read_as(itemgetter("rows"), self.version(version) / "rows.json", hint=_RESTORE))

    def set_aside(self, version: str) -> list[tuple[int, str, str]]:
        """Return the rows that became no record: number, the check that lists it, reason."""
        return read_as(set_aside_from, self.version(version) / "set_aside.json", hint=_RESTORE)

    def steps(self, version: str) -> tuple[Step, ...]:
        """Return how a version was made; of several ways the last one."""
        if (meta := self.meta()).version == version:
            return meta.steps
        path = self.version(version) / "steps.json"
        if not path.exists():
            return ()  # It was written before there were fixes.
        return read_as(lambda entries: steps_from(entries["steps"]), path, hint=_RESTORE)

    @property
    def _wish(self) -> Path:
        return self.path / "change.json"

    def note_wish(self, wish: Wish) -> None:
        """Keep what is about to be done: whoever finds it undone, and nobody at it, does it."""
        with told_plainly("The change"):
            write_json(self._wish, {"version": 1, "wish": asdict(wish)})

    def wish(self) -> Wish | None:
        """Return what was begun and not done yet."""
        if not self.is_half_changed:
            return None
        return read_as(lambda entries: shaped(Wish, entries["wish"]), self._wish, hint=_RESTORE)

    @property
    def is_half_changed(self) -> bool:
        """Whether a change is under way, or was when its process died."""
        return self._wish.is_file()

    def drop_wish(self) -> None:
        self._wish.unlink(missing_ok=True)

    @contextmanager
    def turn_to_change(self) -> Iterator[None]:
        """Let no other page or process change the data set meanwhile. Raises Refused where one does."""
        with told_plainly("The change"):
            lock = FileLock.take(self.path / "changing")
        if lock is None:
            raise Refused(
                "This data set is being changed at the moment, perhaps on another page.",
                "Wait until that is done, look at the report again, and decide then.",
            )
        try:
            yield
        finally:
            lock.release()

    def add_version(self, source: Path, content: Content) -> str:
        """Write a version and return its name, which is made of what it holds.

        One that is there already stays where it is, so that no crash can take it away: only the files that
        differ (its report, its first rows, a record that was damaged) are replaced, each as a whole.
        """
        versions = self.path / "versions"
        versions.mkdir(parents=True, exist_ok=True)
        with told_plainly("The data set"), _staging(versions) as staged:
            link_or_copy(content.records, staged / "records.jsonl")
            link_or_copy(source, staged / "source")
            write_json(staged / "report.json", reports.to_dict(content.report))
            write_json(staged / "rows.json", {"version": 1, "rows": list(content.rows)})
            write_json(staged / "hash.json", {"version": 1, "records": content.records_hash})
            write_json(staged / "set_aside.json", set_aside_document(content.set_aside))
            steps = [asdict(step) for step in content.steps]
            write_json(staged / "steps.json", {"version": 1, "steps": steps})
            version = content.version
            if (versions / version).is_dir():
                _renew(staged, versions / version)
            else:
                with staged_folder(versions / version) as folder:
                    for file in staged.iterdir():
                        file.replace(folder / file.name)
        return version


class Datasets(Owned):
    """All data sets of a home, or those of one person."""

    def __init__(self, path: Path) -> None:
        super().__init__(path, _ID, lambda folder: DatasetFolder(folder).meta().owner)
        self._damaged: Mapping[str, str] = {}

    def owned_by(self, owner: str) -> Self:
        seen = super().owned_by(owner)
        seen._damaged = {}
        return seen

    def note_damage(self, damaged: Mapping[str, str]) -> None:
        """Remember which data sets the last listing could not read, and why."""
        self._damaged = damaged

    def damage(self) -> tuple[str, ...]:
        """Return why some data sets are missing from the list, as the last listing found."""
        return tuple(
            f"The data set {dataset} cannot be read. {problem}" for dataset, problem in self._damaged.items()
        )

    @contextmanager
    def workshop(self) -> Iterator[Path]:
        """Yield a folder inside the home that is removed afterwards, to make a version in."""
        with _staging(self.path) as staged:
            yield staged

    def add(self, source: Path, meta: DatasetMeta, content: Content) -> DatasetFolder:
        """Write a new data set; `meta.version` is filled in here."""
        path = self.path / new_id()
        with told_plainly("The data set"), staged_folder(path) as staged:
            folder = DatasetFolder(staged)
            version = folder.add_version(source, content)
            made = {"version": version, "history": (version,), "created_at": time.time()}
            folder.write_meta(replace(meta, **made, owner=self.owner or meta.owner))
        return DatasetFolder(path)

    def folder(self, dataset: str) -> DatasetFolder:
        """Return a data set by its id. Raises Refused where there is none."""
        if not self.has(dataset):
            raise Refused(f"There is no data set {dataset!r}.", "It may have been deleted; add it again.")
        return DatasetFolder(self.path / dataset)

    def all(self) -> tuple[DatasetFolder, ...]:
        return tuple(map(DatasetFolder, self.paths()))

    def delete(self, dataset: str) -> None:
        remove_folder(self.folder(dataset).path)


def _renew(staged: Path, folder: Path) -> None:
    """Bring a version to what was just read, file by file."""
    sync_tree(staged)
    for file in staged.iterdir():
        target = folder / file.name
        if not target.is_file() or digest(file) != digest(target):
            os.replace(file, target)
    sync_folder(folder)


@contextmanager
def _staging(parent: Path) -> Iterator[Path]:
    """Yield a folder that is removed afterwards, whatever happened."""
    path = parent / f".staging-{new_id()}"
    with told_plainly("The data set"):
        path.mkdir()
    try:
        yield path
    finally:
        shutil.rmtree(path, ignore_errors=True)
