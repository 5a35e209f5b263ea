"""The health report: a verdict in one sentence, then what was found, the gravest first, with its fixes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from studio.core.report import DatasetReport, Issue
from studio.core.words import count, listed, row_numbers
from studio.data import personal
from studio.data.checks import CHECKS
from studio.data.formats import FORMATS
from studio.data.readiness import training_refusal
from studio.services.views import DatasetView
from studio.services.views_of_data import FixOffer, Step
from studio.ui.markup import escape, folded
from studio.ui.panels import fixing
from studio.ui.panels.fixing import Found, Trial
from studio.ui.panels.rows import finding_key, has_records

GROUPS = {
    "error": ("Must be fixed", "bad", "Problem: "),
    "warning": ("Worth a look", "warn", "Worth a look: "),
    "note": ("Good to know", "info", "Note: "),
}
"""Severity -> (title of the group, mark of a line, what a screen reader says before it)."""
MARKS = {"good": "✓", "warning": "!", "error": "×"}
ROWS_IN_SUMMARY = 5
FILE_TYPES = {"excel": "Excel", "parquet": "Parquet", "text": "Text"}
"""Kinds of files whose names are words; the others are letters (CSV)."""

Offers = Mapping[tuple[str, str], Sequence[FixOffer]]
"""(check, kind) of an issue -> the fixes that are offered for it."""


@dataclass(frozen=True)
class Mending:
    """What can be done about a report, and what is being tried. `found` is None until the trial is made."""

    offers: Offers = field(default_factory=dict)
    opened: Trial | None = None
    found: Found | None = None
    steps: Sequence[Step] = ()
    rows_can_be_shown: bool = False
    """Not of a file that is still being read."""


def health(report: DatasetReport, file_name: str, mending: Mending) -> str:
    """Return the whole report."""
    done = fixing.last_step(mending.steps) if mending.steps else ""
    return (
        f'<section class="panel checks health" aria-label="Report">{verdict(report)}{done}'
        f"{groups(report.issues, mending)}{_fine(report, file_name)}</section>"
    )


def groups(issues: Sequence[Issue], mending: Mending) -> str:
    """Return what was found under a title for each degree of gravity; nothing where nothing was found."""
    return "".join(_group(severity, issues, mending) for severity in GROUPS)


def rows_link(view: DatasetView) -> str:
    """Return the link that fetches the rows with what was found about each; nothing where no row is named."""
    if not any(issue.rows for issue in view.report.issues):
        return ""
    return (
        f'<p class="below"><a class="plain" href="studio/issues/{escape(view.id)}" download>'
        "Download the rows with what was found (Excel)</a></p>"
    )


def verdict(report: DatasetReport) -> str:
    """Return how many examples are ready and what is left to look at, in a coloured line."""
    tone, headline, sentence = _judged(report)
    look = "passed" if tone == "good" else tone
    return (
        f'<div class="certificate {look}"><span class="mark" aria-hidden="true">{MARKS[tone]}</span>'
        f"<div><h3>{escape(headline)}</h3><p>{escape(sentence)}</p></div></div>"
    )


def _judged(report: DatasetReport) -> tuple[str, str, str]:
    ready = f"{report.kept:,} of {count(report.total, 'example')} {_are(report.kept)} ready."
    if not report.set_aside:
        ready = (
            "The one example is ready." if report.kept == 1 else f"All {report.kept:,} examples are ready."
        )
    if (refusal := training_refusal(report)) is not None:
        return "error", "Not ready to train yet.", f"{refusal.message} {refusal.hint}"
    numbers = {severity: _number(report.issues, severity) for severity in GROUPS}
    said = []
    if numbers["error"]:
        said.append(f"{_things(numbers['error'])} must be fixed")
    if numbers["warning"]:
        said.append(f"{_things(numbers['warning'])} {_are(numbers['warning'])} worth a look")
    if said:
        return ("error" if numbers["error"] else "warning"), ready, f"{listed(said)}."
    aside = f" {_things(numbers['note'])} {_are(numbers['note'])} good to know." if numbers["note"] else ""
    return "good", ready, f"{len(CHECKS)} checks were made, and nothing needs to be fixed.{aside}"


def _number(issues: Sequence[Issue], severity: str) -> int:
    return sum(issue.severity == severity for issue in issues)


def _things(number: int) -> str:
    return count(number, "thing")


def _are(number: int) -> str:
    return "is" if number == 1 else "are"


def _group(severity: str, issues: Sequence[Issue], mending: Mending) -> str:
    own = [issue for issue in issues if issue.severity == severity]
    if not own:
        return ""
    items = "".join(_issue(issue, mending) for issue in own)
    return f"<h4>{GROUPS[severity][0]} <small>{len(own)}</small></h4><ul>{items}</ul>"


def _issue(issue: Issue, mending: Mending) -> str:
    _, mark, spoken = GROUPS[issue.severity]
    offers = mending.offers.get((issue.check, issue.kind), ())
    words = (
        f'<div class="issue"><div><b><span class="unseen">{spoken}</span>{escape(issue.message)}</b>'
        f"<p>{escape(issue.hint)}</p>{_rows(issue)}</div>"
        f"{_buttons(issue, offers, mending)}</div>"
    )
    return f'<li class="{mark}">{words}{_trial(issue, offers, mending)}</li>'


def _trial(issue: Issue, offers: Sequence[FixOffer], mending: Mending) -> str:
    opened = mending.opened
    if opened is None or (opened.check, opened.kind) != (issue.check, issue.kind):
        return ""
    offer = next((offer for offer in offers if offer.id == opened.fix), None)
    if offer is None:
        return ""
    return fixing.waiting() if mending.found is None else fixing.trial(offer, mending.found)


def _rows(issue: Issue) -> str:
    """Return the number of rows with the first of them; all that the report names are folded in."""
    if not issue.rows:
        return ""
    if issue.count <= ROWS_IN_SUMMARY:
        return f"<small>{row_numbers(issue.rows, issue.count).capitalize()}</small>"
    first = ", ".join(f"{row:,}" for row in issue.rows[:ROWS_IN_SUMMARY])
    rest = f" and {issue.count - len(issue.rows):,} more" if issue.count > len(issue.rows) else ""
    everything = ", ".join(f"{row:,}" for row in issue.rows)
    return (
        f"<details><summary>{count(issue.count, 'row')}: {first}, …</summary>"
        f'<p class="numbers-list">{everything}{rest}</p></details>'
    )


def _buttons(issue: Issue, offers: Sequence[FixOffer], mending: Mending) -> str:
    inside = fixing.buttons(issue.check, issue.kind, offers, mending.opened)
    if mending.rows_can_be_shown:
        inside += _show_rows(issue)
    return f'<div class="row-buttons">{inside}</div>' if inside else ""


def _show_rows(issue: Issue) -> str:
    """Return the button that fills the table with the rows of a finding."""
    if not has_records(issue):
        return ""
    show = "Show this row" if issue.count == 1 else "Show these rows"
    return (
        f'<button type="button" data-event="rows" data-finding="{escape(finding_key(issue))}" '
        f'aria-label="{show}: {escape(issue.message)}">{show}</button>'
    )


def name_of(issue: Issue, *, alone: bool = True) -> str:
    """Return what an issue is about, as a chart names it; `alone`: its check has found nothing else."""
    if issue.kind == issue.message or issue.check not in CHECKS:
        return issue.message  # why rows were set aside, or what is known of the file
    if issue.kind in personal.KINDS:
        words = personal.KINDS[issue.kind]
        return f"{words[0].upper()}{words[1:]}"
    title = CHECKS[issue.check].TITLE
    return (
        title if alone or not issue.kind else f"{issue.kind.replace('_', ' ').capitalize()}: {title.lower()}"
    )


def _fine(report: DatasetReport, file_name: str) -> str:
    """Return what is good or plain: the kind of file, the lengths, and the checks that found nothing."""
    lines = [
        _line(
            f"{FILE_TYPES.get(report.file_type, report.file_type.upper())} file: {_format(report.format)}",
            file_name,
        )
    ]
    if report.kept and not report.set_aside:
        lines.append(_line("Every row can be used", ""))
    if report.lengths is not None and not report.lengths.cut:
        lengths = report.lengths
        lines.append(
            _line(
                f"Typically {lengths.median_tokens:,} tokens long",
                f"the longest has {lengths.longest_tokens:,}, counted for the starter model; the next step "
                "counts for the recipe and model you choose",
            )
        )
    return f"<h4>What is fine</h4><ul>{''.join(lines)}</ul>{_clear(report)}"


def _clear(report: DatasetReport) -> str:
    if not report.mapping:
        return ""
    rung = {issue.check for issue in report.issues}
    if report.set_aside:
        rung.add("unusable")  # Whichever check tells why, such rows were found.
    clear = [module.TITLE for name, module in CHECKS.items() if name not in rung]
    items = "".join(f'<li class="ok">{escape(title)}</li>' for title in clear)
    return folded(f"{count(len(clear), 'check')} found nothing", f'<ul class="columns">{items}</ul>')


def _format(name: str) -> str:
    if name not in FORMATS:
        return "no format that is known"
    title = FORMATS[name].TITLE
    return f"{title[0].lower()}{title[1:]}"


def _line(title: str, detail: str) -> str:
    words = f'<b><span class="unseen">Good: </span>{escape(title)}</b> <span>{escape(detail)}</span>'
    return f'<li class="ok">{words}</li>'
