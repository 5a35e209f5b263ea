"""Whether LibreOffice opens the workbooks that the studio hands over, and finds in them what was written.

    python -m benchmarks.spreadsheets        wants `soffice`, of LibreOffice Calc, among the programs

A home in which every name and cell tries to be a program or a formula: the workbook of predictions of its run
and that of the findings of its data. LibreOffice turns every sheet into CSV, which is compared cell by cell
with what openpyxl reads of the workbook. Exit 1 where a cell differs, or a formula was made of a text.
"""

import csv
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from studio.core.system import prepare_process

prepare_process()

from openpyxl import load_workbook  # noqa: E402
from openpyxl.utils.escape import unescape  # noqa: E402

from benchmarks.attacks_home import fill  # noqa: E402 the process is prepared first
from benchmarks.exported import ended  # noqa: E402
from benchmarks.faults_model import write_model  # noqa: E402
from benchmarks.ground import machine  # noqa: E402
from studio.services.studio import Studio  # noqa: E402
from studio.services.views import Duty  # noqa: E402

EVERY_SHEET = "csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false,false,false,false,false,-1"
"""Commas, double quotes, UTF-8, cells as they are and not as they are shown, each sheet in a file."""
PATIENCE_SECONDS = 300


def main() -> int:
    office = shutil.which("soffice")
    if office is None:
        print("LibreOffice Calc is not installed: there is no `soffice`.", file=sys.stderr)
        return 2
    said = subprocess.run([office, "--version"], capture_output=True, text=True, check=True).stdout.split(" ")
    print(
        f"{machine()}; {' '.join(said[:2])}\n\n| workbook | sheet | cells | that differ |\n|---|---|---|---|"
    )
    differing = 0
    with tempfile.TemporaryDirectory() as place:
        for name, workbook in workbooks(Path(place)):
            for sheet, cells, wrong in compared(office, workbook, Path(place) / "office"):
                print(f"| {name} | {sheet} | {cells:,} | {len(wrong)} |")
                print("".join(f"  {each}\n" for each in wrong[:3]), end="")
                differing += len(wrong)
    return 1 if differing else 0


def workbooks(place: Path) -> Iterator[tuple[str, Path]]:
    """Yield the workbooks that the studio makes."""
    write_model(place / "model")
    filled = fill(place / "home", place / "model", steps=10)
    studio = Studio(place / "home")
    studio.open(Duty(quiet_seconds=0.0, exam_after_training=False))
    try:
        status, _ = ended(studio, filled.run, studio.start_export(filled.run, "predictions"))
        assert status == "finished", status
        yield "predictions", next((place / "home" / "runs" / filled.run).rglob("predictions.xlsx"))
        yield "findings", studio.issues_excel(filled.dataset)
    finally:
        studio.close()


def compared(office: str, workbook: Path, folder: Path) -> Iterator[tuple[str, int, list[str]]]:
    """Yield each sheet, how many of its cells say something, and those that LibreOffice reads otherwise."""
    shutil.rmtree(folder, ignore_errors=True)
    profile = f"-env:UserInstallation=file://{folder.parent / 'profile'}"
    command = [office, profile, "--headless", "--convert-to", EVERY_SHEET, "--outdir", folder, workbook]
    subprocess.run(command, capture_output=True, check=True, timeout=PATIENCE_SECONDS)
    for sheet in load_workbook(workbook):
        with (folder / f"{workbook.stem}-{sheet.title}.csv").open(newline="", encoding="utf-8") as file:
            read = [*csv.reader(file)]
        pairs = [
            (cell, read[at][column] if at < len(read) and column < len(read[at]) else "")
            for at, row in enumerate(sheet.iter_rows(values_only=True))
            for column, cell in enumerate(row)
            if cell not in (None, "")
        ]
        wrong = [f"{cell!r}: {found!r}" for cell, found in pairs if not same(cell, found)]
        yield sheet.title, len(pairs), wrong


def same(cell: object, found: str) -> bool:
    if isinstance(cell, int | float):
        return abs(float(found) - cell) <= 1e-9 * max(1.0, abs(cell))
    told = unescape(str(cell))  # a control character stands in a workbook as _x0005_
    return found.replace("\r\n", "\n") == told.replace("\r\n", "\n")


if __name__ == "__main__":
    sys.exit(main())
