"""The verbs that clean a data set: offer fixes, preview one, apply it, edit a cell, take it back.

A fix makes a new version and changes none, so that taking it back is to name the version before.
"""

import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from studio.core.cleaning import Step, Wish
from studio.core.errors import Refused
from studio.core.records import SourcedRecord
from studio.core.report import DatasetReport, Issue
from studio.data import remedies
from studio.data.checks import Scene, SetAside
from studio.data.fixes import FIXES
from studio.data.inspect import Conditions
from studio.data.mending import Change, Mending, Recheck, Uploaded, rows_to_mend
from studio.data.tables import SourceRow
from studio.services import datasets, filling
from studio.services.excerpts import changed_row
from studio.services.intake import scene_of
from studio.services.views import DatasetView
from studio.services.views_of_data import FixOffer, FixPreview
from studio.services.watching import Watched
from studio.store.datasets import META, Content, DatasetFolder, DatasetMeta
from studio.store.home import Home
from studio.store.records import RecordFile, RecordWriter
from studio.store.turns import turn_to_write

EXAMPLES = 5
BY_HAND = ("edit", filling.FIX)
"""Fixes of one row that somebody names: no check is asked which rows they are for."""


def fixes_for(home: Home, dataset: str, check: str, kind: str) -> tuple[FixOffer, ...]:
    """Return what can be done about a finding, the recommended fix first; nothing where it is gone."""
    folder = home.datasets.folder(dataset)
    report = folder.report(folder.meta().version)
    issue = _issue(report, check, kind)
    return () if issue is None else _offers(issue, report.format)


def _offers(issue: Issue, format_name: str) -> tuple[FixOffer, ...]:
    names = [issue.fix] if issue.fix is not None else []
    if issue.is_set_aside:
        # They are no records: there is nothing to drop.
        names = list(remedies.fixes_for(issue.message, format_name))
    elif issue.rows and "drop" not in names:
        names.append("drop")
    if issue.check == "incomplete" and not issue.is_set_aside:
        names.append("edit")
    return tuple(FixOffer(name, FIXES[name].TITLE, FIXES[name].SUMMARY, name == issue.fix) for name in names)


def _issue(report: DatasetReport, check: str, kind: str) -> Issue | None:
    return next((issue for issue in report.issues if (issue.check, issue.kind) == (check, kind)), None)


@dataclass(frozen=True)
class _Version:
    """A version under the hands of a fix."""

    folder: DatasetFolder
    meta: DatasetMeta
    report: DatasetReport
    records: RecordFile
    set_aside: tuple[SetAside, ...]

    @classmethod
    def current(cls, home: Home, dataset: str, expected: str = "") -> "_Version":
        """Open the version that new runs use. Raises Refused where it is not the expected one."""
        folder = home.datasets.folder(dataset)
        meta = folder.meta()
        if expected and meta.version != expected:
            raise Refused(
                "The data set has changed since you looked at it, perhaps on another page.",
                "Look at the newest report, and decide then.",
            )
        report = folder.report(meta.version)
        if not report.format:
            raise Refused("Nobody has said yet which column is what.", "Choose the columns first.")
        set_aside = tuple(SetAside(*row) for row in folder.set_aside(meta.version))
        return cls(folder, meta, report, folder.open_records(meta.version), set_aside)

    def scene(self) -> Scene:
        """Return a scene of its own for each use: checks write into it."""
        return scene_of(self.report)

    def watched(self, wish: Wish, against: Conditions) -> Watched:
        """Return the records for the passes that this fix makes through them."""
        finding, looking = wish.fix not in BY_HAND, wish.fix in FIXES and FIXES[wish.fix].NEEDS_PASS
        return Watched(self.records, int(finding) + int(looking), against)

    def mending(self, wish: Wish, records: Iterable[SourcedRecord]) -> Mending:
        """Return the fix, ready to go through the records."""
        if wish.fix == "edit":
            return Mending("edit", wish.options, ())
        if wish.fix == filling.FIX:
            return Mending(filling.FIX, wish.options, self._row_to_fill(wish.options.get("row", "")))
        issue = _issue(self.report, wish.check, wish.kind)
        known = [offer.id for offer in _offers(issue, self.report.format)] if issue is not None else []
        if wish.fix not in known:
            raise Refused(
                "This finding is no longer there, or has no such fix.", "Look at the newest report."
            )
        names = (wish.check, wish.kind, wish.fix)
        rows = rows_to_mend(names, records, self.scene(), self.set_aside)
        return Mending(wish.fix, {"kind": wish.kind, **wish.options}, rows)

    def _row_to_fill(self, row: str) -> set[int]:
        named = {aside.row for aside in self.set_aside if str(aside.row) == row}
        if not named:
            raise Refused(f"Row {row} is not set aside.", "Look at the newest report.")
        return named

    def changes(self, mending: Mending, records: Iterable[SourcedRecord]) -> Iterator[Change]:
        source, name = self.folder.source(self.meta.version), self.meta.file_name
        uploaded = Uploaded(source, name, self.report.format, self.report.mapping)
        return mending.changes(records, uploaded)


