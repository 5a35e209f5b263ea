"""The untouched model, asked as it is: the exam's own “before”."""

from studio.evaluation.arms.given import Given, Stock

TITLE = "As it is"
TERM = "zero-shot"
SUMMARY = "The untouched model, asked your questions and nothing else."
MODEL = "base"
NEEDS: tuple[str, ...] = ()
SORTS = True
SOURCE = "arXiv:2005.14165, section 2.4"


def given(question: str, stock: Stock) -> Given:
    """Return what is read with a question: nothing."""
    return Given()
