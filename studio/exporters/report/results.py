"""Is it better: the scores with intervals and verdicts; where rows are sorted, which label for which."""

from studio.charts.confusion_counts import counted
from studio.core.exam import ClassScores, Difference, Exam, Score
from studio.core.measures import MEASURES, VERDICTS, Measure
from studio.core.words import count, duration, percentage
from studio.exporters import told
from studio.exporters.facts import RunFacts
from studio.exporters.report.markup import bullets, not_measured, paragraph, section, shown, table

NAME, TITLE = "results", "Is it better?"
HOW = "To measure it: “Hold the exam” in the Compare step, or `python -m studio exam RUN`."


def results(facts: RunFacts) -> str:
    """Return the exam of the run; where none was held, that nothing is claimed."""
    exam = facts.exam
    if exam is None:
        return section(NAME, TITLE, not_measured("Not measured.", f"No exam was held. {HOW}"))
    return section(NAME, TITLE, earlier(facts), _scores(exam), _wins(exam), _how(exam), _sorting(exam))


def earlier(facts: RunFacts) -> str:
    """Return the line over what an exam found where the run went on since; else nothing."""
    if facts.exam is None or facts.proven is not None:
        return ""
    said = f"The exam was held at step {facts.exam.step:,}, which is not the point that is used now. {HOW}"
    return not_measured("Of an earlier point.", said)


def _scores(exam: Exam) -> str:
    names = [name for name in exam.arms["tuned"] if name in MEASURES]
    rows = (_row(name, MEASURES[name], exam) for name in names)
    return table("Exam results", ("Measured", "Before", "After", "Change"), rows)


def _row(name: str, words: Measure, exam: Exam) -> tuple[str, ...]:
    found = exam.differences.get(name)
    change = f"{verdict_word(found)} {score(words, found, signed=True)}" if found else "–"
    found_by = (exam.arms[arm].get(name) for arm in ("base", "tuned"))
    both = (score(words, each) if each else "–" for each in found_by)
    return (f"{shown(words.title)}<small>{shown(words.small_print)}</small>", *both, change)


def _wins(exam: Exam) -> str:
    """Return how often the tuned answer earned more of the reward than the untouched model's."""
    said = told.won(exam)
    return paragraph(said) if said else ""


def verdict_word(found: Difference) -> str:
    return f'<b class="change {found.verdict}">{VERDICTS[found.verdict]}</b>'


def score(words: Measure, found: Score | Difference, *, signed: bool = False) -> str:
    """Return a value with its 95 % interval in brackets."""
    value, low, high = (words.said(each, signed=signed) for each in (found.value, found.low, found.high))
    return f'{value} <span class="interval">[{low}, {high}]</span>'


def _how(exam: Exam) -> str:
    answered = (
        f", {exam.answered:,} of them also answered in words, with at most "
        f"{count(exam.answer_tokens, 'new token')} each"
        if exam.answer_tokens
        else ""
    )
    how = (
        f"Both models had the same {count(exam.rows, 'held-back row')}, never trained on{answered}. Brackets "
        "are 95 % intervals (paired bootstrap over rows, Wilson's for shares of rows); the verdict is "
        f"“better” or “worse” only where the interval of the difference leaves out 0. Computed in "
        f"{exam.dtype} on {exam.device}, in {duration(exam.seconds)}."
    )
    marks = (f"{name}: {said}" for name, said in exam.signatures.items())
    signatures = bullets(marks)
    if signatures:
        signatures = paragraph("Signatures, to compare with papers (sacrebleu):") + signatures
    further = "".join(paragraph(text, "small") for text in (exam.before, exam.in_other_words) if text)
    return paragraph(how, "small") + further + signatures


def _sorting(exam: Exam) -> str:
    if not exam.classes:
        return ""
    return (
        f"<h3>Which label was taken for which</h3>{_confusion(exam, 'tuned', 'After training')}"
        f"{_confusion(exam, 'base', 'Before training')}<h3>Each label</h3>{_labels(exam.classes)}"
    )


def _confusion(exam: Exam, arm: str, when: str) -> str:
    """Return one model's labels against the true ones; a darker cell has a larger share of its line."""
    given = ((row.expected, getattr(row, arm)) for row in exam.table)
    pairs = [(true, label) for true, label in given if label is not None]
    labels, cells = counted(pairs)
    right = sum(true == label for true, label in pairs)
    said = (
        f"{when}, {right:,} of {count(len(pairs), 'row')} got their own label; they lie on the diagonal "
        "(confusion matrix). Lines are the true labels, columns the given ones."
    )
    rows = (
        (shown(label), *(_cell(number, sum(line), at == across) for across, number in enumerate(line)))
        for at, (label, line) in enumerate(zip(labels, cells, strict=True))
    )
    return paragraph(said) + table(f"Confusion, {when.lower()}", ("True label", *labels), rows, kind="matrix")


def _cell(number: int, of: int, diagonal: bool) -> str:
    if not number:
        return "·"
    kind = "right" if diagonal else "wrong"
    return f'<span class="{kind}" style="--share:{number / of:.2f}">{number:,}</span>'


def _labels(classes: tuple[ClassScores, ...]) -> str:
    columns = ("Label", "Found (recall)", "Right when given (precision)", "Both in one (F1)", "Change of F1")
    whole = Measure("", "", "higher")
    rows = []
    for each in classes:
        cells = (
            " → ".join(percentage(each.arms[arm][name].value) for arm in ("base", "tuned"))
            for name in ("recall", "precision", "f1")
        )
        change = f"{verdict_word(each.difference)} {score(whole, each.difference, signed=True)}"
        rows.append((f"{shown(each.label)}<small>{count(each.rows, 'row')}</small>", *cells, change))
    return table("Each label, before and after", columns, rows)
