"""The exported script runs on its own, and repeats what the studio measured."""

import ast
import json
import re
import runpy
import subprocess
import sys
from dataclasses import asdict, replace

import pytest
from safetensors.torch import load_file
from transformers import AutoModelForSequenceClassification

from studio.core.config import RunConfig
from studio.core.errors import Refused
from studio.core.examples import IGNORED
from studio.core.records import Completion, Conversation, Message, Text
from studio.data.packing import windows
from studio.data.templates import ChatTemplate
from studio.engine.objectives import OBJECTIVES, chat, completion, text
from studio.exporters import code
from studio.exporters.code import SCRIPT
from studio.exporters.publish import export
from tests.exporters.conftest import job_of

ONLY = {"argparse", "json", "math", "random", "pathlib", "torch", "transformers", "peft"}


def quiet(*_):
    pass


def export_code(run, target):
    job = job_of(run)
    return export("code", job, target, progress=quiet, should_stop=lambda: False)


def printed_losses(output):
    return [float(found) for found in re.findall(r"held-out loss (\d+\.\d+)", output)]


@pytest.fixture
def run_script(tiny_model_folder, monkeypatch, capsys):
    """Run the script in this process, which has the libraries loaded, and return the losses it prints."""

    def run(folder):
        arguments = ["train.py", "--base", str(tiny_model_folder), "--out", str(folder / "result")]
        monkeypatch.setattr(sys, "argv", arguments)
        runpy.run_path(str(folder / "code" / "train.py"), run_name="__main__")
        return printed_losses(capsys.readouterr().out)

    return run


@pytest.mark.slow
def test_the_script_runs_in_a_process_of_its_own(lora_run, tmp_path, tiny_model_folder):
    exported = export_code(lora_run, tmp_path / "code")
    assert exported.parity is None
    command = [sys.executable, "-I", "train.py", "--base", str(tiny_model_folder), "--out", "result"]
    done = subprocess.run(
        command, cwd=tmp_path / "code", capture_output=True, text=True, timeout=300, check=True
    )
    assert printed_losses(done.stdout) == pytest.approx(lora_run.held_out_losses(), abs=0.02)
    assert (tmp_path / "code" / "result" / "adapter_model.safetensors").exists()


@pytest.mark.parametrize(
    ("kind", "saved", "tolerance"),
    [("lora_run", "adapter_model.safetensors", 0.02), ("full_run", "model.safetensors", 2e-4)],
)
def test_the_script_repeats_the_run(kind, saved, tolerance, request, tmp_path, run_script):
    """LoRA's frozen base may stand in 16 bits in the studio; the script computes in 32."""
    run = request.getfixturevalue(kind)
    export_code(run, tmp_path / "code")
    measured = run.held_out_losses()
    assert measured[-1] < measured[0]
    assert run_script(tmp_path) == pytest.approx(measured, abs=tolerance)
    assert (tmp_path / "result" / saved).exists()


def test_the_script_repeats_a_run_on_plain_prompts(train_one, tmp_path, run_script):
    run = train_one(tuning="full", objective="completion", learning_rate=1e-3)
    export_code(run, tmp_path / "code")
    assert run_script(tmp_path) == pytest.approx(run.held_out_losses(), abs=2e-4)


def test_the_script_repeats_a_run_on_documents(train_one, tmp_path, run_script):
    run = train_one(tuning="full", objective="text", learning_rate=1e-3)
    export_code(run, tmp_path / "code")
    assert run_script(tmp_path) == pytest.approx(run.held_out_losses(), abs=2e-4)


@pytest.mark.parametrize("tuning", ["lora", "full"])
def test_the_script_learns_to_sort_and_leaves_what_transformers_and_peft_load(
    tuning, train_one, tmp_path, run_script, tiny_model_folder
):
    run = train_one(tuning=tuning, objective="classification", learning_rate=5e-3)
    export_code(run, tmp_path / "code")
    losses = run_script(tmp_path)
    assert len(losses) == len(run.held_out_losses())
    if tuning == "full":  # in 32 bits the same seed draws the same head
        assert losses == pytest.approx(run.held_out_losses(), abs=2e-3)
        sorts = AutoModelForSequenceClassification.from_pretrained(tmp_path / "result")
        assert sorts.config.id2label == {0: "other", 1: "what"}
    else:
        saved = load_file(tmp_path / "result" / "adapter_model.safetensors")
        assert any(name.endswith("score.weight") for name in saved)


