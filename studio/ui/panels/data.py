"""What the Data step shows: samples, earlier uploads, the report, the rows, and what will be learned."""

from collections.abc import Mapping, Sequence

from studio.core.records import SourcedRecord, first_view
from studio.core.report import DatasetReport, Issue
from studio.data.formats import FORMATS
from studio.data.mapping import ROLES
from studio.services.views import DatasetView, SampleView, Span
from studio.ui.markup import escape, table
from studio.ui.words import count, listed, moment, row_numbers

ROWS_SHOWN = 6
LONGEST_CELL = 400
"""Characters of one cell that a preview shows; the rest is announced, not dropped in silence."""

SPAN_WORDS = {
    "context": ("context", "the model reads it"),
    "learned": ("learned", "the model learns to write it"),
    "cut": ("cut off", "longer than the limit, not used"),
}


def samples(entries: Sequence[SampleView], *, first: bool) -> str:
    """Return the samples as cards, each one button; `first` while there is nothing else to look at."""
    cards = "".join(
        f'<li><button type="button" class="card" data-event="pick" data-sample="{escape(sample.id)}">'
        f"<b>{escape(sample.title)}</b><span>{escape(sample.summary)}</span>"
        f"<small>{count(sample.rows, 'row')} · {escape(sample.licence)}</small></button></li>"
        for sample in entries
    )
    title = "No file at hand? Take a sample." if first else "Samples"
    mark = ' class="first"' if first else ""
    return f'<section aria-label="Samples"{mark}><h3>{title}</h3><ul class="cards">{cards}</ul></section>'


def uploads(datasets: Sequence[DatasetView], current: str) -> str:
    """Return the earlier uploads with their buttons; what hangs on one is named before it is deleted."""
    if not datasets:
        return ""
    items = "".join(_upload(view, view.id == current) for view in datasets)
    return (
        '<section aria-label="Examples used before"><h3>Used before</h3>'
        f'<ul class="rows">{items}</ul></section>'
    )


def _upload(view: DatasetView, current: bool) -> str:
    runs = count(len(view.runs), "run") if view.runs else "no runs yet"
    what = " · ".join(
        (count(view.report.kept, "example"), escape(view.file_name), moment(view.created_at), runs)
    )
    name, ident = escape(view.name), escape(view.id)
    here = ' <span class="badge">open</span>' if current else ""
    return (
        f'<li><div><b>{name}</b>{here}<small>{what}</small></div><div class="row-buttons">'
        f'<button type="button" data-event="open" data-id="{ident}" aria-label="Open {name}">Open</button>'
        f'<button type="button" data-event="rename" data-id="{ident}" data-ask="text" data-title="New name" '
        f'data-value="{name}" data-yes="Rename" aria-label="Rename {name}">Rename</button>'
        f'<button type="button" data-event="remove" data-id="{ident}" data-ask="confirm" '
        f'data-title="Delete “{name}”?" data-dependents="dataset/{ident}" data-yes="Delete" '
        f'aria-label="Delete {name}">Delete</button></div></li>'
    )


def report(view: DatasetView) -> str:
    """Return what was found in the file: what is good first, then what to know, with row numbers."""
    found = view.report
    lines = [_line("ok", f"{found.file_type.upper()} file: {_format(found.format)}", view.file_name)]
    if found.kept and not found.set_aside:
        lines.append(_line("ok", "Every row can be used", ""))
    if found.lengths is not None:
        lengths = found.lengths
        lines.append(
            _line(
                "warn" if lengths.cut else "ok",
                f"Typically {lengths.median_tokens:,} tokens long",
                f"the longest has {lengths.longest_tokens:,}, counted for the starter model; the next step "
                "counts for the recipe and model you choose",
            )
        )
    lines += [_issue(issue) for issue in found.issues]
    inside = f"<h3>{_headline(found)}</h3><ul>{''.join(lines)}</ul>"
    return f'<section class="panel checks" aria-label="Report">{inside}</section>'


def _format(name: str) -> str:
    return FORMATS[name].TITLE.lower() if name in FORMATS else "no format that is known"


def _headline(found: DatasetReport) -> str:
    aside = f", {count(found.set_aside, 'row')} set aside" if found.set_aside else ""
    return f"{count(found.kept, 'example')} found{aside}"


def _line(kind: str, title: str, detail: str) -> str:
    spoken = {"ok": "Good: ", "warn": "Note: ", "bad": "Problem: "}[kind]
    words = f'<b><span class="unseen">{spoken}</span>{escape(title)}</b> <span>{escape(detail)}</span>'
    return f'<li class="{kind}">{words}</li>'


