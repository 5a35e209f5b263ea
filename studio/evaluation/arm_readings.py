"""What an arm really read: how much of what was looked up fit, and whether the answer itself was in it."""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import fmean

from studio.evaluation.arms.given import Given
from studio.evaluation.questions import Question
from studio.retrieval.bm25 import words_of
from studio.retrieval.passages import OF_ROWS

FEW_WORDS = 4
"""So short an answer or question stands in many texts by chance."""
COMPARED_WORDS = 20
"""Of a longer one the beginning tells: documents are cut into passages."""


@dataclass(frozen=True, slots=True)
class ArmReading:
    """`prompt_tokens`: the mean of what was read before an answer.

    Of the `questions`, for `shortened` not all that was looked up fit, and for `bare` of them nothing did;
    of those `given_away` the question itself or its answer stood in a passage of a document.
    """

    prompt_tokens: float = 0.0
    questions: int = 0
    shortened: int = 0
    bare: int = 0
    given_away: int = 0


@dataclass(frozen=True, slots=True)
class Asked:
    """One question: what was `wanted` with it, what of that was `given`, and how long the prompt is."""

    question: Question
    wanted: Given
    given: Given
    prompt_tokens: int


def reading_of(all_asked: Sequence[Asked]) -> ArmReading:
    """Count what was read with all questions."""
    short = [each for each in all_asked if each.given != each.wanted]
    return ArmReading(
        prompt_tokens=fmean(each.prompt_tokens for each in all_asked) if all_asked else 0.0,
        questions=len(all_asked),
        shortened=len(short),
        bare=sum(not each.given.shots and not each.given.passages for each in short),
        given_away=sum(gives_away(each.question, each.given) for each in all_asked),
    )


def gives_away(question: Question, given: Given) -> bool:
    """Return whether a document that was looked up holds the question or its expected answer word for word.

    Rows that were learned do not count: the tuned model has read them, too.
    """
    texts = [passage.text for passage in given.passages if passage.title != OF_ROWS]
    read = _spaced(words_of("\n".join(texts)))
    told = (words_of(text) for text in (question.text, question.expected))
    return any(len(words) > FEW_WORDS and _spaced(words[:COMPARED_WORDS]) in read for words in told)


def _spaced(words: Sequence[str]) -> str:
    return f" {' '.join(words)} "
