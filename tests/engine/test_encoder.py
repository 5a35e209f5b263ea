"""A small model that reads both ways turns texts into vectors, and only one that lies here is used."""

from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import load_file, save_file
from transformers import AutoConfig, AutoModel, AutoModelForMaskedLM

from studio.core.errors import Refused
from studio.engine import encoder
from studio.engine.encoder import encoder_here, load_encoder
from studio.engine.sources import from_folder
from tests.engine.test_encoders import SIZES, word_tokenizer

TEXTS = ["cat and dog", "one", "six and two and one", ""]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    with torch.random.fork_rng():
        torch.manual_seed(0)
        AutoModelForMaskedLM.from_config(AutoConfig.for_model("bert", **SIZES)).save_pretrained(tmp_path)
    word_tokenizer().save_pretrained(tmp_path)
    return tmp_path


def test_a_vector_is_the_mean_of_the_texts_own_tokens_whoever_stands_beside_it(folder):
    vectors = load_encoder(from_folder(folder))(TEXTS)
    model, tokenizer = AutoModel.from_pretrained(folder).eval(), word_tokenizer()
    for text, vector in zip(TEXTS, vectors, strict=True):
        with torch.no_grad():
            states = model(input_ids=torch.tensor([tokenizer(text)["input_ids"]])).last_hidden_state
        mean = states[0].mean(0)
        np.testing.assert_allclose(vector, (mean / mean.norm()).numpy(), atol=1e-5)


def test_a_long_text_is_read_as_far_as_the_model_reaches(folder):
    embed = load_encoder(from_folder(folder))
    np.testing.assert_allclose(embed(["cat " * 38])[0], embed(["cat " * 90])[0], atol=1e-5)


def test_without_the_model_on_this_machine_there_is_none(tmp_path, monkeypatch):
    monkeypatch.setattr(encoder, "MODEL", str(tmp_path / "nowhere"))
    assert encoder_here() is None


def test_the_model_that_lies_here_is_used(folder, monkeypatch):
    monkeypatch.setattr(encoder, "MODEL", str(folder))
    embed = encoder_here()
    assert embed is not None
    assert embed(TEXTS).shape == (4, 32)


def test_files_that_are_not_whole_are_refused(folder):
    path = folder / "model.safetensors"
    weights = load_file(path)
    del weights["bert.encoder.layer.1.output.dense.weight"]
    save_file(weights, path, metadata={"format": "pt"})
    with pytest.raises(Refused, match="not whole"):
        load_encoder(from_folder(folder))