def _issue(issue: Issue) -> str:
    kind = {"note": "warn", "warning": "warn", "error": "bad"}[issue.severity]
    spoken = "Problem: " if kind == "bad" else "Note: "
    rows = ""
    if issue.rows:
        listed_rows = ", ".join(f"{row:,}" for row in issue.rows)
        rest = f" and {issue.count - len(issue.rows):,} more" if issue.count > len(issue.rows) else ""
        rows = (
            f"<details><summary>{row_numbers(issue.rows, issue.count, shown=5).capitalize()}</summary>"
            f'<p class="numbers-list">{listed_rows}{rest}</p></details>'
            if issue.count > 5
            else f"<span>{row_numbers(issue.rows, issue.count).capitalize()}.</span>"
        )
    return (
        f'<li class="{kind}"><b><span class="unseen">{spoken}</span>{escape(issue.message)}</b> '
        f"<span>{escape(issue.hint)}</span>{rows}</li>"
    )


def preview(view: DatasetView) -> str:
    """Return the first rows as a table that wraps: as they will be learned, or, while it is not known
    which column is what, as the file has them."""
    total = count(view.report.kept, "example")
    if view.preview:
        records = view.preview[:ROWS_SHOWN]
        return _preview([(record.row, _fields(record)) for record in records], total)
    if view.rows:
        return _preview([(row.number, row.cells) for row in view.rows[:ROWS_SHOWN]], "the file's rows")
    return ""


def _fields(sourced: SourcedRecord) -> Mapping[str, object]:
    shape = first_view(sourced.record)
    titles = {"input": "Question", "output": "Good answer", "messages": "Conversation", "text": "Text"}
    return {titles.get(name, name): value for name, value in shape.items()}


def _preview(rows: Sequence[tuple[int, Mapping[str, object]]], of_what: str) -> str:
    columns = tuple(rows[0][1])
    body = "".join(
        f'<tr><th scope="row">{number:,}</th>'
        + "".join(f'<td data-label="{escape(name)}">{_cell(cells.get(name, ""))}</td>' for name in columns)
        + "</tr>"
        for number, cells in rows
    )
    label = f"The first {len(rows)} of {of_what}"
    shown = table(label, ("Row", *columns), body, classes="preview", tall=True)
    return f'<section aria-label="First rows"><h3>First rows</h3>{shown}</section>'


def _cell(value: object) -> str:
    if not isinstance(value, list | tuple):
        return _shortened(str(value))
    return "".join(
        f'<p class="turn"><b>{escape(turn["role"])}</b> {_shortened(turn["content"])}</p>' for turn in value
    )


def _shortened(text: str) -> str:
    if len(text) <= LONGEST_CELL:
        return escape(text)
    return f"{escape(text[:LONGEST_CELL])} <em>… {len(text) - LONGEST_CELL:,} more characters</em>"


def learning(row: int, spans: Sequence[Span], *, index: int, total: int) -> str:
    """Return one example as the model will read it, coloured and named, with the stepper and the legend."""
    legend = "".join(
        f'<li><span class="span {role}">{word}</span> {meaning}</li>'
        for role, (word, meaning) in SPAN_WORDS.items()
        if role != "cut" or any(span.role == "cut" for span in spans)
    )
    text = "".join(_span(span) for span in spans)
    return (
        '<section class="panel" aria-label="What the model will learn"><div class="panel-head">'
        f"<h3>What the model will learn</h3>{_stepper(index, total, row)}</div>"
        f'<ul class="legend">{legend}</ul><div class="example" tabindex="0" role="region" '
        f'aria-label="Example of row {row}">{text}</div></section>'
    )


def _stepper(index: int, total: int, row: int) -> str:
    back = " disabled" if index <= 0 else ""
    forth = " disabled" if index >= total - 1 else ""
    return (
        '<div class="stepper"><button type="button" data-event="example" data-move="-1" '
        f'aria-label="Example before"{back}>‹</button><span>Row {row:,} · {index + 1:,} of {total:,}</span>'
        f'<button type="button" data-event="example" data-move="1" aria-label="Next example"{forth}>'
        "›</button></div>"
    )


def _span(span: Span) -> str:
    word = SPAN_WORDS[span.role][0]
    return f'<span class="span {span.role}"><span class="unseen">[{word}] </span>{escape(span.text)}</span>'


def learning_wait() -> str:
    """Return what stands there until the tokenizer has read the example; the page then asks for it."""
    return (
        '<section class="panel" data-fetch aria-busy="true" aria-label="What the model will learn">'
        '<div class="panel-head"><h3>What the model will learn</h3></div>'
        '<p class="waiting" role="status">Reading the example as the model will…</p></section>'
    )


def mapping(found: DatasetReport) -> str:
    """Return which column was taken for what, to confirm or change."""
    sentence = "No column was recognised. Say which one holds the question and which one the answer."
    if found.mapping:
        pairs = [f"“{column}” is {ROLES[role]}" for role, column in found.mapping.items()]
        sentence = f"{listed(pairs)[0].upper()}{listed(pairs)[1:]}. Change it here if that is wrong."
    return f"<h3>Which column is which</h3><p>{escape(sentence)}</p>"
