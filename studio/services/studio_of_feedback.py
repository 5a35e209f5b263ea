"""The part of the facade about learning from what people said of answers (see `studio.py`)."""

from studio.services import lessons
from studio.services.lessons import LessonsView
from studio.services.studio_of_votes import StudioOfVotes
from studio.services.views import DatasetView


class StudioOfFeedback(StudioOfVotes):
    """The verbs that make data of feedback."""

    def lessons(self, dataset: str) -> LessonsView:
        """Return what can be learned from all that was said of answers to a data set's questions."""
        return lessons.view(self._home, dataset)

    def learn_from_feedback(self, dataset: str, kind: str) -> DatasetView:
        """Make a data set of it (`preference` or `rated`), or a new version of the one made before.

        Raises Refused where there is too little to learn from.
        """
        return lessons.learn(self._home, dataset, kind)
