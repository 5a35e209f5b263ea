"""The command line keeps the contract of DESIGN section 10: documents, exit codes, nothing else on stdout."""

import json

import pytest

from studio.cli import VERBS, main
from studio.core.events import RunQueued
from studio.services import probes
from studio.store.home import Home
from tests.services.conftest import write_table

TRAIN_KEYS = {
    "run",
    "status",
    "steps",
    "loss_first",
    "loss_last",
    "eval_loss_first",
    "eval_loss",
    "tokens_per_second",
    "seconds",
    "peak_memory_bytes",
}
RUN_KEYS = {"run", "name", "status", "step", "steps", "objective", "tuning", "model", "eval_loss"}
RUN_KEYS |= {"queue_position", "starts_in_seconds"}


@pytest.fixture
def call(tmp_path, capsys):
    """Call the command line on one home; give the exit code, the document and what stderr says."""

    def call(*words):
        code = main(["--home", str(tmp_path / "home"), "--json", *map(str, words)])
        said = capsys.readouterr()
        return code, json.loads(said.out), said.err

    return call


@pytest.fixture
def table(tmp_path):
    return write_table(tmp_path / "sums.csv")


@pytest.fixture
def trained(call, table, tiny_model_folder):
    code, document, _ = call(
        "train",
        table,
        "--model",
        tiny_model_folder,
        "--set",
        "steps=6",
        "--set",
        "recipe=quick",
        "--name",
        "Mine",
    )
    assert code == 0
    return document


def test_check_tells_what_is_in_a_file_and_makes_no_home(call, table, tmp_path):
    code, document, _ = call("check", table)
    assert code == 0
    assert document["version"] == 1
    assert (document["verdict"], document["file_type"], document["rows_total"]) == ("accept", "csv", 60)
    assert document["first"] == {"input": "What is 0 plus one?", "output": "It is 1."}
    assert document["rows_kept"] == 60
    assert not (tmp_path / "home").exists()


def test_check_names_the_rows_it_sets_aside(call, tmp_path):
    path = tmp_path / "holes.csv"
    rows = "".join(f"q{number},a{number}\n" for number in range(20))
    path.write_text(f"question,answer\n{rows}lonely,\n")
    code, document, _ = call("check", path)
    assert (code, document["verdict"]) == (0, "note")
    issue = next(issue for issue in document["issues"] if 22 in issue["rows"])
    assert set(issue) == {"check", "severity", "count", "rows", "message", "hint"}
    assert (document["rows_total"], document["rows_kept"]) == (21, 20)


def test_check_refuses_what_is_no_table_in_one_sentence_and_in_the_document(call, tmp_path):
    path = tmp_path / "picture.csv"
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(100))
    code, document, said = call("check", path)
    assert (code, document["verdict"]) == (2, "reject")
    assert document["issues"][0]["message"] in said


@pytest.mark.parametrize(
    "words",
    [
        ("check", "gone.csv"),
        ("train", "gone.csv"),
        ("train", "."),
        ("show", "nothing"),
        ("runs", "--bad"),
        ("runs", "--js"),
        ("fly",),
        (),
    ],
)
def test_a_refusal_is_exit_code_two_and_one_sentence(call, words):
    code, document, said = call(*words)
    assert code == 2
    assert document["error"] in said
    assert "Traceback" not in said


@pytest.mark.parametrize(
    "changes",
    [{"knobs": [1]}, {"knobs": {"steps": [1]}}, {"model": 5}, {"revision": None}, {"tuning": ["lora"]}],
    ids=str,
)
def test_a_description_of_the_wrong_kind_is_refused_by_the_name_of_the_entry(call, table, tmp_path, changes):
    path = tmp_path / "mine.json"
    path.write_text(json.dumps({"version": 1, "dataset": table.name, **changes}))
    code, document, said = call("train", path)
    assert code == 2
    assert "wrong kind" in document["error"]
    assert next(iter(changes)) in document["error"] or "steps" in document["error"]
    assert "Traceback" not in said


def test_our_own_mistake_is_one_document_too_with_its_traceback_on_stderr(call, monkeypatch):
    def broken(call):
        print("a library says something")
        raise ZeroDivisionError("by our own hand")

    monkeypatch.setitem(VERBS, "runs", broken)
    code, document, said = call("runs")
    assert code == 1
    assert "ZeroDivisionError: by our own hand" in document["error"]
    assert "Traceback" in said


def test_an_interrupted_call_is_stopped_and_says_so(call, monkeypatch):
    def interrupted(call):
        raise KeyboardInterrupt

    monkeypatch.setitem(VERBS, "runs", interrupted)
    assert call("runs")[:2] == (3, {"version": 1, "error": "It was stopped.", "hint": ""})


def test_train_has_the_whole_document(call, trained):
    assert trained.keys() >= TRAIN_KEYS
    assert (trained["status"], trained["steps"]) == ("finished", 6)
    assert trained["eval_loss"] < trained["eval_loss_first"]
    assert trained["peak_memory_bytes"] > 0
    code, runs, _ = call("runs")
    assert code == 0
    assert [set(run) for run in runs] == [RUN_KEYS]
    assert (runs[0]["run"], runs[0]["name"], runs[0]["step"]) == (trained["run"], "Mine", 6)


