"""The exam's measures in plain words, the technical term beside each: before, after, and what changed."""

from collections.abc import Sequence
from dataclasses import dataclass

from studio.core.exam import Difference, Score
from studio.services.exam_view import ExamView
from studio.ui.markup import escape, folded, sentence, table
from studio.ui.words import count, decimals, percentage

ALWAYS_SHOWN = 5
"""So many stand in the table, the first ones of the exam's own order; the others are folded."""
VERDICTS = {
    "better": "better",
    "same": "no clear difference",
    "worse": "worse",
    "too_few": "too few rows to tell",
}


@dataclass(frozen=True)
class Words:
    """A measure as people read it. `digits` after the point; None for percent."""

    title: str
    term: str
    digits: int | None = None


METRICS = {
    "loss": Words("Error on held-back rows", "loss, nats per trained token; lower is better", 3),
    "perplexity": Words("Surprise per token", "perplexity; lower is better", 2),
    "bits_per_byte": Words("Error per byte of plain text", "bits per byte; lower is better", 3),
    "accuracy": Words("Rows sorted rightly", "accuracy; higher is better"),
    "precision_macro": Words("Given labels that are right", "macro precision; higher is better"),
    "recall_macro": Words("Rows of each label that are found", "macro recall; higher is better"),
    "f1_macro": Words("Precision and recall in one", "macro F1; higher is better"),
    "exact_match": Words("Answers word for word", "exact match; higher is better"),
    "normalised_match": Words("Answers alike but for case and marks", "normalised match; higher is better"),
    "rougeL": Words("Words shared, in the same order", "ROUGE-L, 0 to 1; higher is better", 3),
    "rouge1": Words("Words shared with the expected answer", "ROUGE-1, 0 to 1; higher is better", 3),
    "rouge2": Words("Pairs of words shared", "ROUGE-2, 0 to 1; higher is better", 3),
    "chrf": Words("Letters in a row shared", "chrF, 0 to 100; higher is better", 1),
    "bleu": Words("Up to four words in a row shared", "BLEU, 0 to 100; higher is better", 1),
    "repetition": Words("Saying the same again", "repeated 4-grams; lower is better"),
    "answer_words": Words("Length of an answer", "words; neither way is better", 1),
    "seconds_per_answer": Words("Time for an answer", "seconds, many at once; the machine's pace", 2),
}


def exam(view: ExamView) -> str:
    """Return the verdict, then what was measured before and after, with intervals, on the same rows."""
    names = [name for name in view.arms.get("base", {}) if name in METRICS]
    first, others = _measures(view, names[:ALWAYS_SHOWN]), ""
    if rest := names[ALWAYS_SHOWN:]:
        inside = _measures(view, rest, label="Further exam results") + _signatures(view)
        others = folded(f"{count(len(rest), 'further measure')}", inside)
    title = f"The exam, of an earlier point (step {view.step:,})" if view.earlier else "The exam"
    before = f"<p>{escape(view.before)}</p>" if view.before else ""
    return (
        f'<section class="panel" aria-label="Exam"><h3>{title}</h3>{sentence(view.verdict)}'
        f"{first}{_how(view)}{others}{before}</section>"
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
    written = "" if view.classes else f", {view.answered:,} of them also answered in words{ended}"
    return (
        f"<p>{count(view.rows, 'held-back row')} scored{written}. Brackets are 95 % intervals; both models "
        f"saw the same rows. {hashes}</p>"
    )


def _signatures(view: ExamView) -> str:
    """Return what a paper has to state beside such a figure, so that it can be compared."""
    lines = "".join(
        f"<li>{escape(METRICS[name].term.partition(',')[0])}: <code>{escape(said)}</code></li>"
        for name, said in view.signatures.items()
        if name in METRICS
    )
    return f"<p>Signatures of sacrebleu, to compare with papers:</p><ul>{lines}</ul>" if lines else ""


def _measure(name: str, view: ExamView) -> str:
    words = METRICS[name]
    cells = ""
    for arm, title_of_arm in (("base", "Before"), ("tuned", "After")):
        score = view.arms.get(arm, {}).get(name)
        cells += f'<td data-label="{title_of_arm}">{_score(words, score) if score else "–"}</td>'
    difference = view.differences.get(name)
    change = "–"
    if difference is not None:
        word = VERDICTS[difference.verdict]
        change = f'<b class="change {difference.verdict}">{word}</b> {_score(words, difference, signed=True)}'
    cells += f'<td data-label="Change">{change}</td>'
    return f'<tr><th scope="row">{words.title}<small>{words.term}</small></th>{cells}</tr>'


def _score(words: Words, score: Score | Difference, *, signed: bool = False) -> str:
    def form(number: float) -> str:
        if words.digits is None:
            return percentage(number, signed=signed)
        return decimals(number, words.digits, signed=signed)

    return f'{form(score.value)} <small class="interval">[{form(score.low)}, {form(score.high)}]</small>'
