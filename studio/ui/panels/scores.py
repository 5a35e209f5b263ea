"""The exam's measures in plain words, the technical term beside each: before, after, and what changed."""

from collections.abc import Sequence

from studio.core.exam import Difference, Score
from studio.core.measures import MEASURES, VERDICTS, Measure
from studio.core.words import count
from studio.services.exam_view import ExamView
from studio.ui.markup import escape, folded, sentence, table
from studio.ui.panels.wins import wins

ALWAYS_SHOWN = 5
"""So many stand in the table, the first ones of the exam's own order; the others are folded."""


def exam(view: ExamView) -> str:
    """Return the verdict, then what was measured before and after, with intervals, on the same rows."""
    names = [name for name in view.arms.get("tuned", {}) if name in MEASURES]
    first, others = _measures(view, names[:ALWAYS_SHOWN]), ""
    if rest := names[ALWAYS_SHOWN:]:
        inside = _measures(view, rest, label="Further exam results") + _signatures(view)
        others = folded(f"{count(len(rest), 'further measure')}", inside)
    title = f"The exam, of an earlier point (step {view.step:,})" if view.earlier else "The exam"
    before = f"<p>{escape(view.before)}</p>" if view.before else ""
    return (
        f'<section class="panel" aria-label="Exam"><h3>{title}</h3>{sentence(view.verdict)}'
        f"{first}{wins(view)}{_how(view)}{others}{before}</section>"
    )


def _measures(view: ExamView, names: Sequence[str], label: str = "Exam results") -> str:
    rows = "".join(_measure(name, view) for name in names)
    return table(label, ("Measured", "Before", "After", "Change"), rows, classes="exam")


def _how(view: ExamView) -> str:
    hashes = " · ".join(
        f"{escape(arm)} weights <code>{escape(value[:8])}</code>"
        for arm, value in view.weights_hashes.items()
        if value
    )
    ended = (
        f", each ended after {count(view.answer_tokens, 'token')} at the latest" if view.answer_tokens else ""
    )
    written = (
        ""
        if view.classes or not view.answered
        else f", {view.answered:,} of them also answered in words{ended}"
    )
    return (
        f'<p class="basis">{count(view.rows, "held-back row")} scored{written}. Brackets are 95 % '
        f"intervals; both models saw the same rows. {hashes}</p>"
    )


def _signatures(view: ExamView) -> str:
    """Return what a paper has to state beside such a figure, so that it can be compared."""
    lines = "".join(
        f"<li>{escape(MEASURES[name].term.partition(',')[0])}: <code>{escape(said)}</code></li>"
        for name, said in view.signatures.items()
        if name in MEASURES
    )
    return f"<p>Signatures of sacrebleu, to compare with papers:</p><ul>{lines}</ul>" if lines else ""


def _measure(name: str, view: ExamView) -> str:
    words = MEASURES[name]
    cells = ""
    for arm, title_of_arm in (("base", "Before"), ("tuned", "After")):
        score = view.arms.get(arm, {}).get(name)
        cells += f'<td data-label="{title_of_arm}">{in_digits(words, score) if score else "–"}</td>'
    difference = view.differences.get(name)
    change = "–"
    if difference is not None:
        word = VERDICTS[difference.verdict]
        change = (
            f'<b class="change {difference.verdict}">{word}</b> {in_digits(words, difference, signed=True)}'
        )
    cells += f'<td data-label="Change">{change}</td>'
    return f'<tr><th scope="row">{words.title}<small>{words.small_print}</small></th>{cells}</tr>'


def in_digits(measure: Measure, score: Score | Difference, *, signed: bool = False) -> str:
    """Return a value with its interval in brackets, as the screen shows this measure."""
    value, low, high = (measure.said(each, signed=signed) for each in (score.value, score.low, score.high))
    return f'{value} <small class="interval">[{low}, {high}]</small>'
