"""A reward model is handed over whole: elsewhere its files give the same answers the same rewards."""

import pytest
from safetensors.torch import load_file, save_file

from studio.core.errors import StudioError
from studio.data.templates import ChatTemplate
from studio.exporters import merged
from studio.exporters.judging import as_a_stranger_reads, judged
from studio.exporters.publish import export
from tests.exporters.conftest import job_of


@pytest.fixture(scope="module")
def reward_run(train_one):
    return train_one(tuning="lora", objective="reward", epochs=1.0)


def publish(kind, run, target):
    return export(kind, job_of(run), target, progress=lambda *_: None, should_stop=lambda: False)


def test_the_adapter_gives_the_same_rewards_beside_its_base(reward_run, tmp_path):
    made = publish("adapter", reward_run, tmp_path / "adapter")
    assert made.parity.passed
    assert made.parity.prompts == 4


def test_the_whole_model_judges_as_its_card_shows(reward_run, tmp_path, monkeypatch):
    made = publish("merged", reward_run, tmp_path / "merged")
    assert made.parity.passed
    monkeypatch.chdir(tmp_path / "merged")
    card = (tmp_path / "merged" / "README.md").read_text()
    assert "and judged 4 answers" in card
    names = {}
    exec(card.split("```python\n")[1].split("```")[0], names)
    assert names["reward"] != 0


def test_both_answers_of_a_pair_are_judged_and_read_elsewhere_as_here(reward_run, tiny_tokenizer):
    asked = judged(reward_run.training, ChatTemplate(tiny_tokenizer), max_length=128)
    pair = reward_run.training[0].record
    assert [each.expected for each in asked[:2]] == [pair.chosen, pair.rejected]
    for each in asked:
        assert as_a_stranger_reads(each, tiny_tokenizer, max_length=128) == each.prompt


def test_files_that_judge_otherwise_are_not_published(reward_run, tmp_path, monkeypatch):
    write = merged.write

    def damaged(model, job, folder):
        write(model, job, folder)
        tensors = load_file(folder / "model.safetensors")
        tensors["score.weight"] += 0.1
        save_file(tensors, folder / "model.safetensors", metadata={"format": "pt"})

    monkeypatch.setattr(merged, "write", damaged)
    with pytest.raises(StudioError, match="do not answer as the model in the studio does"):
        publish("merged", reward_run, tmp_path / "merged")
