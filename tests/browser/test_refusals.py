"""Settings of the Method step: all problems are told at once, in view, and what is typed stays typed."""

from playwright.sync_api import Page, Route, expect

from tests.browser.conftest import Server, picture
from tests.browser.journey import at_step, open_studio, take_sample, unfold


def open_settings(page: Page, server: Server) -> None:
    """Open the studio with a sample, at the Advanced settings of the Method step."""
    open_studio(page, server.address + "?step=data")
    take_sample(page, "medical")
    page.locator("#primary-data").click()
    at_step(page, "method")
    unfold(page, "advanced")


def test_all_wrong_settings_are_named_in_one_notice_that_is_in_view(page: Page, server: Server) -> None:
    open_settings(page, server)
    for name, value in (("rank", "9999"), ("epochs", "0")):
        page.locator(f"#knob-{name} input").fill(value)
    page.locator("#knob-epochs input").blur()
    expect(page.locator("#knob-rank input")).to_have_value("9999")
    expect(page.locator("#knob-epochs input")).to_have_value("0")
    page.locator("#primary-method").click()
    notice = page.locator("#notice-method .notice.error")
    expect(notice).to_contain_text("Size of the add-on")
    expect(notice).to_contain_text("Rounds through the data")
    expect(notice).to_be_in_viewport()
    at_step(page, "method")
    picture(page, "settings-refused")


def test_a_model_of_elsewhere_must_be_named(page: Page, server: Server) -> None:
    open_studio(page, server.address + "?step=data")
    take_sample(page, "medical")
    page.locator("#primary-data").click()
    page.get_by_label("Another model of the Hugging Face hub").check()
    expect(page.locator("#primary-method")).to_have_text("Name a model first")
    expect(page.locator("#primary-method")).to_be_disabled()
    page.locator("#fetch").click()
    expect(page.locator("#notice-method")).to_contain_text("No model is named.")
    picture(page, "model-elsewhere")


def test_what_is_typed_or_ticked_while_a_recipe_fills_the_form_is_kept(page: Page, server: Server) -> None:
    """On a busy machine the answer to the recipe came after the steps were typed, and took them back."""
    open_settings(page, server)
    steps, rows = page.locator("#knob-steps input"), page.locator("#knob-max_rows input")
    expect(rows).to_have_value("0")
    held: list[Route] = []

    def hold(route: Route) -> None:
        chosen = "quick" in (route.request.post_data or "") and not held
        held.append(route) if chosen else route.continue_()

    page.route("**/run/predict*", hold)
    with page.expect_request(lambda request: "quick" in (request.post_data or "")):
        page.locator('#recipes input[value="quick"]').check()
    steps.fill("17")
    steps.blur()
    early = page.locator("#knob-early_stop input")
    ticked = not early.is_checked()
    early.click()
    held[0].continue_()
    expect(rows).to_have_value("128")
    expect(steps).to_have_value("17")
    assert early.is_checked() == ticked
    expect(page.locator('#recipes input[value="quick"] ~ .choice-text small')).to_contain_text("17 steps")


def test_what_is_typed_before_gradio_has_settled_is_not_filled_over(page: Page, server: Server) -> None:
    """A fold that has just been opened is filled once more, some frames later."""
    open_settings(page, server)
    steps, early = page.locator("#knob-steps input"), page.locator("#knob-early_stop input")
    ticked = not early.is_checked()
    early.click()
    steps.fill("17")
    steps.evaluate("(field) => { field.value = '0'; }")
    early.evaluate("(field, ticked) => { field.checked = !ticked; }", ticked)
    steps.blur()
    expect(page.locator('#recipes input[value="balanced"] ~ .choice-text small')).to_contain_text("17 steps")
    expect(steps).to_have_value("17")
    assert early.is_checked() == ticked
    page.locator('#recipes input[value="quick"]').check()
    expect(page.locator("#knob-max_rows input")).to_have_value("128")
    expect(steps).to_have_value("0")


def test_a_step_that_is_still_being_drawn_does_not_take_the_keys_away(page: Page, server: Server) -> None:
    """The heading of a new step is focused once it stands; on a busy machine somebody types by then."""
    page.add_init_script(
        "const wait = window.setTimeout; window.held = [];"
        "window.setTimeout = (go, ms, ...rest) => (ms === 80 ? window.held.push(go) : wait(go, ms, ...rest));"
    )
    open_studio(page, server.address + "?step=data")
    take_sample(page, "medical")
    page.locator("#primary-data").click()
    at_step(page, "method")
    page.wait_for_function("window.held.length > 0")
    page.evaluate("window.held.splice(0).forEach((go) => go())")
    expect(page.locator(".step-head h2:visible")).to_be_focused()
    page.locator('#steps button[data-step="data"]').click()
    at_step(page, "data")
    page.wait_for_function("window.held.splice(0).length > 0")
    page.locator("#primary-data").click()
    at_step(page, "method")
    unfold(page, "advanced")
    page.wait_for_function("window.held.length > 0")
    steps = page.locator("#knob-steps input")
    steps.focus()
    page.evaluate("window.held.splice(0).forEach((go) => go())")
    assert page.evaluate("document.activeElement.getAttribute('aria-label')") == "Number of steps"


def test_the_forecast_is_of_what_was_typed_last(page: Page, server: Server) -> None:
    """A second change was not asked about while the answer to the first was awaited."""
    open_settings(page, server)
    steps = page.locator("#knob-steps input")
    page.wait_for_load_state("networkidle")
    held: list[Route] = []
    page.route("**/run/predict*", lambda route: held.append(route), times=1)
    with page.expect_request(lambda request: "/run/predict" in request.url):
        steps.fill("17")
        steps.blur()
    steps.fill("19")
    steps.blur()
    held[0].continue_()
    expect(page.locator('#recipes input[value="balanced"] ~ .choice-text small')).to_contain_text("19 steps")
    page.locator('#steps button[data-step="data"]').click()
    at_step(page, "data")
    page.locator("#primary-data").click()
    at_step(page, "method")
    expect(page.locator('#recipes input[value="balanced"] ~ .choice-text small')).to_contain_text("19 steps")
    expect(steps).to_have_value("19")
