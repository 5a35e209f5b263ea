"""What the facts of a run come to, in plain sentences and rows: said once, for the report and the model card.

No markup in here. Whatever is not known is said to be not known.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from types import ModuleType

from studio.core.cleaning import Step
from studio.core.config import DataSettings, Optimisation, RunConfig
from studio.core.exam import Exam
from studio.core.knobs import knobs
from studio.core.report import Issue
from studio.core.words import count, listed, percentage
from studio.data.checks import CHECKS
from studio.data.formats import FORMATS
from studio.data.personal import KINDS
from studio.engine.objectives import OBJECTIVES, objective_named
from studio.engine.tunings import TUNINGS, tuning_named
from studio.exporters.facts import RunFacts
from studio.exporters.origin import named_anywhere

PERSONAL = "personal_data"


@dataclass(frozen=True)
class Setting:
    """A knob and its value in this run; `label` and `term` are the name itself where no config has it now."""

    name: str
    label: str
    term: str
    value: str


def title_of(registry: dict[str, ModuleType], name: str) -> str:
    """Return the plain title of an entry; the name where a later studio no longer has it."""
    return registry[name].TITLE if name in registry else name


def dataset_format(facts: RunFacts) -> str:
    return title_of(FORMATS, facts.dataset.format) if facts.dataset.format else "not known"


def objective(config: RunConfig) -> tuple[str, str]:
    """Return what is learned: its title, and its summary."""
    found = OBJECTIVES.get(config.objective)
    return (found.TITLE, found.SUMMARY) if found else (config.objective, "")


def tuning(config: RunConfig) -> tuple[str, str]:
    """Return which weights move: its title, and its summary."""
    found = TUNINGS.get(config.tuning)
    return (found.TITLE, found.SUMMARY) if found else (config.tuning, "")


def rows_used(facts: RunFacts) -> str:
    """Return how many rows were learned from and how many held back."""
    started = facts.story.started
    if started is None:
        return "The run has not begun, so its rows are not divided yet."
    return (
        f"{count(started.training_rows, 'row')} to learn from, {count(started.held_out_rows, 'row')} held "
        "back for the exam and never trained on."
    )


def how_divided(facts: RunFacts) -> str:
    """Return who chose the held-back rows, and by which rule."""
    if facts.held_out_by == "user":
        return "The data itself says which rows are held back: a column marks them."
    if facts.held_out_by == "seed":
        percent = facts.config.part(DataSettings).held_out_percent
        return (
            f"About {percent:g} % of the rows were drawn by chance (seed "
            f"{facts.config.part(Optimisation).seed}); rows that ask the same or nearly the same stay on one "
            "side, so that nothing in the exam was seen in training."
        )
    return "Which rows are held back is decided when the run begins."


def cleaned(step: Step) -> str:
    """Return one step of the cleaning: what was done, against which finding, to how many rows."""
    check = [CHECKS[step.check].TITLE] if step.check in CHECKS else []
    what = ", ".join(part for part in (*check, step.kind) if part)
    counts = {"changed": step.changed, "dropped": step.dropped, "added": step.added}
    rows = ", ".join(f"{count(number, 'row')} {did}" for did, number in counts.items() if number)
    return f"{step.title}{f' ({what})' if what else ''}: {rows or 'no row'}."


def privacy(facts: RunFacts) -> tuple[str, ...]:
    """Return what the check for personal data and secrets found in the rows that were learned from."""
    if facts.findings is None:
        return (f"What the check for personal data found is not known any more: {facts.findings_lost}",)
    found = tuple(issue.message for issue in facts.findings.issues if issue.check == PERSONAL)
    mended = tuple(step for step in facts.dataset.cleaning if step.check == PERSONAL)
    before = (f"Cleaned before the run: {cleaned(step)}" for step in mended)
    if found:
        return (*found, *before, "A model can repeat what it learned word for word.")
    none = f"The check for personal data and secrets found none of these: {listed(tuple(KINDS.values()))}."
    return (none, *before, "It looks for patterns; what has another form, such as a name, it does not see.")


def findings(facts: RunFacts) -> Sequence[Issue]:
    """Return what else the checks found in the rows, the gravest first."""
    if facts.findings is None:
        return ()
    degrees = ("error", "warning", "note")
    others = (issue for issue in facts.findings.issues if issue.check != PERSONAL)
    return sorted(others, key=lambda issue: degrees.index(issue.severity))


def settings(config: RunConfig) -> tuple[Setting, ...]:
    """Return every setting of the run in the words of the form, in its order."""
    parts = (DataSettings, Optimisation, objective_named(config.objective).Config)
    known = {knob.name: knob for part in (*parts, tuning_named(config.tuning).Config) for knob in knobs(part)}
    order = [*(name for name in known if name in config.knobs), *sorted(set(config.knobs) - set(known))]
    return tuple(
        Setting(
            name,
            known[name].label if name in known else name,
            (known[name].technical or name) if name in known else name,
            _value(named_anywhere(config.knobs[name]) if name == "teacher" else config.knobs[name]),
        )
        for name in order
    )


def _value(value: object) -> str:
    return {True: "yes", False: "no"}[value] if isinstance(value, bool) else f"{value}"


def findings_in_words(facts: RunFacts) -> tuple[str, ...]:
    """Return what else the checks found, for readers of a public card: how often, and no word of the rows."""
    found = ((title_of(CHECKS, issue.check), issue.count) for issue in findings(facts))
    return tuple(f"{title}: {count(rows, 'row')}." if rows else f"{title}." for title, rows in found)


def preferred(facts: RunFacts) -> str:
    """Return how a blind voting on the answers fell, in a sentence."""
    votes = facts.votes
    if votes is None:
        return f"Not known any more. {facts.votes_lost}" if facts.votes_lost else "Nobody was asked."
    if not votes.ended:
        asked = count(votes.questions, "question")
        return (
            f"The voting is not over: {votes.voted} of {asked} judged, and the names stay hidden until then."
        )
    if votes.won is None:
        return "No question was decided."
    low, high = percentage(votes.won.low), percentage(votes.won.high)
    return (
        f"With the names hidden, the tuned answer was preferred in {votes.counted.tuned} of the "
        f"{votes.counted.decided} questions that were decided ({percentage(votes.won.value)}; exact 95 % "
        f"interval {low} to {high}); {count(votes.counted.ties, 'tie')} left out."
    )


def versions(facts: RunFacts) -> tuple[tuple[str, str], ...]:
    """Return what the run was made with: the studio, Python, the system, and its libraries."""
    said = facts.environment
    if not said:
        return (("Versions", "not noted"),)
    own = (
        ("Fine-Tuning Studio", f"{said.get('studio', '')}, code {said.get('code', '')}"),
        ("Python", str(said.get("python", ""))),
        ("System", str(said.get("system", ""))),
    )
    return (*own, *((name, str(version)) for name, version in said.get("packages", {}).items()))


def won(exam: Exam) -> str:
    """Return how often the tuned answer earned more of the run's reward; "" where it learned from none."""
    wins = exam.wins
    if wins is None:
        return ""
    left = f" {exam.left_out} more could not be scored: {exam.left_out_why}" if exam.left_out else ""
    if wins.share is None:
        return f"By the reward no question was decided; all {wins.ties} were ties.{left}"
    low, high = percentage(wins.share.low), percentage(wins.share.high)
    return (
        f"By the reward the tuned answer won {wins.tuned} of the {wins.decided} questions that were decided "
        f"({percentage(wins.share.value)}; exact 95 % interval {low} to {high}); {count(wins.ties, 'tie')} "
        f"left out.{left}"
    )


def limits(exam: Exam | None) -> tuple[str, ...]:
    """Return what the measurements do not say; `exam` is that of the very weights."""
    rows = (
        f"Measured on {count(exam.rows, 'row')} of the same table only; other questions were not tried."
        if exam
        else "Not examined, so nothing is known of how it does on questions it has not seen."
    )
    return (
        rows,
        *_by_what(exam),
        "A lower error means that the expected answers became more likely, not that every answer is true.",
        "Rows that were learned may be repeated word for word: mind what the data held.",
    )


def _by_what(exam: Exam | None) -> tuple[str, ...]:
    """Return what a reward or a preference does not say."""
    if exam is None:
        return ()
    if exam.judges:
        return ("The numbers it gives only mean something beside each other, not how good an answer is.",)
    if exam.wins is not None:
        return ("More of the reward means that answers please its rule, not that people like them better.",)
    if "preferred" in exam.differences:
        return ("To find the better of two given answers likelier is not yet to write one as good.",)
    return ()