def test_the_script_cuts_documents_into_the_windows_of_the_studio(tiny_tokenizer):
    script = runpy.run_path(str(SCRIPT))
    document = {"text": "A text of some words, longer than a window."}
    whole = text.encode(Text(document["text"]), ChatTemplate(tiny_tokenizer), max_length=512, row=1)
    script["tokenise"].__globals__["MAX_LENGTH"] = 16
    found = script["tokenise"](tiny_tokenizer, document)
    assert [tuple(ids[0].tolist()) for ids, _ in found] == [each.input_ids for each in windows(whole, 16)]
    assert script["learned_tokens"](found) == whole.trained_tokens


def test_the_rows_of_the_run_are_beside_the_script_in_their_order(lora_run, tmp_path):
    export_code(lora_run, tmp_path / "code")
    lines = (tmp_path / "code" / "train.jsonl").read_text().splitlines()
    asked = [json.loads(line)["messages"][0]["content"] for line in lines]
    assert asked == [row.record.prompt for row in lora_run.training]
    held_out = (tmp_path / "code" / "held_out.jsonl").read_text().splitlines()
    assert len(held_out) == len(lora_run.held_out)


def test_the_script_needs_nothing_but_torch_transformers_and_peft(lora_run, tmp_path):
    export_code(lora_run, tmp_path / "code")
    tree = ast.parse((tmp_path / "code" / "train.py").read_text())
    imported = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    imported |= {node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    assert {name.split(".")[0] for name in imported} == ONLY


def test_every_setting_of_the_run_stands_at_the_top_of_the_script(lora_run, tmp_path):
    export_code(lora_run, tmp_path / "code")
    written = (tmp_path / "code" / "train.py").read_text()
    top = written.split("# --- settings of this run ---\n")[1].split("# --- end of settings ---")[0]
    settings: dict = {}
    exec(top, settings)  # our own script
    knobs = lora_run.config.knobs
    assert (settings["RANK"], settings["ALPHA"], settings["DROPOUT"]) == (4, 8.0, 0.0)
    assert (settings["LEARNING_RATE"], settings["SCHEDULE"]) == (knobs["learning_rate"], knobs["schedule"])
    assert (settings["EPOCHS"], settings["STEPS"], settings["BATCH_SIZE"]) == (3.0, 0, 4)
    assert (settings["EVALUATIONS"], settings["SEED"]) == (3, 7)


def test_a_method_without_a_script_is_refused(lora_run, tmp_path):
    other = replace(lora_run, config=RunConfig("d", "v", tuning="prefix"))
    with pytest.raises(Refused, match="no script"):
        export_code(other, tmp_path / "code")
    assert not (tmp_path / "code").exists()


def test_the_script_reads_rows_token_by_token_as_the_studio_does(tiny_tokenizer):
    script = runpy.run_path(str(SCRIPT))
    template = ChatTemplate(tiny_tokenizer)
    turns = (
        Message("system", "Be brief."), Message("user", "A?"), Message("assistant", " a\n"),
        Message("user", "B?"), Message("assistant", "b"),
    )  # fmt: skip
    rows = (
        (chat, Conversation(turns), {"messages": [asdict(turn) for turn in turns]}),
        (completion, Completion("Once", "upon"), {"prompt": "Once", "completion": "upon"}),
        (completion, Completion("Once ", "upon"), {"prompt": "Once ", "completion": "upon"}),
    )
    for objective, record, document in rows:
        example = objective.encode(record, template, max_length=512, row=1)
        (pair,) = script["tokenise"](tiny_tokenizer, document)
        ids, labels = (tuple(found[0].tolist()) for found in pair)
        assert ids == example.input_ids[: len(ids)]
        assert labels == example.labels[: len(ids)]
        assert set(example.labels[len(ids) :]) <= {IGNORED}


@pytest.mark.parametrize("objective", ["dpo", "kto", "orpo", "simpo", "reward"])
def test_a_run_that_learned_from_preferences_is_refused_by_what_it_learned(objective):
    assert OBJECTIVES[objective].TITLE in code.refusal(RunConfig("d", "1", objective=objective))


@pytest.mark.parametrize("name", ["base_kl", "replay_percent"])
def test_a_run_that_was_kept_from_forgetting_is_refused_by_the_name_of_the_setting(name):
    assert name in code.refusal(RunConfig("d", "1", knobs={name: 0.5}))
    assert code.refusal(RunConfig("d", "1", knobs={name: 0.0})) == ""
