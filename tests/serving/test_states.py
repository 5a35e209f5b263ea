"""A model that keeps a running state is refused before it is loaded: it would end all answers under way."""

import pytest
from transformers import AutoConfig

from studio.core.errors import Refused
from studio.engine.served import keeps_a_state
from studio.serving.cast import cast
from studio.store.home import Home
from tests.engine.conftest import FAMILIES

SIZES = {"hidden_size": 32, "num_hidden_layers": 2, "num_attention_heads": 4}


@pytest.mark.parametrize("family", [*FAMILIES, "gemma3_text", "phi3", "qwen2"])
def test_what_keeps_keys_and_values_alone_is_served(family):
    assert not keeps_a_state(AutoConfig.for_model(family, **FAMILIES.get(family, SIZES)))


def test_what_keeps_a_state_is_not_and_says_why(runs, monkeypatch):
    mixed = AutoConfig.for_model("lfm2", **SIZES, layer_types=["conv", "full_attention"])
    assert keeps_a_state(mixed)
    monkeypatch.setattr("studio.engine.models.read_model_config", lambda source: mixed)
    with pytest.raises(Refused, match="is a lfm2 model, which keeps a running state"):
        cast(Home(runs.home), (runs.first,), with_documents=False, tell=lambda line: None)
