"""Texts as vectors, by a small model that reads both ways: to look things up by what they mean."""

from collections.abc import Callable, Sequence
from functools import partial

import numpy as np
import torch
from transformers import AutoModel, PreTrainedModel, PreTrainedTokenizerBase

from studio.core.errors import Refused
from studio.engine.families import reads_both_ways
from studio.engine.models import context_tokens, load_tokenizer, read_model_config
from studio.engine.sources import ModelSource, source_here

Embed = Callable[[Sequence[str]], np.ndarray]
"""Gives texts as vectors of length 1, `(texts, width)`."""
MODEL = "sentence-transformers/all-MiniLM-L6-v2"
"""22 million weights, made to compare texts. Nothing is fetched: it is used where it was fetched before."""
TEXTS_AT_ONCE = 32


def encoder_here() -> Embed | None:
    """Return the encoder where its files lie on this machine; None else. Touches no network."""
    source = source_here(MODEL)
    return load_encoder(source) if source is not None else None


def load_encoder(source: ModelSource) -> Embed:
    """Return what turns texts into vectors. Raises Refused where the files cannot be read safely."""
    config = read_model_config(source)
    assert reads_both_ways(config)
    model, report = AutoModel.from_pretrained(
        source.path,
        config=config,
        dtype=torch.float32,
        use_safetensors=True,
        trust_remote_code=False,
        local_files_only=True,
        output_loading_info=True,
    )
    # The pooler is not used, so that files without one will do.
    if wrong := sorted(name for name in report["missing_keys"] if not name.startswith("pooler.")):
        raise Refused(f"The weights of {source.id} are not whole: {wrong[0]} is missing.", "Fetch it again.")
    return partial(_embedded, model.eval(), load_tokenizer(source))


@torch.inference_mode()
def _embedded(model: PreTrainedModel, tokenizer: PreTrainedTokenizerBase, texts: Sequence[str]) -> np.ndarray:
    """Return the mean of each text's last hidden states, of length 1. Source: arXiv:1908.10084, section 3."""
    found = []
    for at in range(0, len(texts), TEXTS_AT_ONCE):
        read = tokenizer(
            list(texts[at : at + TEXTS_AT_ONCE]),
            padding=True,
            truncation=True,
            max_length=context_tokens(model.config),
            return_tensors="pt",
        )
        mask = read["attention_mask"][..., None].float()  # (texts, tokens, 1)
        states = model(input_ids=read["input_ids"], attention_mask=read["attention_mask"]).last_hidden_state
        means = (states * mask).sum(1) / mask.sum(1).clamp(min=1)
        found.append(torch.nn.functional.normalize(means, dim=-1).numpy())
    return np.concatenate(found)
