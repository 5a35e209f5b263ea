// The health report: the keyboard stays where it was when a part is drawn anew; chips put a column into a prompt.
(() => {
  "use strict";
  const screen = window.studioScreen;

  // Where to go on reading once the page has answered an event.
  const NEXT = {
    offer: ".trial[data-focus]", apply: ".done, .certificate", undo: ".done, .certificate", rows: ".listing",
  };
  let pressed = null, opened = "";

  screen.keeping = (element, trigger, watch) => {
    screen.fetched(element, trigger, watch);
    element.addEventListener("click", (click) => {
      const button = click.target.closest("[data-event]");
      if (!button) return;
      if (button.dataset.trial) opened = button.dataset.trial;
      pressed = { event: button.dataset.event, name: named(button) };
    });
    watch("value", () => {
      const place = pressed && next(element);
      if (!place || place === document.activeElement) return;
      place.focus({ preventScroll: true });
      place.scrollIntoView({ block: "nearest" });
      pressed = null;
    });
  };

  // A file that is being read, or could not be: the latter is brought into view.
  screen.arrivals = (element, trigger, watch) => {
    screen.events(element, trigger);
    screen.notices(element, trigger, watch);
  };

  function next(element) {
    if (NEXT[pressed.event]) return element.querySelector(NEXT[pressed.event]);
    if (element.contains(document.activeElement)) return null;
    // The row that was filled in is gone: on to the next one, once it is there.
    if (pressed.event === "fill") {
      const rest = element.querySelector("[data-fetch]") ? null : element.querySelector(".done");
      return document.activeElement === document.body ? element.querySelector(".fill") || rest : null;
    }
    const buttons = [...element.querySelectorAll("[data-event]")];
    if (pressed.event === "cancel") return buttons.find((button) => button.dataset.trial === opened);
    return buttons.find((button) => named(button) === pressed.name);
  }

  function named(button) {
    return button.getAttribute("aria-label") || button.textContent;
  }

  // Chips: [data-slot] puts {column} into the prompt where the caret stands.
  screen.slots = (element) => {
    element.addEventListener("click", (click) => {
      const chip = click.target.closest("[data-slot]");
      const field = document.querySelector("#prompt textarea");
      if (!chip || !field) return;
      field.setRangeText(`{${chip.dataset.slot}}`, field.selectionStart, field.selectionEnd, "end");
      field.dispatchEvent(new Event("input", { bubbles: true }));
      field.focus();
    });
  };
})();
