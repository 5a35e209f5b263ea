"""Kinds of models: which write texts and which only read them. Importable without torch."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from transformers import PreTrainedConfig

ENCODERS = frozenset(("bert", "distilbert", "roberta", "xlm-roberta", "electra"))
"""They read a text in both directions at once (arXiv:1810.04805): fit to sort texts, not to write them."""

COUNTS_FROM_PADDING = frozenset(("roberta", "xlm-roberta"))
"""Their positions begin behind the number of the padding token: of 514 only 512 can be used."""


def reads_both_ways(config: "PreTrainedConfig") -> bool:
    """Return whether the model is an encoder."""
    return config.model_type in ENCODERS
