// The conversation: what was asked last comes into view, and what programs need is copied.
(() => {
  "use strict";
  const screen = window.studioScreen;
  const SAID_MS = 2000;

  screen.talk = (element, trigger, watch) => {
    screen.events(element, trigger);
    const newest = () => [...element.querySelectorAll("[data-exchange]")].at(-1);
    let seen = newest()?.dataset.exchange;
    watch("value", () => {
      const last = newest();
      if (!last || last.dataset.exchange === seen) return;
      seen = last.dataset.exchange;
      last.scrollIntoView({ block: "nearest" });
    });
  };

  // A [data-copy] button takes the text below it; where the browser keeps the clipboard shut it is marked instead.
  document.addEventListener("click", async (click) => {
    const button = click.target.closest("[data-copy]");
    const text = button?.parentElement.nextElementSibling;
    if (!text) return;
    try {
      await navigator.clipboard.writeText(text.textContent);
      button.dataset.copy ||= button.textContent; // pressed twice, it says "Copied" already
      button.textContent = "Copied";
      setTimeout(() => (button.textContent = button.dataset.copy), SAID_MS);
    } catch {
      getSelection().selectAllChildren(text);
    }
  });
})();
