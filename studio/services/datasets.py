"""The verbs on data sets: look, add, read anew, rename, delete."""

import json
from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from studio.core.errors import Refused
from studio.core.report import DatasetReport, Issue
from studio.core.texts import checked_text
from studio.data.inspect import inspect
from studio.data.readers.outright import refuse_outright
from studio.data.samples import SAMPLES
from studio.engine.starter import FOLDER_NAME, cache_folder, starter_is_ready
from studio.services.packages import IMPORTING
from studio.services.views import DatasetView, SampleView, TableRow
from studio.store.datasets import Content, DatasetFolder, DatasetMeta
from studio.store.files import readable
from studio.store.home import Home

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerBase

    from studio.data.inspect import Inspection

PREVIEW_ROWS = 50
NAME_LENGTH = 120


def check(path: Path, name: str, mapping: Mapping[str, str] | None) -> DatasetReport:
    """Look at a file and keep nothing."""
    return _inspect(path, name, mapping).report


def _inspect(path: Path, name: str, mapping: Mapping[str, str] | None) -> "Inspection":
    return inspect(path, name, mapping=mapping or None, tokenizer=_tokenizer())


def _tokenizer() -> "PreTrainedTokenizerBase | None":
    """Return the starter's tokenizer for the lengths; None where the starter is not installed yet."""
    if not starter_is_ready():
        return None
    with IMPORTING:
        from transformers import AutoTokenizer  # heavy: only when there are rows to count

    return AutoTokenizer.from_pretrained(cache_folder() / FOLDER_NAME, local_files_only=True)


def add(
    home: Home, path: Path, *, name: str, mapping: Mapping[str, str] | None, sample: str = ""
) -> DatasetView:
    """Copy a file into the home and check it. Raises Refused for a file that cannot be used."""
    refuse_outright(path, name)
    title = _title(name)
    with home.datasets.incoming(path) as copy:
        inspection = _inspect(copy, name, mapping)
        _refuse_rejected(inspection.report)
        shipped = SAMPLES.get(sample)
        meta = DatasetMeta(
            name=shipped.title if shipped else title,
            file_name=name,
            created_at=0.0,
            version="",
            sample=sample,
            licence=shipped.licence if shipped else "",
        )
        content = _content(inspection)
        folder = _same(home, name, content) or home.datasets.add(copy, meta, content)
    return view(home, folder.id)


def _content(inspection: "Inspection") -> Content:
    rows = [
        {"number": row.number, "cells": {name: _shown(cell) for name, cell in row.cells.items()}}
        for row in inspection.rows
    ]
    return Content(inspection.report, inspection.records, rows)


def _shown(cell: object) -> str:
    return "" if cell is None else cell if isinstance(cell, str) else json.dumps(cell, default=str)


def _same(home: Home, file_name: str, content: Content) -> DatasetFolder | None:
    """Return the data set that the same file made before, read in the same way."""

    def same(folder: DatasetFolder) -> bool:
        meta = folder.meta()
        same = meta.file_name == file_name and folder.report(meta.version) == content.report
        return same and folder.records(meta.version) == tuple(content.records)

    return next((folder for folder, is_same in readable(home.datasets.all(), same)[0] if is_same), None)


def _refuse_rejected(report: DatasetReport) -> None:
    if report.verdict != "reject":
        return
    worst = worst_issue(report)
    raise Refused(worst.message, worst.hint)


def worst_issue(report: DatasetReport) -> Issue:
    """Return why a file was rejected."""
    return next((issue for issue in report.issues if issue.severity == "error"), report.issues[0])


def remap(home: Home, dataset: str, mapping: Mapping[str, str]) -> DatasetView:
    """Read a data set again with another mapping; new runs use the new version."""
    folder = home.datasets.folder(dataset)
    meta = folder.meta()
    source = folder.source(meta.version)
    inspection = _inspect(source, meta.file_name, mapping)
    _refuse_rejected(inspection.report)
    version = folder.add_version(source, _content(inspection))
    history = tuple(known for known in meta.history if known != version)
    folder.write_meta(replace(meta, version=version, history=(*history, version)))
    return view(home, dataset)


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
        file_name=meta.file_name,
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


def rename(home: Home, dataset: str, name: str) -> DatasetView:
    folder = home.datasets.folder(dataset)
    folder.write_meta(replace(folder.meta(), name=_name(name)))
    return view(home, dataset)


def _name(text: str) -> str:
    if not text.strip():
        raise Refused("A data set needs a name.", "Write a word or two.")
    return checked_text(text, "The name", NAME_LENGTH)


def _title(file_name: str) -> str:
    """Return a name for the data set of a file. Raises Refused where the file's own is no text at all."""
    title = checked_text(Path(file_name).stem, "The name of the file", len(file_name)) or "data"
    return title if len(title) <= NAME_LENGTH else title[: NAME_LENGTH - 1] + "…"


def dependents(home: Home, dataset: str) -> tuple[str, ...]:
    """Say in words what hangs on a data set."""
    home.datasets.folder(dataset)
    names = _users(home).get(dataset, ())
    return tuple(f"the run {name!r} learned from it, and keeps its own copy of the rows" for name in names)


def delete(home: Home, dataset: str) -> None:
    """Delete a data set; the runs that learned from it keep their own copy of the rows."""
    home.datasets.delete(dataset)


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
    path = SAMPLES[sample].path
    return add(home, path, name=path.name, mapping=None, sample=sample)
