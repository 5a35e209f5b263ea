"""What the Data step shows beside the rows: what will be learned of them, and which column is which."""

from collections.abc import Sequence
from zlib import crc32

from studio.core.cleaning import Step, since_reading
from studio.core.report import DatasetReport
from studio.core.words import listed
from studio.data.mapping import ROLES, is_prompt
from studio.services.views_of_data import Span
from studio.ui.markup import escape

SPAN_WORDS = {
    "context": ("context", "the model reads it"),
    "learned": ("learned", "the model learns to write it"),
    "avoided": ("worse", "the model learns to write it less"),
    "expected": ("your answer", "not copied; a reward can compare with it"),
    "cut": ("cut off", "longer than the limit, not used"),
}


def learning(row: int, spans: Sequence[Span], *, index: int, total: int) -> str:
    """Return one example as the model will read it, coloured and named, with the stepper and the legend."""
    legend = "".join(
        f'<li><span class="span {role}">{word}</span> {meaning}</li>'
        for role, (word, meaning) in SPAN_WORDS.items()
        if role == "context" or any(span.role == role for span in spans)
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


def learning_wait(awaited: object) -> str:
    """Return what stands there until the tokenizer has read the example; the page then asks for it.

    The page asks anew where another example is `awaited`: it looks only at what has changed.
    """
    return (
        f'<section class="panel" data-fetch="{crc32(repr(awaited).encode()):x}" aria-busy="true" '
        'aria-label="What the model will learn">'
        '<div class="panel-head"><h3>What the model will learn</h3></div>'
        '<p class="waiting" role="status">Reading the example as the model will…</p></section>'
    )


def mapping(found: DatasetReport, steps: Sequence[Step] = ()) -> str:
    """Return which column was taken for what, to confirm or change; and what reading anew would lose."""
    sentence = "No column was recognised. Say which one holds the question and which one the answer."
    if found.mapping:
        pairs = [_played(role, column) for role, column in found.mapping.items()]
        sentence = f"{listed(pairs)[0].upper()}{listed(pairs)[1:]}. Change it here if that is wrong."
    said = f"<h3>Which column is which</h3><p>{escape(sentence)}</p>"
    if made := len(since_reading(tuple(steps))):
        changes, it = (
            ("change made so far is", "it") if made == 1 else (f"{made} changes made so far are", "them")
        )
        said += (
            f"<p><b>The {changes} not in your file.</b> Reading the file again leaves {it} out; "
            f"“Undo” brings {it} back.</p>"
        )
    return said


def _played(role: str, column: str) -> str:
    meaning = ROLES[role].partition(":")[0]
    return f"a prompt of several columns is {meaning}" if is_prompt(column) else f"“{column}” is {meaning}"


def slots(columns: Sequence[str]) -> str:
    """Return the columns as chips; the page's script puts the pressed one into the prompt."""
    chips = "".join(
        f'<button type="button" data-slot="{escape(column)}" aria-label="Put in the column {escape(column)}">'
        f"{{{escape(column)}}}</button>"
        for column in columns
    )
    return f'<div class="chips" role="group" aria-label="Columns">{chips}</div>'
