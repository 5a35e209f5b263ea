"""The exam's paper as an arm reads it: each question with what is given, within the model's reach."""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from types import ModuleType

from studio.core.errors import StudioError
from studio.core.examples import IGNORED, Example
from studio.core.records import Completion, Conversation, Message
from studio.data.templates import ChatTemplate
from studio.data.tokens import encode_chat, encode_completion, encode_completion_prompt, encode_prompt
from studio.evaluation.arm_readings import ArmReading, Asked, reading_of
from studio.evaluation.arms import arm_named
from studio.evaluation.arms.given import GIVEN_TOKENS, Given, Stock, in_text, in_turns
from studio.evaluation.marking import Paper
from studio.evaluation.questions import Question

NEVER_CUT = 1 << 30


@dataclass(frozen=True)
class Reader:
    """How a run's model reads questions. `context_tokens`: at most so many at once; None for no limit."""

    objective: ModuleType
    template: ChatTemplate
    context_tokens: int | None = None

    def prompt(self, question: Question, given: Given) -> list[int]:
        """Return the tokens before the answer: those of training where nothing is given."""
        if self.objective.CHAT:
            return encode_prompt(in_turns(given, question.messages), self.template)
        return encode_completion_prompt(in_text(given, question.text), self.template)

    def fitting(self, question: Question, given: Given, answer_tokens: int) -> tuple[Given, list[int]]:
        """Return what of it fits before a question and leaves room for an answer, and that prompt."""
        room = len(question.prompt) + GIVEN_TOKENS
        if self.context_tokens is not None:
            room = min(room, self.context_tokens - answer_tokens)
        prompt = self.prompt(question, given)
        while len(prompt) > room and (less := given.less()) is not None:
            given, prompt = less, self.prompt(question, less)
        return given, prompt

    def check_room(
        self, question: Question, instruction: str, prompt_tokens: int, answer_tokens: int
    ) -> None:
        """Raise StudioError where a prompt leaves no room for as long an answer as other arms have."""
        if self.context_tokens is None or prompt_tokens + answer_tokens <= self.context_tokens:
            return
        raise too_long(instruction, self.context_tokens, question.row)

    def example(self, question: Question, given: Given) -> Example:
        """Return question and expected answer as training would read them behind what is given."""
        if not self.objective.CHAT:
            record = Completion(in_text(given, question.text), question.expected)
            return encode_completion(record, self.template, NEVER_CUT, question.row)
        turns = (*in_turns(given, question.messages), Message("assistant", question.expected))
        whole = encode_chat(Conversation(turns), self.template, NEVER_CUT, question.row)
        if hasattr(self.objective, "loss"):
            return whole
        # Where answers were judged or tried, the last one alone is learned of several turns.
        context = len(self.prompt(question, given))
        return replace(whole, labels=(IGNORED,) * context + whole.labels[context:])


@dataclass(frozen=True)
class ArmPaper:
    """`paper` as the arm reads it, its rows empty where no loss is defined for it.

    By row of the user's file: `sources` of what was found, and the `seconds` that looking it up took.
    """

    paper: Paper
    given: Mapping[int, Given]
    seconds: Mapping[int, float]
    reading: ArmReading

    @property
    def sources(self) -> dict[int, tuple[str, ...]]:
        return {row: given.sources for row, given in self.given.items() if given.sources}


def arm_paper(
    arm: str, paper: Paper, reader: Reader, stock: Stock, told: Callable[[int], None] = lambda count: None
) -> ArmPaper:
    """Return the paper of the pair as an arm reads it: the same rows, and the same tokens to be scored.

    `told` is called before each row with how many are done. Raises StudioError where the user's instruction
    leaves no room for an answer.
    """
    given: dict[int, Given] = {}
    seconds: dict[int, float] = {}
    answered = {question.row for question in paper.answered}
    asked: list[Question] = []
    read: list[Asked] = []
    scored: list[tuple[Example, ...]] = []
    worse: dict[int, Example] = {}
    for count, row in enumerate(paper.rows):
        told(count)
        question = paper.questions[row[0].row]
        started = time.monotonic()
        wanted = arm_named(arm).given(question.text, stock)
        seconds[question.row] = time.monotonic() - started
        tokens = max(paper.answer_tokens, sum(example.trained_tokens for example in row))
        given[question.row], prompt = reader.fitting(question, wanted, tokens)
        read.append(Asked(question, wanted, given[question.row], len(prompt)))
        if question.row in answered:
            reader.check_room(question, wanted.instruction, len(prompt), paper.answer_tokens)
            asked.append(replace(question, prompt=tuple(prompt)))
        example = expected_after(question, given[question.row], reader, row)
        scored += [(example,)] if example is not None else []
        other = _worse_after(question, given[question.row], reader, paper)
        worse |= {question.row: other} if other is not None else {}
    if len(scored) < len(paper.rows) or len(worse) < len(paper.worse):
        scored, worse = [], {}
    order = {question.row: place for place, question in enumerate(paper.answered)}
    asked.sort(key=lambda question: order[question.row])
    labelled = tuple(asked) if paper.labels else ()
    own = replace(
        paper, rows=tuple(scored), answered=tuple(asked), labelled=labelled, phrased=(), worse=worse
    )
    return ArmPaper(own, given, seconds, reading_of(read))


def _worse_after(question: Question, given: Given, reader: Reader, paper: Paper) -> Example | None:
    """Return the answer that was not preferred with what is given before it; None where that is no pair, or
    as in `expected_after`."""
    if question.row not in paper.worse:
        return None
    other = replace(question, expected=question.worse)
    return expected_after(other, given, reader, (paper.worse[question.row],))


def too_long(instruction: str, context_tokens: int, row: int) -> StudioError:
    """Return what is raised where an instruction leaves no room before an answer."""
    return StudioError(
        f"Your instruction has {len(instruction):,} letters: with it, the question of row {row:,} and room "
        f"for an answer there is more than the {context_tokens:,} tokens that this model reads.",
        "Shorten the instruction, or empty it and leave out the way that needs it.",
    )


def expected_after(
    question: Question, given: Given, reader: Reader, scored: Sequence[Example]
) -> Example | None:
    """Return the row with what is given before it: learned are the very tokens that the pair is scored on.

    None where the template writes them in another way, or where they lie beyond what the model reads: then
    the losses of this arm would not be of the same thing.
    """
    own = _learned(reader.example(question, Given()))
    wanted = [label for example in scored for label in _learned(example)]
    whole = reader.example(question, given)
    places = [at for at, label in enumerate(whole.labels) if label != IGNORED][-len(own) :][: len(wanted)]
    if own[: len(wanted)] != wanted or [whole.labels[at] for at in places] != wanted:
        return None
    end = places[-1] + 1
    if reader.context_tokens is not None and end > reader.context_tokens:
        return None
    kept = set(places)
    labels = tuple(label if at in kept else IGNORED for at, label in enumerate(whole.labels[:end]))
    return Example(question.row, whole.input_ids[:end], labels)


def _learned(example: Example) -> list[int]:
    return [label for label in example.labels if label != IGNORED]
