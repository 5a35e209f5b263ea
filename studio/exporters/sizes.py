"""How large an export will be, foretold before it is made: what the disk must hold, what the screen says.

A kind that is neither its weights in float32 beside a tokenizer nor the rows of the run has a function
`expected_bytes` of its own, of the Amounts and its settings; one that writes more on the way `scratch_bytes`.
"""

from types import ModuleType
from typing import Any

from studio.exporters.job import Amounts

BYTES_A_WEIGHT = 4
CARD_BYTES = 12_000
"""A model card, and how a folder of rows is used."""


def needed_bytes(exporter: ModuleType, amounts: Amounts, settings: Any) -> int:
    """Return about how much room there must be: for the files, and for what lies beside them.

    While they are made that may be something to make them from (`scratch_bytes`), then the packed copy that
    is downloaded.
    """
    files = expected_bytes(exporter, amounts, settings)
    scratch = exporter.scratch_bytes(amounts, settings) if hasattr(exporter, "scratch_bytes") else 0
    return files + max(files, scratch)


def expected_bytes(exporter: ModuleType, amounts: Amounts, settings: Any) -> int:
    """Return about how many bytes the files will take together; `settings` are the exporter's own Config."""
    if hasattr(exporter, "expected_bytes"):
        return exporter.expected_bytes(amounts, settings)
    if not exporter.HAS_WEIGHTS:
        return amounts.rows_bytes + CARD_BYTES
    weights = amounts.trained_parameters if exporter.NEEDS_BASE else amounts.all_parameters
    return BYTES_A_WEIGHT * weights + amounts.tokenizer_bytes + CARD_BYTES
