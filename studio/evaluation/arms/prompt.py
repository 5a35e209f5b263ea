"""The untouched model with an instruction that the user wrote, as a system message."""

from studio.evaluation.arms.given import Given, Stock

TITLE = "With your instructions"
TERM = "prompting"
SUMMARY = "The untouched model is told in your own words how to answer."
MODEL = "base"
NEEDS: tuple[str, ...] = ("prompt",)
SORTS = True
SOURCE = "arXiv:2109.01652"


def given(question: str, stock: Stock) -> Given:
    """Return what is read with a question: the user's instruction."""
    return Given(instruction=stock.instruction)
