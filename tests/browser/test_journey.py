"""One whole journey on the starter model: sample, recipe, training, proof, download."""

import zipfile
from pathlib import Path

from playwright.sync_api import Page, expect

from tests.browser.conftest import Server, picture
from tests.browser.journey import (
    TRAINING_MS,
    at_step,
    choose_method,
    open_studio,
    start_training,
    take_sample,
    unfold,
    wait_for_head,
    wait_for_points,
)


def test_a_sample_becomes_a_proven_model_on_the_visitors_disk(
    page: Page, server: Server, tmp_path: Path
) -> None:
    open_studio(page, server.address)
    expect(page.locator("#primary-data")).to_be_disabled()
    picture(page, "journey-0-empty")
    take_sample(page, "medical")
    expect(page.locator("#learning .example .learned").first).to_be_visible()
    picture(page, "journey-1-data")

    choose_method(page, "quick", steps=4)
    picture(page, "journey-2-method")
    start_training(page)
    wait_for_points(page, 1)
    expect(page.locator("#progress [role=progressbar]")).to_be_visible()
    picture(page, "journey-3-learning")
    wait_for_head(page, "Training is done")
    picture(page, "journey-3-train")

    page.locator("#primary-train").click()
    at_step(page, "compare")
    page.locator("#question textarea").fill("Which ICD-10-CM chapter does asthma belong to?")
    page.locator("#ask").click()
    expect(page.locator("#answers .proof")).to_have_count(2, timeout=TRAINING_MS)
    base, tuned = page.locator("#answers .proof code").all_text_contents()
    assert base
    assert tuned
    assert base != tuned, "the same weights cannot have answered twice"
    expect(page.locator("#exam table.exam tbody tr").first).to_be_visible(timeout=TRAINING_MS)
    unfold(page, "every-answer")
    expect(page.locator("#exam-table tbody tr").first).to_be_visible()
    picture(page, "journey-4-compare")

    page.locator("#primary-compare").click()
    at_step(page, "export")
    page.locator("#primary-export").click()
    expect(page.locator("#export-result .certificate.passed")).to_be_visible(timeout=TRAINING_MS)
    picture(page, "journey-5-export")
    with page.expect_download() as download:
        page.locator("#primary-export").click()
    archive = tmp_path / "model.zip"
    download.value.save_as(archive)
    names = {Path(name).name for name in zipfile.ZipFile(archive).namelist()}
    assert {"adapter_model.safetensors", "adapter_config.json", "README.md"} <= names


def test_an_unknown_download_is_not_found_and_names_no_path(page: Page, server: Server, watch) -> None:
    watch.expected = ("404",)
    for address in ("studio/download/nothing/adapter", "studio/download/..%2F..%2Fetc/passwd"):
        reply = page.request.get(server.address + address)
        assert reply.status == 404
        assert str(server.home) not in reply.text()
