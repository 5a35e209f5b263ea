"""Votes and judgements as the JSON documents of the command line: scripts rely on every name in here."""

from dataclasses import asdict
from typing import Any

from studio.evaluation.votes import INTERVAL, Agreement
from studio.services.views_of_votes import JudgeView, VotesView

Document = dict[str, Any]


def votes_document(view: VotesView) -> Document:
    """Return `votes --json`: what people preferred so far, whether or not questions are left."""
    return {
        "version": 1,
        "run": view.run,
        "step": view.step,
        "questions": view.questions,
        "voted": view.voted,
        "skipped": view.skipped,
        "identical": view.identical,
        **asdict(view.counted),
        "both_bad": view.both_bad,
        "won": asdict(view.won) if view.won else None,
        "interval": INTERVAL,
        "verdict": view.verdict,
        "sentence": f"{view.said.headline}. {view.said.sentence}",
        "metrics": {name: _agreement(found) for name, found in view.metrics.items()},
        "judge": judge_document(view.judge) if view.judge else None,
    }


def judge_document(view: JudgeView) -> Document:
    """Return `judge --json`: what the judge model preferred, and how far it agrees with the votes."""
    return {
        "version": 1,
        "judge": view.judge,
        "address": view.address,
        **asdict(view.counted),
        "swayed": view.swayed,
        "unread": view.unread,
        "unasked": view.unasked,
        "won": asdict(view.won) if view.won else None,
        "interval": INTERVAL,
        "verdict": view.verdict,
        "people": _agreement(view.people),
        "earlier": view.earlier,
        "note": view.note,
    }


def _agreement(found: Agreement) -> Document:
    return {**asdict(found), "share": found.same / found.rows if found.rows else None}