def test_show_has_config_data_set_checkpoints_best_step_and_warnings(call, trained):
    code, document, _ = call("show", trained["run"])
    assert code == 0
    assert document.keys() >= RUN_KEYS | {"config", "dataset", "checkpoints", "best_step", "warnings"}
    assert document["config"]["recipe"] == "quick"
    assert document["config"]["knobs"]["steps"] == 6
    assert document["best_step"] in document["checkpoints"]
    assert document["revision"] == ""
    assert len(document["weights_hash"]) == 64
    assert document["forecast"]["memory_bytes"] > 0
    assert document["peak_memory_bytes"] == trained["peak_memory_bytes"]


def test_a_run_description_is_repeated_to_the_last_bit(call, trained, tmp_path):
    folder = tmp_path / "home" / "runs" / trained["run"]
    code, again, _ = call("train", folder / "config.json")
    assert code == 0
    assert again["run"] != trained["run"]
    weights = "checkpoints/step-000006/weights/tuned.safetensors"
    assert (folder / weights).read_bytes() == (folder.parent / again["run"] / weights).read_bytes()


def test_a_description_can_name_a_file_beside_it(call, table, tiny_model_folder, tmp_path):
    description = {
        "version": 1,
        "dataset": table.name,
        "model": str(tiny_model_folder),
        "knobs": {"steps": 2},
    }
    path = tmp_path / "mine.json"
    path.write_text(json.dumps(description))
    code, document, _ = call("train", path, "--set", "batch_size=2")
    assert (code, document["steps"]) == (0, 2)


def test_an_exam_with_further_arms_has_their_scores_and_costs(call, trained, tmp_path):
    (tmp_path / "notes.txt").write_text("Adding one gives the next number.\n")
    words = ["--arms", "base,tuned", "prompt", "retrieval", "--prompt", "Be brief.", "--document"]
    code, exam, _ = call("exam", trained["run"], *words, tmp_path / "notes.txt")
    assert (code, list(exam["arms"])) == (0, ["base", "prompt", "retrieval", "tuned"])
    assert set(exam["arms"]["prompt"]["loss"]) == {"value", "low", "high"}
    assert set(exam["bake_off"]["costs"]["retrieval"]) == {
        "preparation_seconds", "seconds_per_answer", "peak_memory_bytes", "prompt_tokens",
    }  # fmt: skip
    assert exam["bake_off"]["against_base"]["prompt"]["loss"]["verdict"] == "too_few"
    assert exam["bake_off"]["documents"] == ["notes.txt"]


def test_an_unknown_arm_is_refused_before_anything_is_kept(call, trained, tmp_path):
    (tmp_path / "notes.txt").write_text("Adding one gives the next number.\n")
    code, refused, _ = call(
        "exam", trained["run"], "--arms", "base", "magic", "--document", tmp_path / "notes.txt"
    )
    assert (code, "'magic' is not known" in refused["error"]) == (2, True)
    assert not (tmp_path / "home" / "runs" / trained["run"] / "knowledge").exists()


def test_exam_compare_and_export_have_their_documents(call, trained, tmp_path):
    run = trained["run"]
    code, exam, _ = call("exam", run)
    assert code == 0
    assert (exam["run"], set(exam["arms"])) == (run, {"base", "tuned"})
    assert set(exam["arms"]["base"]["loss"]) == {"value", "low", "high"}
    assert exam["differences"]["loss"]["verdict"] == "too_few"

    code, comparison, _ = call("compare", run, "--ask", "What is 3 plus one?")
    assert (code, comparison["question"]) == (0, "What is 3 plus one?")
    hashes = {who: answer["weights_hash"] for who, answer in comparison["answers"].items()}
    assert hashes == {"base": exam["weights_hashes"]["base"], run: exam["weights_hashes"]["tuned"]}

    code, informed, _ = call("compare", run, "--ask", "What is 3 plus one?", "--with-retrieval")
    assert (code, comparison["sources"]) == (0, [])
    assert set(informed["sources"][0]) == {"title", "place", "text"}
    assert informed["answers"].keys() == comparison["answers"].keys()

    code, export, said = call("export", run, "--as", "adapter", "--to", tmp_path / "out")
    assert (code, "The files will take about" in said) == (0, True)
    assert (export["run"], export["kind"], export["path"]) == (run, "adapter", str(tmp_path / "out"))
    assert set(export["files"][0]) == {"name", "bytes", "sha256"}
    assert export["parity"]["passed"]
    assert sorted(file["name"] for file in export["files"]) == sorted(
        path.name for path in (tmp_path / "out").iterdir()
    )

    code, refused, _ = call("export", run, "--as", "adapter", "--to", tmp_path / "out")
    assert (code, "not an empty folder" in refused["error"]) == (2, True)


