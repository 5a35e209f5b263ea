"""What the files of an export say of how an answer is made: as in the exam, as far as they can say it."""

from collections.abc import Sequence

from transformers import PreTrainedModel

ONLY_DRAWN = ("temperature", "top_k", "top_p", "min_p", "top_h", "typical_p", "epsilon_cutoff", "eta_cutoff")
"""What transformers refuses to save beside answers that are not drawn; some bases have it."""


def as_examined(model: PreTrainedModel, ends: Sequence[int]) -> None:
    """Let whoever loads the model end answers where the studio does, and punish no repetition either.

    How the base draws words, where it does, stays as its makers chose it.
    """
    said = model.generation_config
    said.eos_token_id = list(ends) if len(ends) > 1 else ends[0]
    said.repetition_penalty = None
    if not said.do_sample:
        for name in ONLY_DRAWN:
            setattr(said, name, None)
