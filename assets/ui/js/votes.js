// The blind vote: the keys 1, 2 and 0 press the buttons that stand for them, unless somebody is typing.
(() => {
  "use strict";
  const screen = window.studioScreen;
  const KEYS = { 1: "left", 2: "right", 0: "tie" };

  screen.votes = (element, trigger) => {
    screen.events(element, trigger);
    document.addEventListener("keydown", (press) => {
      if (press.repeat || press.ctrlKey || press.altKey || press.metaKey) return;
      if (press.target.closest("input, textarea, select, [contenteditable]")) return;
      // Of two that are open at once the first on the page is meant.
      const open = [...document.querySelectorAll("[data-voting]")].find((each) => each.offsetParent);
      if (!open || !element.contains(open) || !KEYS[press.key]) return;
      press.preventDefault();
      open.querySelector(`[data-choice="${KEYS[press.key]}"]`).click();
    });
  };
})();