def preview(home: Home, dataset: str, wish: Wish) -> FixPreview:
    """Do a fix on all rows and write nothing."""
    version = _Version.current(home, dataset, wish.version)
    mending = version.mending(wish, version.records)
    examples = []
    for change in version.changes(mending, version.records):
        if change.after is not change.before and len(examples) < EXAMPLES:
            examples.append(changed_row(change))
    return FixPreview(mending.changed, mending.dropped, mending.added, tuple(examples), version.meta.version)


def apply(home: Home, dataset: str, wish: Wish) -> DatasetView:
    """Make a new version by a fix. Raises Refused where it would change nothing, or another is under way."""
    with home.datasets.folder(dataset).turn_to_change():
        make(home, dataset, wish, Conditions())
    return datasets.view(home, dataset)


def make(home: Home, dataset: str, wish: Wish, against: Conditions) -> None:
    """The same for who has the turn already. Raises Stopped where the watcher in `against` says so."""
    with home.datasets.workshop() as workshop:
        before = _Version.current(home, dataset, wish.version)
        records = before.watched(wish, against)
        mending, recheck = before.mending(wish, records), Recheck(before.report, before.scene())
        added = set()
        with RecordWriter(workshop / "records.jsonl") as writer:
            for change in before.changes(mending, records):
                if change.after is not None:
                    writer.append(change.after)
                    recheck.see(change.after)
                if isinstance(change.before, SourceRow):
                    added.add(change.before.number)
        _refuse_nothing(mending, wish)
        left = [row for row in before.set_aside if row.row not in added]
        report = recheck.report(left)
        content = Content(
            report=report,
            records=writer.path,
            records_hash=writer.close(),
            rows=before.folder.rows(before.meta.version),
            set_aside=[(row.row, row.check, row.message) for row in left],
        )
        records.heed()
        _keep(before, content, _step(wish, mending, before.meta.owner))


def _refuse_nothing(mending: Mending, wish: Wish) -> None:
    if mending.total:
        return
    if wish.fix == "edit":
        row = wish.options.get("row", "")
        raise Refused(f"No usable row {row} has another text than that.", "Choose a row that is shown.")
    raise Refused("This fix would change no row.", "Choose another one, or edit the rows one by one.")


def _step(wish: Wish, mending: Mending, owner: str) -> Step:
    return Step(
        version="",
        check=wish.check,
        kind=wish.kind,
        fix=wish.fix,
        title=FIXES[wish.fix].TITLE,
        changed=mending.changed,
        dropped=mending.dropped,
        added=mending.added,
        at=time.time(),
        by=owner,
    )


def _keep(before: _Version, content: Content, step: Step) -> None:
    """Write the new version and name it, with the step that made it; steps that were taken back are gone."""
    folder, meta = before.folder, before.meta
    named = replace(step, version=content.version)
    version = folder.add_version(folder.source(meta.version), replace(content, steps=(*meta.steps, named)))
    assert version == named.version
    with turn_to_write(folder.path / META):
        meta = folder.meta()  # Its name may have been changed meanwhile; its versions not.
        history = (*(known for known in meta.history if known != version), version)
        read_version = meta.read_version if meta.steps else meta.version
        new = {"version": version, "steps": (*meta.steps, named), "undone": (), "history": history}
        folder.write_meta(replace(meta, read_version=read_version, **new))


def edit(row: int, role: str, text: str) -> Wish:
    """Return the wish for another text in one row; it becomes a step of its own."""
    return Wish("edit", f"row {row}", "edit", {"row": str(row), "role": role, "text": text})


def undo(home: Home, dataset: str) -> DatasetView:
    """Take the last step back. No version is removed, so that `redo` and the runs find theirs."""
    folder = home.datasets.folder(dataset)
    with folder.turn_to_change(), turn_to_write(folder.path / META):
        meta = folder.meta()
        if not meta.steps:
            raise Refused("There is no step to take back.", "The rows are as they were read.")
        steps = meta.steps[:-1]
        version = steps[-1].version if steps else meta.read_version
        folder.write_meta(replace(meta, version=version, steps=steps, undone=(meta.steps[-1], *meta.undone)))
    return datasets.view(home, dataset)


def redo(home: Home, dataset: str) -> DatasetView:
    """Make the step again that was taken back last."""
    folder = home.datasets.folder(dataset)
    with folder.turn_to_change(), turn_to_write(folder.path / META):
        meta = folder.meta()
        if not meta.undone:
            raise Refused("No step was taken back.", "Choose a fix in the report.")
        step = meta.undone[0]
        folder.write_meta(
            replace(meta, version=step.version, steps=(*meta.steps, step), undone=meta.undone[1:])
        )
    return datasets.view(home, dataset)


def history(home: Home, dataset: str) -> tuple[Step, ...]:
    """Return the steps from the rows as they were read to the rows as they are, the oldest first."""
    return home.datasets.folder(dataset).meta().steps


def undone(home: Home, dataset: str) -> tuple[Step, ...]:
    """Return the steps that `redo` would make again, the next one first."""
    return home.datasets.folder(dataset).meta().undone
