"""What the scores do not show: what was forgotten or learned by heart, and what people prefer."""

from collections.abc import Mapping
from typing import Literal

from studio.core.exam import ComparisonVerdict
from studio.core.measures import MEASURES
from studio.core.probe import Asked, Light, Probe
from studio.core.verdict import Verdict
from studio.core.words import count, percentage
from studio.evaluation.lights import lights
from studio.evaluation.votes import INTERVAL, Agreement
from studio.exporters.facts import RunFacts, VotesTold
from studio.exporters.report import markup
from studio.exporters.report.markup import not_measured, paragraph, quoted, section, shown, table
from studio.exporters.report.results import earlier

Tone = Literal["good", "neutral", "warning"]
COLOURS = {
    "green": ("good", "Green"),
    "amber": ("warning", "Amber"),
    "red": ("bad", "Red"),
    "unknown": ("neutral", "Not known"),
}
HEADLINES: dict[ComparisonVerdict, tuple[Tone, str]] = {
    "better": ("good", "The tuned model is preferred"),
    "worse": ("warning", "The untouched model is preferred"),
    "same": ("neutral", "No clear preference"),
    "too_few": ("neutral", "Too few votes to tell"),
}
HOW_TO_PROBE = "To measure it: “What else changed?” in the Compare step, or `python -m studio probe RUN`."
HOW_TO_VOTE = "To hear people: “Judge for yourself” in the Compare step."


def changed(facts: RunFacts) -> str:
    """Return the lights of the probe; where none was held, how to hold it."""
    name, title = "changed", "What else changed?"
    probe = facts.probe
    if probe is None and facts.probe_lost:
        return section(name, title, not_measured("Damaged.", facts.probe_lost))
    if probe is None:
        said = f"What the model forgot and what it learned by heart is not known. {HOW_TO_PROBE}"
        return section(name, title, not_measured("Not measured.", said))
    of_earlier = ""
    if facts.step not in (None, probe.step):
        said = f"It was held at step {probe.step:,}, which is not the point that is used now. {HOW_TO_PROBE}"
        of_earlier = not_measured("Of an earlier point.", said)
    return section(
        name, title, of_earlier, *map(_light, lights(probe).values()), _by_heart(probe), _own(probe)
    )


def _light(light: Light) -> str:
    tone, colour = COLOURS[light.colour]
    return f'<p class="verdict {tone}"><b>{colour}: {shown(light.headline)}.</b> {shown(light.sentence)}</p>'


def _by_heart(probe: Probe) -> str:
    if probe.by_heart is None or not probe.by_heart.examples:
        return ""
    rows = ((f"{each.row:,}", quoted(each.given), quoted(each.said)) for each in probe.by_heart.examples[:3])
    columns = ("Row", "Given", "Said, word for word as in the training")
    return "<h3>Learned by heart</h3>" + table("Learned by heart", columns, rows)


def _own(probe: Probe) -> str:
    if not probe.asked:
        return ""
    return "<h3>What must still work</h3>" + "".join(map(_asked, probe.asked))


def _asked(asked: Asked) -> str:
    sides = (("Before", asked.base), ("After", asked.tuned))
    cells = "".join(f"<div><dt>{title}</dt><dd>{quoted(text)}</dd></div>" for title, text in sides)
    return f'<article class="card">{quoted(asked.prompt)}<dl class="sides">{cells}</dl></article>'


def preferred(facts: RunFacts) -> str:
    """Return what people said of the answers, names hidden; where the voting is not over, how far it is."""
    name, title, votes = "votes", "What people prefer", facts.votes
    if votes is None and facts.votes_lost:
        return section(name, title, not_measured("Not known any more.", facts.votes_lost))
    if votes is None:
        said = f"Nobody has judged the answers with the names hidden. {HOW_TO_VOTE}"
        return section(name, title, not_measured("Not measured.", said))
    if not votes.ended:
        far = f"{votes.voted} of {count(votes.questions, 'question')} judged"
        said = f"{far}; until the end the names stay hidden."
        return section(name, title, earlier(facts), not_measured("The voting is not over.", said))
    how = "Both answers were shown without their names, in an order drawn by chance."
    return section(
        name,
        title,
        earlier(facts),
        markup.verdict(_said(votes)),
        paragraph(how, "small"),
        _agreement(votes.agreement),
    )


def _said(votes: VotesTold) -> Verdict:
    tone, headline = HEADLINES[votes.verdict]
    counted, won = votes.counted, votes.won
    ties = _ties(counted.ties - votes.identical, votes.identical)
    if won is None:
        return Verdict("neutral", headline, f"No question was decided.{ties}")
    return Verdict(
        tone,
        headline,
        f"The tuned answer was preferred in {counted.tuned} of the {counted.decided} questions that were "
        f"decided ({percentage(won.value)}; exact 95 % interval {percentage(won.low)} to "
        f"{percentage(won.high)}, {INTERVAL}).{ties}",
    )


def _ties(told: int, identical: int) -> str:
    """Return what is left out of the share: what people called a tie, and what they were never shown."""
    parts = [count(told, "tie")] if told else []
    if identical:
        parts.append(f"{count(identical, 'question')} answered alike word for word, which nobody was asked,")
    return f" {' and '.join(parts)} left out of that share." if parts else ""


def _agreement(found: Mapping[str, Agreement]) -> str:
    rows = [
        (shown(MEASURES[name].title), f"{each.same} of {each.rows}")
        for name, each in found.items()
        if name in MEASURES and each.rows
    ]
    columns = ("Measure", "Votes in which it points the same way")
    return table("Agreement of the measures with the votes", columns, rows) if rows else ""
