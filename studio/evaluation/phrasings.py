"""The same question in other words, made by rule: what it asks stays, so the answer should, too."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from types import ModuleType

from studio.data.templates import ChatTemplate
from studio.data.tokens import encode_completion_prompt, encode_prompt
from studio.evaluation.questions import Question, spread

STEADY_ROWS = 32
"""So many questions are asked in other words; with fewer than 30 no difference could be told."""
OTHER_PHRASINGS = 2
_ENDS = ".?!…。？！ \t\n"


@dataclass(frozen=True)
class Phrased:
    """A question's other phrasings, as prompts. `row` is the 1-based line of the user's file."""

    row: int
    prompts: tuple[tuple[int, ...], ...]


def rephrased(text: str) -> tuple[str, ...]:
    """Return a question's other phrasings; one that is without capitals and marks gets a title."""
    ways = (f"Please answer this: {text}", text.lower().rstrip(_ENDS), f"Question: {text}")
    return tuple(way for way in ways if way and way != text)[:OTHER_PHRASINGS]


def phrased(
    questions: Sequence[Question], objective: ModuleType, template: ChatTemplate, reach: int | None
) -> tuple[Phrased, ...]:
    """Return some of the questions in other words, those that leave room for an answer.

    `reach`: how many tokens a prompt may have; None: no limit.
    """
    found = [
        Phrased(
            question.row,
            tuple(
                _prompt(question, way, objective, template)
                for way in rephrased(question.messages[-1].content)
            ),
        )
        for question in spread([each for each in questions if _can_be_asked(each)], STEADY_ROWS)
    ]
    return tuple(each for each in found if reach is None or max(map(len, each.prompts)) <= reach)


def in_other_words(phrased: Sequence[Phrased]) -> str:
    """Return in words how questions were rephrased; empty where none were."""
    if not phrased:
        return ""
    many = f"{len(phrased)} questions were" if len(phrased) > 1 else "1 question was"
    return (
        f"{many} also asked in two other ways: behind “Please answer this:”, and in small letters without "
        "the final mark (behind “Question:” where that changes nothing). The answers of a model to the three "
        "are compared with one another; whether they are right does not count here."
    )


def _can_be_asked(question: Question) -> bool:
    return bool(question.messages) and question.messages[-1].role == "user"


def _prompt(question: Question, way: str, objective: ModuleType, template: ChatTemplate) -> tuple[int, ...]:
    if not objective.CHAT:
        return tuple(encode_completion_prompt(way, template))
    last = replace(question.messages[-1], content=way)
    return tuple(encode_prompt((*question.messages[:-1], last), template))
