"""The size of an export is told before it is made."""

import pytest

from studio.core.errors import StudioError
from studio.core.events import RunStarted
from studio.exporters.sizes import CARD_BYTES
from studio.services import export_sizes
from studio.store.runs import SourceNote
from tests.services.conftest import ROWS, planned

LEARNED, WHOLE = 1_000, 90_000
STARTED = RunStarted("worker", 0, 10, 50, 10, LEARNED, WHOLE, "cpu", "float32", (), "hash")


@pytest.fixture
def folder(closed, table, tiny_model_folder):
    run = closed._home.runs.folder(closed.start(planned(closed, table, tiny_model_folder)))
    run.append(STARTED)
    run.write_source(SourceNote(str(tiny_model_folder), "", "hash", ""))
    return run


def test_weights_take_four_bytes_each_beside_their_tokenizer(closed, folder, tiny_model_folder):
    files = export_sizes.TOKENIZER_FILES
    tokenizer = sum((tiny_model_folder / file).stat().st_size for file in files)
    sizes = closed.export_sizes(folder.id)
    assert sizes["adapter"] == 4 * LEARNED + tokenizer + CARD_BYTES
    assert sizes["merged"] == 4 * WHOLE + tokenizer + CARD_BYTES


def test_a_page_holds_the_whole_model_or_its_base_and_the_adapter(closed, folder, table, tiny_model_folder):
    merged = closed.export_sizes(folder.id)
    assert merged["space"] == merged["merged"]
    dataset = closed.add_dataset(table, table.name)
    config = closed.plan(dataset.id, "balanced", model=str(tiny_model_folder), tuning="prefix")
    apart = closed._home.runs.folder(closed.start(config, "apart"))
    apart.append(STARTED)
    apart.write_source(SourceNote(str(tiny_model_folder), "", "hash", ""))
    sizes = closed.export_sizes(apart.id)
    assert sizes["space"] == sizes["adapter"] + (tiny_model_folder / "model.safetensors").stat().st_size


def test_rows_take_what_the_rows_of_the_run_take(closed, folder):
    kept = folder.records_file.stat().st_size
    assert closed.export_sizes(folder.id)["cluster"] == kept + CARD_BYTES


def test_only_the_rows_that_a_run_uses_are_counted(closed, table, tiny_model_folder):
    run = closed._home.runs.folder(closed.start(planned(closed, table, tiny_model_folder, max_rows=30)))
    run.append(RunStarted("worker", 0, 10, 20, 10, LEARNED, WHOLE, "cpu", "float32", (), "hash"))
    half = run.records_file.stat().st_size * 30 // ROWS
    assert closed.export_sizes(run.id)["cluster"] == half + CARD_BYTES


def test_what_the_run_cannot_be_handed_over_as_has_no_size(closed, table, tiny_model_folder):
    dataset = closed.add_dataset(table, table.name)
    config = closed.plan(dataset.id, "balanced", model=str(tiny_model_folder), tuning="full")
    run = closed._home.runs.folder(closed.start(config))
    run.append(STARTED)
    assert "adapter" not in closed.export_sizes(run.id)
    assert "merged" in closed.export_sizes(run.id)


def test_a_run_whose_rows_are_gone_says_so(closed, folder):
    folder.records_file.unlink()
    with pytest.raises(StudioError, match="rows of this run cannot be read"):
        closed.export_sizes(folder.id)
