"""A page in its four looks, light and dark, desktop and phone: axe objects to nothing, and it all fits."""

from typing import Any

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from tests.browser.conftest import picture, stretched

LOOKS = (("light", 1280), ("dark", 1280), ("dark", 390), ("light", 390))
HEIGHT = 844
RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa", "best-practice"]}
FEWEST_PASSES = 10
TURNED = """(dark) => matchMedia("(prefers-color-scheme: dark)").matches === dark &&
  (!document.querySelector("#theme-switch") || document.body.classList.contains("dark") === dark)"""
FITS_SOON = """async () => {
  const fits = () => document.documentElement.scrollWidth <= innerWidth;
  for (let frame = 0; frame < 240 && !fits(); frame++) await new Promise(requestAnimationFrame);
  return fits() ? [] : [...document.querySelectorAll("body *")]
    .filter((part) => part.getBoundingClientRect().right > innerWidth + 1)
    .map((part) => `${part.tagName}#${part.id}.${part.className}`);
}"""
"""A chart follows the width of its place a moment later."""


def looks_right(page: Page, name: str) -> None:
    """Turn an open page into each look, keep a picture, and fail where axe objects or it does not fit."""
    page.evaluate("document.fonts.ready")
    for scheme, width in LOOKS:
        turn(page, scheme, width)
        found = wider_than_screen(page)
        with stretched(page):  # the sticky bar hides half of a button behind it, wherever one has scrolled to
            picture(page, f"{scheme}-{width}-{name}")
            found += violations(page)
        assert not found, f"{name}, {scheme}, {width} px: {found}"


def turn(page: Page, scheme: str, width: int) -> None:
    page.emulate_media(color_scheme=scheme)
    page.set_viewport_size({"width": width, "height": HEIGHT})
    page.wait_for_function(TURNED, arg=scheme == "dark")


def violations(page: Page, context: str | None = None) -> list[str]:
    """Return what axe objects to in the page, or in one part of it."""
    result: dict[str, Any] = Axe().run(page, context=context, options=RULES).response
    assert len(result["passes"]) > FEWEST_PASSES, "axe looked at nothing"
    return [f"{found['id']}: {found['nodes'][0]['html'][:160]}" for found in result["violations"]]


def wider_than_screen(page: Page) -> list[str]:
    return page.evaluate(FITS_SOON)
