"""What the model learned from: the data, its cleaning, what the checks found, and what of it is personal."""

from studio.core.report import Issue
from studio.exporters import told
from studio.exporters.facts import RunFacts
from studio.exporters.report.markup import bullets, not_measured, pairs, paragraph, section, shown, table

DEGREES = {"error": "must be fixed", "warning": "worth a look", "note": "good to know"}


def data(facts: RunFacts) -> str:
    """Return the data and everything that is known about it."""
    return section(
        "data",
        "What it learned from",
        pairs(_about(facts)),
        paragraph(told.rows_used(facts)),
        paragraph(told.how_divided(facts)),
        "<h3>What was cleaned</h3>",
        _cleaning(facts),
        "<h3>Personal data and secrets</h3>",
        bullets(told.privacy(facts)),
        "<h3>What else the checks found</h3>",
        _findings(facts),
    )


def _about(facts: RunFacts) -> list[tuple[str, str]]:
    entries = [("Data set", facts.dataset.name), ("Read as", told.dataset_format(facts))]
    if facts.findings is not None:
        entries += [
            ("Rows in the file", f"{facts.findings.total:,}"),
            ("Set aside as unusable", f"{facts.findings.set_aside:,}"),
        ]
    return [*entries, ("Fingerprint (content hash)", facts.dataset.version)]


def _cleaning(facts: RunFacts) -> str:
    steps = facts.dataset.cleaning
    if not steps:
        return paragraph("Nothing: the rows are as they were read from the file.")
    lines = "".join(f"<li>{shown(told.cleaned(step))}</li>" for step in steps)
    return f"<p>In this order:</p><ol>{lines}</ol>"


def _findings(facts: RunFacts) -> str:
    if facts.findings is None:
        return not_measured("Not known any more.", facts.findings_lost)
    found = told.findings(facts)
    if not found:
        return paragraph("Nothing.")
    columns = ("Finding", "How urgent", "Rows", "What to do about it")
    return table("Findings", columns, map(_finding, found))


def _finding(issue: Issue) -> tuple[str, ...]:
    rows = f"{issue.count:,}" if issue.count else "–"
    return (shown(issue.message), DEGREES[issue.severity], rows, shown(issue.hint))
