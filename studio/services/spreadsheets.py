"""The rows of a data set with what was found about them, as an Excel file to download."""

import re
from array import array
from pathlib import Path

from studio.core.errors import Refused
from studio.core.report import Issue
from studio.data.checks import SetAside
from studio.data.checkup import Checkup, issue_of
from studio.data.workbook import Sheets, write_workbook
from studio.services.intake import scene_of
from studio.store.datasets import DatasetFolder
from studio.store.files import staged_folder, told_plainly
from studio.store.home import Home
from studio.store.records import RecordFile

FOLDER = "tables"
_NO_NAME = re.compile(r"[^\w. ()-]+")
NAME_LETTERS = 80


def issues_excel(home: Home, dataset: str) -> Path:
    """Return the Excel file of the current version, named as the data set is; made when first asked for."""
    folder = home.datasets.folder(dataset)
    meta = folder.meta()
    if not folder.report(meta.version).format:
        raise Refused("Nobody has said yet which column is what.", "Choose the columns first.")
    name = _NO_NAME.sub("_", meta.name).strip(" ._")[:NAME_LETTERS] or "rows"
    tables = folder.path / FOLDER / meta.version
    wanted = tables / f"{name}, findings.xlsx"
    with told_plainly("The Excel file"):
        if not (found := next(tables.glob("*.xlsx"), None)):
            with staged_folder(tables) as staged:
                _write(folder, meta.version, staged / wanted.name)
        elif found != wanted:  # The data set was renamed since.
            found.replace(wanted)
    return wanted


def _write(folder: DatasetFolder, version: str, path: Path) -> None:
    records = folder.open_records(version)
    set_aside = [SetAside(*row) for row in folder.set_aside(version)]
    marks, issues = _marked(folder, version, records, set_aside)
    write_workbook(path, Sheets(records, issues, marks, set_aside))


Marks = dict[int, "array[int]"]


def _marked(
    folder: DatasetFolder, version: str, records: RecordFile, set_aside: list[SetAside]
) -> tuple[Marks, list[Issue]]:
    """Return by row what was found about it, all rows included: where the report names only the first ones,
    the checks are asked again."""
    report = folder.report(version)
    issues = list(report.issues)
    named = [issue.rows for issue in issues]
    if any(len(issue.rows) < issue.count for issue in issues if issue.rows):
        checkup = Checkup(scene_of(report))
        for sourced in records:
            checkup.see(sourced)
        for row in set_aside:
            checkup.set_aside(row.row, row.check, row.message)
        found = [(name, each) for name, watch in checkup.watches.items() for each in watch.findings()]
        notes = [issue for issue in issues if issue.check not in checkup.watches]
        issues = [*notes, *(issue_of(name, finding) for name, finding in found)]
        named = [*(issue.rows for issue in notes), *(finding.rows for _, finding in found)]
    marks: Marks = {}
    for place, rows in enumerate(named):
        for row in rows:
            marks.setdefault(row, array("H")).append(place)
    return marks, issues
