"""A base whose files name programs is exported without one of them being looked for."""

import json
import shutil
import sys

import pytest

from studio.exporters.publish import export
from tests.exporters.test_weights import job_of, never, quiet

POISON = {
    "auto_map": {"AutoConfig": "poison.Config", "AutoModelForCausalLM": "poison.Model"},
    "attn_implementation": "someone/evil-kernel",
    "_attn_implementation": "someone/evil-kernel",
    "_attn_implementation_internal": "someone/evil-kernel",
    "experts_implementation": "someone/evil-kernel",
    "use_kernels": True,
    "kernel_config": {"RMSNorm": "someone/evil-kernel:RMSNorm"},
}


@pytest.fixture(scope="module")
def poisoned(tmp_path_factory, tiny_model_folder):
    """The tiny model's folder as somebody with bad intentions would hand it out."""
    folder = shutil.copytree(tiny_model_folder, tmp_path_factory.mktemp("bad") / "model")
    (folder / "poison.py").write_text("raise SystemExit('it ran')\n")
    for name, changes in (
        ("config.json", POISON),
        ("tokenizer_config.json", {"auto_map": {"AutoTokenizer": ["poison.Slow", "poison.Fast"]}}),
    ):
        document = json.loads((folder / name).read_text())
        (folder / name).write_text(json.dumps(document | changes))
    return folder


@pytest.fixture(scope="module")
def poisoned_run(poisoned, train_one):
    return train_one(poisoned, tuning="lora", steps=4, evaluations=1)


@pytest.mark.parametrize("kind", ["adapter", "merged"])
def test_neither_programs_nor_kernels_are_looked_for(kind, poisoned_run, tmp_path, monkeypatch):
    asked_for: list[str] = []

    def get_kernel(*words, **_):
        asked_for.append(str(words))
        raise AssertionError(words)

    monkeypatch.setattr("transformers.integrations.hub_kernels.get_kernel", get_kernel)
    monkeypatch.setattr("transformers.modeling_utils.is_kernels_available", lambda *_, **__: True)
    made = export(kind, job_of(poisoned_run), tmp_path / "out", progress=quiet, should_stop=never)
    assert made.parity.passed
    assert asked_for == []
    assert "poison" not in sys.modules
    for file in (tmp_path / "out").glob("*.json"):
        assert "evil-kernel" not in file.read_text(encoding="utf-8"), file.name
        assert "poison" not in file.read_text(encoding="utf-8"), file.name
