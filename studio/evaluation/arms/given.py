"""What an arm gives a model to read with a question: an instruction, solved examples, passages."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from studio.core.records import Completion, Message
from studio.retrieval.passages import Passage

GIVEN_TOKENS = 1024
"""Examples and passages may lengthen a prompt by so much: small models lose the question behind more."""
PASSAGES_FIRST = "These passages were looked up. Use what answers the question, and pass over the rest."


@dataclass(frozen=True, slots=True)
class Given:
    """`shots` and `passages` stand with the most alike first; `shots` are training rows."""

    instruction: str = ""
    shots: tuple[Completion, ...] = ()
    passages: tuple[Passage, ...] = ()

    @property
    def sources(self) -> tuple[str, ...]:
        """Name what was looked up, for people."""
        return tuple(passage.source for passage in self.passages)

    def less(self) -> "Given | None":
        """Return the same without the least alike of what was looked up; None where nothing is left."""
        if self.passages:
            return replace(self, passages=self.passages[:-1])
        if self.shots:
            return replace(self, shots=self.shots[:-1])
        return None


NOTHING = Given()


@dataclass(frozen=True)
class Stock:
    """What arms draw on. `shots(question)` and `passages(question)` give the most alike first."""

    instruction: str = ""
    shots: Callable[[str], Sequence[Completion]] = lambda question: ()
    passages: Callable[[str], Sequence[Passage]] = lambda question: ()


def in_turns(given: Given, turns: Sequence[Message]) -> tuple[Message, ...]:
    """Return the turns before an answer with what is given: instruction first, passages at the last question.

    The record's own system message stays, behind the instruction; the most alike example stands last.
    """
    own = [turn.content for turn in turns if turn.role == "system"]
    said = "\n\n".join(filter(None, (given.instruction.strip(), *own)))
    system = (Message("system", said),) if said else ()
    shots = [
        message
        for shot in reversed(given.shots)
        for message in (Message("user", shot.prompt), Message("assistant", shot.completion))
    ]
    asked = [turn for turn in turns if turn.role != "system"]
    if given.passages and asked:
        asked[-1] = replace(asked[-1], content=before_question(given.passages, asked[-1].content))
    return (*system, *shots, *asked)


def in_text(given: Given, prompt: str) -> str:
    """Return a plain prompt, which knows no turns, with everything given before it."""
    shots = [f"{shot.prompt}\n{shot.completion}" for shot in reversed(given.shots)]
    asked = before_question(given.passages, prompt) if given.passages else prompt
    return "\n\n".join(filter(None, (given.instruction.strip(), *shots, asked)))


def before_question(passages: Sequence[Passage], question: str) -> str:
    """Return a question with numbered passages and where each comes from before it."""
    told = [
        f"[{number}] {passage.source}\n{passage.text}" for number, passage in enumerate(passages, start=1)
    ]
    return "\n\n".join((PASSAGES_FIRST, *told, question))
