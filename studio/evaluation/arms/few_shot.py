"""The untouched model with solved examples before the question, the training rows most like it."""

from studio.evaluation.arms.given import Given, Stock

TITLE = "With examples in the prompt"
TERM = "few-shot"
SUMMARY = (
    "The untouched model reads your instructions, where you wrote some, and the training rows that are most "
    "like the question before it answers."
)
MODEL = "base"
NEEDS: tuple[str, ...] = ("rows",)
SORTS = True
SOURCE = "arXiv:2005.14165; picked by likeness: arXiv:2101.06804"


def given(question: str, stock: Stock) -> Given:
    """Return what is read with a question: its examples, and the instruction where there is one."""
    return Given(instruction=stock.instruction, shots=tuple(stock.shots(question)))
