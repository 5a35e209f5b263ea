"""What the exam of these very weights found, as a model card has it in Markdown."""

from studio.core.exam import Difference, Exam, Score
from studio.evaluation.verdict import verdict_of
from studio.exporters import told
from studio.exporters.job import ExportJob
from studio.exporters.markdown import plain


def measured(job: ExportJob) -> str:
    """Return the exam as a table, or say that there was none for these very weights."""
    exam = job.exam
    if exam is None or exam.step != job.step:
        return "No exam was held for these weights. Nothing is claimed about how good they are."
    verdict = verdict_of(exam)
    head = "| metric | base | tuned | difference | verdict |\n|---|---|---|---|---|"
    lines = [
        f"| {metric} | {_score(exam.arms['base'][metric])} | {_score(exam.arms['tuned'][metric])} "
        f"| {_difference(found)} | {found.verdict} |"
        for metric, found in exam.differences.items()
    ]
    lines += [
        f"| {metric} | – | {_score(found)} | – | – |"
        for metric, found in exam.arms["tuned"].items()
        if metric not in exam.arms["base"]
    ]
    return "\n".join(
        (
            f"**{verdict.headline}.** {verdict.sentence}",
            "",
            head,
            *lines,
            "",
            *_won(exam),
            _how_measured(exam),
        )
    )


def _how_measured(exam: Exam) -> str:
    hashes = ", ".join(f"{arm} `{value[:16]}`" for arm, value in exam.weights_hashes.items())
    return (
        f"Both models on the same {exam.rows} held-out rows, never trained on, in {exam.dtype} on "
        f"{exam.device}. Loss in nats per learned token; perplexity is its exponential. Brackets: 95 % "
        f"intervals, paired bootstrap over rows, Wilson's for shares of rows.{_answered(exam)} Weights that "
        f"sat it, by SHA-256: {hashes}.{f' {exam.before}' if exam.before else ''}"
    )


def _won(exam: Exam) -> tuple[str, ...]:
    said = told.won(exam)
    return (plain(said), "") if said else ()


def _answered(exam: Exam) -> str:
    if not exam.answer_tokens:
        return ""
    return (
        f" {exam.answered} of the rows were also answered, with at most {exam.answer_tokens} new tokens each."
    )


def _score(score: Score) -> str:
    return f"{score.value:.4g} [{score.low:.4g}, {score.high:.4g}]"


def _difference(found: Difference) -> str:
    return f"{found.value:+.4g} [{found.low:+.4g}, {found.high:+.4g}]"
