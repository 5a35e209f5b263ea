"""The verbs on data sets that are there: look, read anew, rename, delete; and the samples."""

import time
from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import lru_cache, partial
from pathlib import Path

from studio.core.cleaning import REMAPPED, Step
from studio.core.errors import Refused
from studio.core.records import SourcedRecord
from studio.core.texts import plain_name
from studio.data.inspect import Conditions
from studio.data.samples import SAMPLES
from studio.services import uploads
from studio.services.intake import checked_name, conditions, content_of
from studio.services.views import DatasetView, SampleView, TableRow
from studio.store.datasets import META, Content, DatasetFolder, DatasetMeta
from studio.store.feedback import FeedbackFile
from studio.store.files import readable, told_plainly
from studio.store.home import Home
from studio.store.incoming import Arrival
from studio.store.records import RecordFile
from studio.store.turns import turn_to_write

PREVIEW_ROWS = 50
FILES_OPEN = 4
"""So many data sets are paged through without looking for the places of their rows again."""


def remap(home: Home, dataset: str, mapping: Mapping[str, str]) -> DatasetView:
    """Read a data set again with another mapping; new runs use the new version."""
    with home.datasets.folder(dataset).turn_to_change():
        read_again(home, dataset, mapping, conditions())
    return view(home, dataset)


def read_again(home: Home, dataset: str, mapping: Mapping[str, str], against: Conditions) -> None:
    """The same for who has the turn to change it already. Raises Stopped where `against` says so."""
    folder = home.datasets.folder(dataset)
    with home.datasets.workshop() as workshop:
        before = folder.meta()
        source = folder.source(before.version)
        content = content_of(source, before.file_name, mapping, workshop=workshop, against=against)
        steps = _with_remap(before, content)
        version = folder.add_version(source, replace(content, steps=steps))
        with turn_to_write(folder.path / META):
            meta = folder.meta()  # Its name may have been changed meanwhile; its versions not.
            history = (*(known for known in meta.history if known != version), version)
            folder.write_meta(replace(meta, version=version, history=history, steps=steps, undone=()))


def _with_remap(meta: DatasetMeta, content: Content) -> tuple[Step, ...]:
    """Return the history with the reading as its newest step, so that it can be taken back like a fix.

    Without a fix before it there is nothing to lose: the columns can be chosen again.
    """
    if not meta.steps:
        return ()
    version, kept = content.version, content.report.kept
    title = "Read with other columns"
    step = Step(version, "", "", REMAPPED, title, kept, 0, 0, at=time.time(), by=meta.owner)
    return (*meta.steps, step)


def all_views(home: Home) -> tuple[DatasetView, ...]:
    """Return all data sets, the newest first."""
    found, damaged = readable(home.datasets.all(), partial(_view, users=_users(home)))
    home.datasets.note_damage(damaged)
    views = (view for _, view in found)
    return tuple(sorted(views, key=lambda view: (view.created_at, view.id), reverse=True))


def view(home: Home, dataset: str) -> DatasetView:
    return _view(home.datasets.folder(dataset), _users(home))


def _view(folder: DatasetFolder, users: Mapping[str, tuple[str, ...]]) -> DatasetView:
    meta = folder.meta()
    return DatasetView(
        id=folder.id,
        version=meta.version,
        name=meta.name,
        file_name=plain_name(meta.file_name),
        created_at=meta.created_at,
        report=folder.report(meta.version),
        preview=folder.records(meta.version, most=PREVIEW_ROWS),
        rows=tuple(TableRow(**row) for row in folder.rows(meta.version)),
        runs=users.get(folder.id, ()),
    )


def _users(home: Home) -> Mapping[str, tuple[str, ...]]:
    """Return the names of the runs of each data set; the list of runs tells of the damaged ones."""
    users: dict[str, tuple[str, ...]] = {}
    for _, (config, meta) in readable(home.runs.all(), lambda run: (run.config(), run.meta()))[0]:
        users[config.dataset] = (*users.get(config.dataset, ()), meta.name)
    return users


def records_of(home: Home, dataset: str, rows: Sequence[int]) -> tuple[SourcedRecord, ...]:
    """Return the records of these rows, in the order asked for. Records stand in the order of their rows."""
    records = _opened(home, dataset)
    places = [_place(records, row) for row in rows]
    found = records.at(place for place in places if place < len(records))
    return tuple(sourced for sourced in found if sourced.row in set(rows))


def records_at(home: Home, dataset: str, place: int, most: int) -> tuple[SourcedRecord, ...]:
    """Return up to `most` records from one place on, counted from 0."""
    return _opened(home, dataset)[place : place + most]


def place_of(home: Home, dataset: str, row: int) -> int:
    """Return the place of a row of the file among the records, or that of the next one."""
    records = _opened(home, dataset)
    return min(_place(records, row), max(0, len(records) - 1))


def _opened(home: Home, dataset: str) -> RecordFile:
    folder = home.datasets.folder(dataset)
    return _record_file(folder.records_file(folder.meta().version))


@lru_cache(maxsize=FILES_OPEN)
def _record_file(path: Path) -> RecordFile:
    """Find the places of all rows once: the records of a version never change."""
    return RecordFile(path)


def _place(records: RecordFile, row: int) -> int:
    return bisect_left(records, row, key=lambda sourced: sourced.row)


def rename(home: Home, dataset: str, name: str) -> DatasetView:
    folder = home.datasets.folder(dataset)
    checked = checked_name(name)
    with told_plainly("The name"), turn_to_write(folder.path / META):
        folder.write_meta(replace(folder.meta(), name=checked))
    return view(home, dataset)


def dependents(home: Home, dataset: str) -> tuple[str, ...]:
    """Say in words what hangs on a data set."""
    versions = home.datasets.folder(dataset).meta().history
    names = _users(home).get(dataset, ())
    found = [f"the run {name!r} learned from it, and keeps its own copy of the rows" for name in names]
    if len(versions) > 1:
        found.append(f"{len(versions)} versions of its rows, with the steps that made them")
    if votes := FeedbackFile(home.datasets.folder(dataset).path).standing().votes:
        found.append(f"{len(votes)} {'vote' if len(votes) == 1 else 'votes'} on answers to its questions")
    return tuple(found)


def delete(home: Home, dataset: str) -> None:
    """Delete a data set; the runs that learned from it keep their own copy of the rows."""
    with home.datasets.folder(dataset).turn_to_change():
        pass  # Nobody is writing a version into it.
    home.datasets.delete(dataset)
    drop_unused_tokens(home)


def drop_unused_tokens(home: Home) -> None:
    """Delete the tokens of rows that no data set holds any more."""
    versions = [folder.path / "versions" for folder in home.whole.datasets.all()]
    home.tokens.drop_unused(lambda version: any((held / version).is_dir() for held in versions))


def samples() -> tuple[SampleView, ...]:
    """Return the data sets that come with the studio."""
    return tuple(
        SampleView(name, sample.title, sample.summary, sample.licence, sample.rows)
        for name, sample in SAMPLES.items()
    )


def add_sample(home: Home, sample: str) -> DatasetView:
    """Add a shipped data set; asked for again, return the one that is there."""
    if sample not in SAMPLES:
        raise Refused(f"There is no sample named {sample!r}.", f"Known: {', '.join(SAMPLES)}.")
    for folder, meta in readable(home.datasets.all(), DatasetFolder.meta)[0]:
        if meta.sample == sample:
            return view(home, folder.id)
    shipped = SAMPLES[sample]
    arrival = Arrival(shipped.path.name, shipped.title, sample=sample, licence=shipped.licence)
    return view(home, uploads.add(home, shipped.path, arrival))
