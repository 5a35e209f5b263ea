"""The part of the facade that is about votes: what people say of a run's answers (see `studio.py`)."""

from pathlib import Path

from studio.core.judge import Judge
from studio.core.keys import Key
from studio.services import judging, votes_view, voting
from studio.services.comparisons import Questions
from studio.services.keys import Keys
from studio.services.studio_of_data import StudioOfData
from studio.services.views_of_votes import JudgeView, VotesView
from studio.store.home import Home


class StudioOfVotes(StudioOfData):
    """The verbs that judge a run's answers."""

    def __init__(self, home: Home) -> None:
        super().__init__(home)
        self._questions, self._keys = Questions(), Keys()

    def votes(self, run: str) -> VotesView | None:
        """Return how far the blind voting is; None before an exam and where rows are sorted."""
        return votes_view.view(self._home, self._questions, run)

    def votes_so_far(self, run: str) -> VotesView | None:
        """Return what the votes say so far, with the names, also where questions are left."""
        return votes_view.result(self._home, self._questions, run)

    def vote(self, run: str, question: str, choice: str) -> None:
        """Keep a vote (`left`, `right`, `tie`, `both_bad`, `skipped`) on the question of this key.

        A second one on it, or one on a question that is not the open one, does nothing.
        """
        voting.vote(self._home, self._questions, run, question, choice)

    def undo_vote(self, run: str) -> None:
        """Take back what was said last in this voting; may be repeated."""
        voting.undo(self._home, self._questions, run)

    def end_voting(self, run: str) -> None:
        """Show the result now, although questions are left."""
        voting.end(self._home, self._questions, run)

    def go_on_voting(self, run: str) -> None:
        """Go on with the questions that were left."""
        voting.go_on(self._home, self._questions, run)

    def start_judge(self, run: str, judge: Judge, key: Key) -> str:
        """Queue a judge of a run's answers and return its job id; only where it has an address, they leave
        this machine. The key stays in this process. Raises Refused where this judge cannot be asked."""
        with self._shares.work():
            return judging.start(self._home, self._keys, run, judge, key)

    def can_be_judged(self, run: str) -> bool:
        """Return whether both models wrote answers of which one may be the better."""
        return judging.can_be_judged(self._home, run)

    def judged(self, run: str) -> JudgeView | None:
        """Return what the judge model said of a run's answers; None before it has read them."""
        return votes_view.judged(self._home, self._questions, run)

    def preferences(self, dataset: str) -> str:
        """Return all preferences kept with a data set as JSON lines: prompt, chosen, rejected."""
        return voting.preferences(self._home, dataset)

    def write_preferences(self, run: str, target: Path) -> None:
        """Write those kept with a run's data set into a new file. Raises Refused where there is one."""
        voting.write_preferences(self._home, run, target)
