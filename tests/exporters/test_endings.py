"""A base that names the end of a text alone, though its chat template ends turns otherwise."""

import json
import shutil

import pytest

from studio.engine.generate import end_tokens
from studio.exporters import onnx
from studio.exporters.publish import export
from tests.exporters.conftest import job_of

TEXT, TURN = "<|endoftext|>", "<|im_end|>"


@pytest.fixture(scope="module")
def untaught(tmp_path_factory, tiny_model_folder):
    """The folder of such a model; it says how words are drawn but draws none, and punishes repetition."""
    folder = tmp_path_factory.mktemp("untaught") / "model"
    shutil.copytree(tiny_model_folder, folder)
    changed(folder / "tokenizer_config.json", eos_token=TEXT)
    from transformers import AutoTokenizer

    end = AutoTokenizer.from_pretrained(folder).eos_token_id
    changed(folder / "config.json", eos_token_id=end)
    said = {"eos_token_id": end, "temperature": 0.9, "top_p": 0.6, "repetition_penalty": 1.3}
    changed(folder / "generation_config.json", **said)
    return folder


def changed(file, **said):
    before = json.loads(file.read_text(encoding="utf-8"))
    file.write_text(json.dumps(before | said), encoding="utf-8")


@pytest.fixture(scope="module")
def run(train_one, untaught):
    return train_one(untaught, tuning="lora")


def ids_of(folder):
    from transformers import AutoTokenizer

    tokenizer = AutoTokenizer.from_pretrained(folder)
    assert tokenizer.eos_token == TEXT
    return tokenizer.convert_tokens_to_ids([TEXT, TURN])


def test_an_answer_ends_where_the_text_or_the_turn_does(untaught):
    from transformers import AutoModelForCausalLM, AutoTokenizer

    model, tokenizer = (kind.from_pretrained(untaught) for kind in (AutoModelForCausalLM, AutoTokenizer))
    assert end_tokens(model, tokenizer) == set(ids_of(untaught))


@pytest.mark.parametrize(("kind", "place"), [("merged", "."), ("space", "model")])
def test_the_whole_model_ends_its_answers_elsewhere_too_and_punishes_no_repetition(
    kind, place, run, tmp_path
):
    from transformers import GenerationConfig

    target = tmp_path / "out"
    made = export(kind, job_of(run), target, progress=lambda *_: None, should_stop=lambda: False)
    assert made.parity.passed
    said = GenerationConfig.from_pretrained(target / place)
    assert said.eos_token_id == sorted(ids_of(target / place))
    assert said.repetition_penalty in (None, 1.0)


def test_the_lines_for_a_graph_know_both_ends(run):
    text, turn = ids_of(run.source.path)
    assert f"if ids[0, -1] in ({text}, {turn}):" in onnx.how_to_load(job_of(run))
