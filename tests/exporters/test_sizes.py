"""What is foretold of a size holds for the files that come of it."""

import json
from dataclasses import asdict

import pytest

from studio.exporters import EXPORTERS
from studio.exporters.job import Amounts
from studio.exporters.publish import export
from studio.exporters.sizes import CARD_BYTES, expected_bytes
from tests.exporters.conftest import job_of

KINDS = ("adapter", "merged", "predictions", "code", "cluster")


def bytes_of(rows) -> int:
    return sum(len(json.dumps(asdict(row))) for row in rows)


@pytest.mark.parametrize("kind", [*KINDS, pytest.param("onnx", marks=pytest.mark.slow)])
def test_the_files_take_about_what_was_foretold(kind, lora_run, tmp_path, tiny_model, tiny_model_folder):
    started = lora_run.events[0]
    held_out = bytes_of(lora_run.held_out)
    names = ("tokenizer.json", "tokenizer_config.json", "chat_template.jinja")
    amounts = Amounts(
        trained_parameters=started.trainable_parameters,
        all_parameters=tiny_model.num_parameters(),
        tokenizer_bytes=sum((tiny_model_folder / name).stat().st_size for name in names),
        rows_bytes=held_out + bytes_of(lora_run.training),
        held_out_rows_bytes=held_out,
    )
    made = export(
        kind, job_of(lora_run), tmp_path / "out", progress=lambda *_: None, should_stop=lambda: False
    )
    taken = sum(file.bytes for file in made.files)
    assert taken == pytest.approx(expected_bytes(EXPORTERS[kind], amounts, None), rel=0.3, abs=CARD_BYTES)
