"""The tuned model, asked as it learned: the exam's own “after”."""

from studio.evaluation.arms.given import Given, Stock

TITLE = "Tuned"
TERM = "fine-tuned"
SUMMARY = "The model you trained, asked your questions and nothing else."
MODEL = "tuned"
NEEDS: tuple[str, ...] = ()
SORTS = True
SOURCE = "arXiv:2106.09685"


def given(question: str, stock: Stock) -> Given:
    """Return what is read with a question: nothing."""
    return Given()
