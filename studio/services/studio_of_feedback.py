"""The part of the facade about learning from what people said of answers (see `studio.py`)."""

from collections.abc import Mapping
from pathlib import Path

from studio.core.drawn import Wanted
from studio.services import drawing, drawn_votes, lessons, rating
from studio.services.drawn_votes import DrawnView
from studio.services.lessons import LessonsView
from studio.services.rating import RatingView
from studio.services.studio_of_votes import StudioOfVotes
from studio.services.views import DatasetView


class StudioOfFeedback(StudioOfVotes):
    """The verbs that make data of feedback."""

    def ratings(self, comparison: str) -> Mapping[str, RatingView | None]:
        """Return what was said of each answer to a typed question that can be rated, by its writer."""
        return rating.ratings(self._home, self._questions, comparison)

    def rate(self, comparison: str, who: str, said: RatingView | None) -> None:
        """Keep what is said of one answer (`base` or the run's id), or the right one; None takes it back."""
        rating.rate(self._home, self._questions, comparison, who, said)

    def lessons(self, dataset: str) -> LessonsView:
        """Return what can be learned from all that was said of answers to a data set's questions."""
        return lessons.view(self._home, dataset)

    def learn_from_feedback(self, dataset: str, kind: str) -> DatasetView:
        """Make a data set of it (`preference` or `rated`), or a new version of the one made before.

        Raises Refused where there is too little to learn from.
        """
        return lessons.learn(self._home, dataset, kind)

    def feedback(self, dataset: str) -> str:
        """Return all that was said of answers to a data set's questions as JSON lines.

        Raises Refused where nothing was said.
        """
        return lessons.everything(self._home, dataset)

    def write_feedback(self, run: str, target: Path) -> None:
        """Write it into a new file. Raises Refused where there is one."""
        lessons.write_everything(self._home, run, target)

    def start_drawing(self, run: str, wanted: Wanted) -> str:
        """Queue the drawing of several answers to each question; return its job id. Raises Refused."""
        with self._shares.work():
            return drawing.start(self._home, run, wanted)

    def drawn(self, run: str) -> DrawnView | None:
        """Return how far the judging of drawn answers is; None where none were drawn."""
        return drawn_votes.view(self._home, run)

    def vote_on_drawn(self, run: str, pair: str, choice: str) -> None:
        """Keep a vote on the open pair of drawn answers, as `vote` does."""
        drawn_votes.vote(self._home, run, pair, choice)

    def undo_vote_on_drawn(self, run: str) -> None:
        """Take the last of these votes back; may be repeated."""
        drawn_votes.undo(self._home, run)
