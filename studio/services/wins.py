"""Who wins against the untouched model by people's votes, beside what the exam says of the reward."""

from dataclasses import replace

from studio.core.errors import Refused
from studio.core.exam import Wins
from studio.services import votes_view
from studio.services.comparisons import Questions
from studio.services.exam_view import ExamView
from studio.store.home import Home


def with_votes(home: Home, questions: Questions, view: ExamView) -> ExamView:
    """Return the exam with how the votes on its answers fell, once the names are shown.

    Votes are kept with the data set; where that was deleted, Compare says so and nothing is added here.
    """
    try:
        votes = votes_view.view(home, questions, view.run)
    except Refused:
        return view
    if votes is None or not votes.shown or not votes.voted:
        return view
    counted = votes.counted
    by_people = Wins(counted.tuned, counted.base, counted.ties, votes.won, votes.verdict)
    return replace(view, wins={**view.wins, "votes": by_people})
