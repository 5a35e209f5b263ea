"""How large an export will be, foretold before it is made: what the disk must hold, what the screen says.

A kind that is neither its weights in float32 beside a tokenizer nor the rows of the run has a function
`expected_bytes` of its own, of the Amounts and its settings.
"""

from types import ModuleType
from typing import Any

from studio.exporters.job import Amounts

BYTES_A_WEIGHT = 4
CARD_BYTES = 12_000
"""A model card, and how a folder of rows is used."""


def expected_bytes(exporter: ModuleType, amounts: Amounts, settings: Any) -> int:
    """Return about how many bytes the files will take together; `settings` are the exporter's own Config."""
    if hasattr(exporter, "expected_bytes"):
        return exporter.expected_bytes(amounts, settings)
    if not exporter.HAS_WEIGHTS:
        return amounts.rows_bytes + CARD_BYTES
    weights = amounts.trained_parameters if exporter.NEEDS_BASE else amounts.all_parameters
    return BYTES_A_WEIGHT * weights + amounts.tokenizer_bytes + CARD_BYTES
