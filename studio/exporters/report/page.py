"""The whole report: one HTML page that needs no network and no script, for the screen and for paper."""

import time
from pathlib import Path

from studio.core.verdict import Verdict
from studio.core.words import count, duration
from studio.evaluation.verdict import verdict_of
from studio.exporters.facts import RunFacts
from studio.exporters.report import closing, markup
from studio.exporters.report.answers import answers
from studio.exporters.report.arms import arms
from studio.exporters.report.beyond import changed, preferred
from studio.exporters.report.data import data
from studio.exporters.report.markup import figures, paragraph, shown
from studio.exporters.report.results import HOW, results
from studio.exporters.report.training import base_name, training

STYLE = Path(__file__).parent / "report.css"
POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"
"""The page may load nothing and run nothing, wherever it is opened."""


def report(facts: RunFacts) -> str:
    """Return the page. Equal facts give an equal page: it holds no time but the run's own."""
    title = f"Report: {facts.name or facts.dataset.name}"
    body = "".join(
        (
            _head(facts),
            data(facts),
            training(facts),
            results(facts),
            answers(facts),
            arms(facts),
            changed(facts),
            preferred(facts),
            closing.limits(facts),
            closing.licences(facts),
            closing.repeat(facts),
        )
    )
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        '<meta name="color-scheme" content="light dark"><meta name="referrer" content="no-referrer">'
        f"<title>{shown(title)}</title><style>{STYLE.read_text(encoding='utf-8')}</style></head>"
        f"<body><main>{body}</main></body></html>\n"
    )


def _head(facts: RunFacts) -> str:
    when = time.strftime("%d %b %Y", time.gmtime(facts.created_at)) if facts.created_at else ""
    about = f"{base_name(facts)}, tuned on {facts.dataset.name}"
    notes = f"<h2>Notes</h2>{markup.quoted(facts.notes)}" if facts.notes.strip() else ""
    return (
        f'<header><p class="eyebrow">Fine-Tuning Studio · Run report{f" · {when}" if when else ""}</p>'
        f'<h1 dir="auto">{shown(facts.name or facts.dataset.name)}</h1>{paragraph(about)}'
        f"{markup.verdict(overall(facts))}{figures(_figures(facts))}{notes}</header>"
    )


def overall(facts: RunFacts) -> Verdict:
    """Return what the report says first: the exam's verdict, or that nothing is proven."""
    if (exam := facts.proven) is not None:
        said = verdict_of(exam)
        return Verdict(said.tone, said.headline, said.sentence)
    earlier = f" There is one of an earlier point (step {facts.exam.step:,})." if facts.exam else ""
    return Verdict(
        "neutral",
        "Not proven",
        f"No exam was held on what this run came to, so nothing is claimed about how good it is.{earlier} "
        f"{HOW}",
    )


def _figures(facts: RunFacts) -> list[tuple[str, str]]:
    started, story = facts.story.started, facts.story
    entries = []
    if started is not None:
        entries += [
            ("learned from", count(started.training_rows, "row")),
            ("held back for the exam", count(started.held_out_rows, "row")),
        ]
    if story.step:
        entries += [
            ("steps taken", f"{story.step:,} of {story.steps:,}"),
            ("of training", duration(story.seconds(None))),
        ]
    return entries
