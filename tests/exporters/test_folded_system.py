"""Where a chat template takes no system message, exports are asked with it before the first question."""

import runpy
import shutil
from dataclasses import replace

import pytest

from studio.core.records import Conversation, Message, SourcedRecord
from studio.exporters.publish import export
from tests.exporters.conftest import job_of

NO_SYSTEM = (
    "{% if messages[0]['role'] == 'system' %}{{ raise_exception('No system message here') }}{% endif %}"
    "{% for message in messages %}{{ '<|im_start|>' + message['role'] + '\n' + message['content'] "
    "+ '<|im_end|>' + '\n' }}{% endfor %}"
    "{% if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}{% endif %}"
)


@pytest.fixture(params=["Be brief.", "Tell all."])
def job(request, train_one, tmp_path, tiny_model_folder):
    folder = tmp_path / "model"
    shutil.copytree(tiny_model_folder, folder)
    (folder / "chat_template.jinja").write_text(NO_SYSTEM)
    told = job_of(train_one(folder, tuning="lora", steps=2, evaluations=1))
    rows = [
        SourcedRecord(number, Conversation((Message("system", said), *asked)))
        for number, said in enumerate(("Be brief.", request.param), start=1)
        for asked in [(Message("user", f"Why {number}?"), Message("assistant", "So."))]
    ]
    return replace(told, training=rows[:1], held_out=rows[1:])


def test_the_exported_files_are_asked_as_the_model_was(job, tmp_path):
    made = export("space", job, tmp_path / "out", progress=lambda *_: None, should_stop=lambda: False)
    assert made.parity.passed
    app = runpy.run_path(str(tmp_path / "out" / "app.py"))
    alike = len({each.record.messages[0] for each in (*job.training, *job.held_out)}) == 1
    assert (app["SYSTEM"], app["FOLDED"]) == ("Be brief." if alike else "", True)
