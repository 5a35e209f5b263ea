"""What a cluster is handed: the same run, told without a word of this machine, that the studio can start."""

import json
from dataclasses import replace

import pytest

from studio.cli import main
from studio.core.config import RunConfig, read_config
from studio.core.events import StepLogged
from studio.core.records import Message, Preference, Rated
from studio.data.formats import preference, rated
from studio.data.tables import SourceRow
from studio.engine.sources import ModelSource
from studio.exporters.cluster import as_it_is_written, describe
from studio.exporters.publish import export
from studio.store.home import Home
from tests.exporters.conftest import job_of

BEFORE = (Message("user", "Who barks?"), Message("assistant", "A dog."))


def export_cluster(run, target):
    job = job_of(run)
    return export("cluster", job, target, progress=lambda *_: None, should_stop=lambda: False)


@pytest.mark.parametrize(
    ("model", "named"),
    [
        ("starter", "starter"),
        ("HuggingFaceTB/SmolLM2-135M", "HuggingFaceTB/SmolLM2-135M"),
        ("/home/ann/models/mine", "mine"),
        ("/home/ann/models/mine.gguf", "mine.gguf"),
        ("C:\\Users\\Ann\\mine", "mine"),
    ],
)
def test_a_model_has_the_name_that_it_has_anywhere(tmp_path, model, named):
    source = ModelSource(model, tmp_path, "abc", "hash", "")
    config = RunConfig("d", "v", model=model, objective="distillation", knobs={"teacher": model, "rank": 4})
    told = describe(config, source)
    assert (told.model, told.knobs["teacher"], told.revision) == (named, named, "abc")
    assert (told.dataset, told.dataset_version, told.knobs["rank"]) == ("rows.jsonl", "", 4)


def test_the_readme_names_the_command_and_where_the_model_is_from(lora_run, tmp_path):
    made = export_cluster(lora_run, tmp_path / "cluster")
    assert sorted(file.name for file in made.files) == ["README.md", "rows.jsonl", "run.json"]
    text = (tmp_path / "cluster" / "README.md").read_text()
    assert ".venv/bin/torchrun --nproc_per_node 2 -m studio --home EXPORT/home train EXPORT/run.json" in text
    assert f"add `--model /where/it/is/{lora_run.source.path.name}`" in text


def test_rows_are_in_the_order_of_the_file_with_their_part(lora_run, tmp_path):
    export_cluster(lora_run, tmp_path / "cluster")
    rows = [json.loads(line) for line in (tmp_path / "cluster" / "rows.jsonl").read_text().splitlines()]
    parts = {each.row: "train" for each in lora_run.training} | {
        each.row: "test" for each in lora_run.held_out
    }
    assert [row["split"] for row in rows] == [parts[row] for row in sorted(parts)]
    assert rows[0].keys() == {"prompt", "completion", "split"}


@pytest.mark.parametrize("objective", ["chat", "simpo", "kto"])
def test_the_studio_trains_what_was_handed_over_on_the_same_rows(
    objective, lora_run, train_one, tmp_path, tiny_model_folder, capsys
):
    """The losses are those of the first run: the same rows in each step, and the same ones held back."""
    short = {"epochs": 1.0, "evaluations": 1}
    run = lora_run if objective == "chat" else train_one(tuning="lora", objective=objective, **short)
    export_cluster(run, tmp_path / "cluster")
    home = tmp_path / "home"
    description = tmp_path / "cluster" / "run.json"
    words = ["--home", str(home), "train", str(description), "--model", str(tiny_model_folder)]
    assert main(words) == 0, capsys.readouterr().err
    (folder,) = Home(home).runs.all()
    logged = [each.event for each in folder.read()[0] if isinstance(each.event, StepLogged)]
    before = [event for event in run.events if isinstance(event, StepLogged)]
    assert [event.loss for event in logged] == pytest.approx([event.loss for event in before], abs=1e-5)
    again = read_config(json.loads((folder.path / "config.json").read_text()))
    assert replace(again, dataset="", dataset_version="", model="").knobs == {
        **run.config.knobs,
        **{name: value for name, value in again.knobs.items() if name not in run.config.knobs},
    }


@pytest.mark.parametrize(
    "record",
    [
        Preference("And who purrs?", "A cat.", "A car.", BEFORE),
        Rated("And who purrs?", "A car.", False, BEFORE),
    ],
)
def test_a_judged_answer_with_turns_before_it_is_read_as_it_was(record):
    document = as_it_is_written(record)
    kind = preference if isinstance(record, Preference) else rated
    found = kind.recognises(list(document), [SourceRow(1, document)])
    assert kind.to_record(document, found.mapping) == record
