"""Export the run report: one HTML page for people who decide, that prints well and needs nothing else."""

from dataclasses import dataclass
from pathlib import Path

from studio.core.config import RunConfig
from studio.exporters.job import Amounts, ExportJob
from studio.exporters.report.page import report

TITLE = "The report"
SUMMARY = "One page for those who decide: data, method, how well it does, and its limits. It prints well."
SOURCE = "Mitchell et al. 2019, Model Cards for Model Reporting (arXiv:1810.03993)"
HAS_WEIGHTS = False
FILE = "report.html"
PAGE_BYTES = 40_000
"""Of a run with an exam, a probe and its curve; the rows are told in a few examples."""


@dataclass(frozen=True)
class Config:
    """No settings of its own."""


def refusal(config: RunConfig) -> str:
    """Return "": every run can be reported, and what was not measured is said."""
    return ""


def expected_bytes(amounts: Amounts, settings: Config) -> int:
    """Return about how large the page will be, whatever the run."""
    return PAGE_BYTES


def write(job: ExportJob, folder: Path) -> None:
    """Write the page."""
    (folder / FILE).write_text(report(job.facts), encoding="utf-8")
