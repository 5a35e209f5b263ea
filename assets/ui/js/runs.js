// The runs: a chart of several with its switch, and the way to the list from the top of the step.
(() => {
  "use strict";
  const screen = window.studioScreen;

  screen.versus = (element, trigger, watch) => {
    screen.keeping(element, trigger, watch);
    screen.figures(element, trigger, watch);
    screen.folds(element, trigger, watch);
  };

  // The boxes of the list. What is ticked is known here first: an answer to an earlier tick, or a redraw that was
  // under way, must not take back a later one. Each tick sends the whole choice.
  screen.picking = (element, trigger, watch) => {
    let picked = [], unanswered = false;
    screen.keeping(element, trigger, watch);
    const look = () => {
      const list = element.querySelector("[data-chosen]");
      const shown = list ? list.dataset.chosen.split(" ").filter(Boolean) : [];
      if (!unanswered || shown.join() === picked.join()) {
        picked = shown;
        unanswered = false;
      }
      for (const box of boxes(element)) box.checked = picked.includes(box.dataset.id);
    };
    element.addEventListener("change", (change) => {
      const box = change.target.closest("[data-event=pick]");
      if (!box) return;
      picked = picked.filter((run) => run !== box.dataset.id);
      if (box.checked && picked.length < Number(box.dataset.most)) picked.push(box.dataset.id);
      box.checked = picked.includes(box.dataset.id);
      box.value = picked.join(" ");
      unanswered = true;
    }, true);
    watch("value", look);
    look();
  };

  function boxes(element) {
    return element.querySelectorAll("[data-event=pick]");
  }

  document.addEventListener("click", (click) => {
    const button = click.target.closest("[data-jump]");
    const place = button && document.getElementById(button.dataset.jump)?.querySelector("h3");
    if (!place) return;
    place.focus({ preventScroll: true });
    place.scrollIntoView({ block: "start" });
  });
})();