def test_a_probe_tells_its_lights_and_its_measurements(call, trained, monkeypatch):
    for name in ("general_texts", "general_instructions"):
        texts = getattr(probes, name)()[:2]
        monkeypatch.setattr(probes, name, lambda texts=texts: texts)
    code, found, _ = call("probe", trained["run"], "--must-work", "Hello?")
    assert (code, found["run"]) == (0, trained["run"])
    assert found["lights"]["texts"]["colour"] == "unknown"
    assert (found["texts"]["items"], set(found["texts"]["ratio"])) == (2, {"value", "low", "high"})
    assert [asked["prompt"] for asked in found["asked"]] == ["Hello?"]


@pytest.mark.parametrize(
    ("words", "named"),
    [
        (["--set", "stpes=3"], "stpes"),
        (["--set", "steps"], "KNOB=VALUE"),
        (["--set", "steps=many"], "steps"),
        (["--set", "recipe=slow"], "slow"),
        (["--map", "input=nothing"], "nothing"),
        (["--tuning", "none"], "none"),
        (["--model", "not a model"], "not a model"),
    ],
)
def test_what_cannot_be_trained_is_refused_and_no_run_is_made(call, table, words, named):
    code, document, _ = call("train", table, *words)
    assert code == 2
    assert named in document["error"]
    assert call("runs")[1] == []


def test_stop_and_resume_of_a_finished_run_are_refused(call, trained):
    for verb in ("stop", "resume"):
        code, document, _ = call(verb, trained["run"])
        assert code == 2
        assert "finished" in document["error"]


def test_a_run_is_renamed_and_deleted_only_with_yes(call, trained):
    run = trained["run"]
    code, document, _ = call("rename", run, "Better")
    assert (code, document["run"], document["name"], document["status"]) == (0, run, "Better", "finished")
    assert call("rename", run, " ")[0] == 2
    code, document, said = call("delete", run)
    assert code == 2
    assert "saved point" in document["error"]
    assert "--yes" in said
    assert [entry["name"] for entry in call("runs")[1]] == ["Better"]
    code, document, _ = call("delete", run, "--yes")
    assert (code, document["run"]) == (0, run)
    assert any("saved point" in line for line in document["deleted"])
    assert call("runs")[:2] == (0, [])


def test_a_run_that_waits_is_paused_and_one_that_is_over_is_not(call, trained, tmp_path):
    code, document, _ = call("pause", trained["run"])
    assert code == 2
    assert "finished; there is nothing to pause" in document["error"]
    Home(tmp_path / "home").runs.folder(trained["run"]).append(RunQueued())
    code, document, _ = call("pause", trained["run"])
    assert (code, document["status"]) == (0, "queued"), "whoever holds the home obeys it"
    assert Home(tmp_path / "home").runs.folder(trained["run"]).requests.pause_asked()


def test_home_and_json_stand_before_or_after_the_verb(tmp_path, capsys):
    for words in (
        ["--json", "--home", str(tmp_path), "runs"],
        ["runs", "--json", "--home", str(tmp_path)],
        ["--home", str(tmp_path), "runs", "--json"],
    ):
        assert main(words) == 0
        assert json.loads(capsys.readouterr().out) == []


def test_the_home_may_be_named_by_the_environment(tmp_path, capsys, monkeypatch):
    monkeypatch.setenv("STUDIO_HOME", str(tmp_path / "named"))
    assert main(["runs"]) == 0
    assert capsys.readouterr().out == "none\n"
    assert (tmp_path / "named" / "runs").is_dir()


def test_without_json_a_person_can_read_it(tmp_path, table, capsys):
    assert main(["check", str(table)]) == 0
    assert "verdict: accept" in capsys.readouterr().out


def test_every_verb_has_its_line_of_help(capsys):
    with pytest.raises(SystemExit):
        main(["--help"])
    shown = " ".join(capsys.readouterr().out.split())
    assert all(f"{name} {verb.__doc__}" in shown for name, verb in VERBS.items())


def test_a_prompt_is_made_of_several_columns_and_the_new_roles_are_known(call, tmp_path):
    path = tmp_path / "tickets.csv"
    lines = (f"Title {n},Body {n},Answer {n},g{n % 3},{'test' if n < 3 else 'train'}\n" for n in range(12))
    path.write_text("title,body,reply,team,part\n" + "".join(lines))
    roles = ("input={title}: {body}", "output=reply", "group=team", "split=part")
    code, document, _ = call("check", path, *(word for role in roles for word in ("--map", role)))
    assert (code, document["rows_kept"]) == (0, 12)
    assert document["first"] == {"input": "Title 0: Body 0", "output": "Answer 0"}
    assert document["mapping"]["group"] == "team"
    code, _, said = call("check", path, "--map", "input={subject}", "--map", "output=reply")
    assert (code, "no column “subject”" in said) == (2, True)


def test_a_data_set_of_the_hub_that_is_no_address_is_refused(call):
    for verb in ("check", "train"):
        code, document, _ = call(verb, "hf:owner")
        assert code == 2
        assert "no data set of the hub" in document["error"]
