"""Length of an answer in words: it tells whether a model has learned to be as brief as its examples."""

from studio.evaluation.metrics.text_metric import EachAnswer


class AnswerWords(EachAnswer):
    """Neither long nor short is better, so no change of it is called so."""

    source = "words between blanks, meaned over the answered rows"

    def worth(self, answer: str, expected: str) -> float:
        return len(answer.split())
