"""llama.cpp opens what was written, cuts text alike and says the same; what it cannot open is told."""

import pytest
import torch
from transformers import AutoModelForCausalLM

from studio.core.errors import StudioError
from studio.exporters import parity
from studio.exporters.llama import native, rounding
from studio.exporters.llama.vocabulary import vocabulary_of
from studio.exporters.llama.writing import write_file
from tests.exporters.conftest import job_of
from tests.exporters.llama.conftest import TEXTS


@pytest.fixture(scope="module")
def model(llama_folder):
    return AutoModelForCausalLM.from_pretrained(llama_folder, dtype=torch.float32)


@pytest.fixture(scope="module")
def file(model, byte_pairs, llama_run, tmp_path_factory):
    """The small model itself, in 16 bits."""
    path = tmp_path_factory.mktemp("native") / "small.gguf"
    words = vocabulary_of(byte_pairs, len(byte_pairs))
    write_file(model, byte_pairs, words, job_of(llama_run), path, form="f16")
    return path


def go_on():
    pass


def asked_of(tokenizer, *texts):
    return [(text, tokenizer.encode(text)) for text in texts]


def test_text_is_cut_alike_and_the_same_chances_are_given_to_what_comes_next(file, model, byte_pairs):
    asked = asked_of(byte_pairs, *TEXTS, "<|im_start|>user\nWhy?<|im_end|>\n")
    ours = parity.answers(model, [ids for _, ids in asked], ends=[2], should_stop=lambda: False)
    found = native.read(file, asked, ours, begin=True, go_on=go_on)
    assert found.tokens == [tuple(ids) for _, ids in asked]
    assert [each.shape for each in found.logits] == [each.logits.shape for each in ours]
    torch.testing.assert_close(found.logits[0], ours[0].logits, atol=0.05, rtol=0.01)
    assert rounding.heard(ours, found.logits).within


def test_its_own_forms_are_rounded_by_itself(file, byte_pairs, tmp_path):
    native.quantise(file, tmp_path / "small.gguf", "q4_k_m", go_on)
    assert (tmp_path / "small.gguf").stat().st_size < file.stat().st_size


def test_what_it_cannot_take_is_told_in_words(byte_pairs, tmp_path):
    (tmp_path / "no.gguf").write_bytes(b"GGUF and then nothing")
    ours = [parity.Answered((1,), torch.zeros(1, 3))]
    with pytest.raises(StudioError, match=r"does not take the file: .*no\.gguf"):
        native.read(tmp_path / "no.gguf", asked_of(byte_pairs, "a"), ours, begin=True, go_on=go_on)
    with pytest.raises(StudioError, match="does not take the file"):
        native.quantise(tmp_path / "no.gguf", tmp_path / "out.gguf", "q6_k", go_on)


def test_a_process_that_it_ends_is_told_and_not_ours(tmp_path, monkeypatch):
    (tmp_path / "ends.py").write_text("import os\nprint('x', file=__import__('sys').stderr)\nos.abort()\n")
    monkeypatch.setattr(native, "APART", tmp_path / "ends.py")
    with pytest.raises(StudioError, match="does not take the file: x"):
        native.quantise(tmp_path / "a", tmp_path / "b", "q6_k", go_on)


def test_a_stop_ends_its_process_at_once(tmp_path, monkeypatch):
    class Stopped(Exception):
        pass

    def stop():
        raise Stopped

    (tmp_path / "slow.py").write_text("import time\ntime.sleep(600)\n")
    monkeypatch.setattr(native, "APART", tmp_path / "slow.py")
    with pytest.raises(Stopped):
        native.quantise(tmp_path / "a", tmp_path / "b", "q6_k", stop)


def test_its_process_is_told_no_secret_of_this_machine(tmp_path, monkeypatch):
    monkeypatch.setenv("HF_TOKEN", "canary")
    (tmp_path / "tells.py").write_text("import json, os\nprint(json.dumps(dict(os.environ)))\n")
    monkeypatch.setattr(native, "APART", tmp_path / "tells.py")
    assert "canary" not in native._done({}, go_on).values()
