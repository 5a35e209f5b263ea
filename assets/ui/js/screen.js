// The page's own behaviour: events of HTML parts, the colour switch, the address bar.
// Texts of users are only ever set as textContent or as values, never as markup.
(() => {
  "use strict";
  const screen = (window.studioScreen = {});

  // Every [data-event] button inside `element` triggers the Gradio event of that name with its data-* values.
  screen.events = (element, trigger) => {
    element.addEventListener("click", async (click) => {
      const button = click.target.closest("[data-event]");
      if (!button || button.disabled || button.matches("input, select")) return;
      const details = { ...button.dataset };
      if (details.ask) {
        if (asking) return; // pressed twice: the dialog is about to open
        const answer = await answerTo(details);
        if (answer === null) return;
        details.text = answer;
      }
      trigger(details.event, details);
    });
    element.addEventListener("change", (change) => {
      const field = change.target.closest("input[data-event], select[data-event]");
      if (!field) return;
      trigger(field.dataset.event, { ...field.dataset, value: field.value, checked: String(field.checked) });
      if (field.type === "text") field.value = ""; // what was asked for is asked for again by writing it again
    });
  };

  // Radio inputs and boxes keep their own idea of `checked` once touched; follow what the server says.
  screen.choices = (element, trigger, watch) => {
    screen.events(element, trigger);
    watch("value", () => {
      if (window.studioAwaits(element.closest("[id]")?.id)) return; // the answer to a later press draws them
      for (const input of element.querySelectorAll("input:is([type=radio], [type=checkbox])")) {
        input.checked = input.hasAttribute("checked");
      }
    });
  };

  // What went wrong is brought into view: the button that caused it may stand far below.
  screen.notices = (element, trigger, watch) => {
    watch("value", () => element.querySelector(".notice.error")?.scrollIntoView({ block: "center" }));
  };

  // What was begun just now comes into view: the bar below all that can be chosen would not be seen.
  screen.begun = (element, trigger, watch) => {
    const going = () => element.querySelector("[role=progressbar]");
    let seen = Boolean(going());
    watch("value", () => {
      if (going() && !seen) going().scrollIntoView({ block: "center" });
      seen = Boolean(going());
    });
  };

  // A file beyond [data-most] is stopped before its first byte is sent; the server then says why in words.
  screen.uploads = (element, trigger) => {
    const stop = (event, files) => {
      const most = Number(element.querySelector("[data-most]").dataset.most);
      const large = [...(files || [])].find((file) => file.size > most);
      if (!large || !event.target.closest("#upload")) return;
      event.preventDefault();
      event.stopImmediatePropagation();
      if (event.type === "change") event.target.value = "";
      trigger("refused", { name: large.name, bytes: String(large.size) });
    };
    window.addEventListener("change", (event) => stop(event, event.target.files), true);
    window.addEventListener("drop", (event) => stop(event, event.dataTransfer?.files), true);
  };

  // What somebody has unfolded stays so when its part is drawn anew; numbers in its title may be others then.
  screen.folds = (element, trigger, watch) => {
    const unfolded = new Set();
    const named = (fold) => fold.firstElementChild.textContent.replace(/[\d,.]+/g, "");
    element.addEventListener("toggle", ({ target }) => unfolded[target.open ? "add" : "delete"](named(target)), true);
    watch("value", () => {
      for (const fold of element.querySelectorAll("details")) fold.open ||= unfolded.has(named(fold));
    });
  };

  // The second press of a double click is not for what stands in the same place on the step that it leads to.
  let firstOn = null;
  document.addEventListener("click", (click) => {
    const step = click.target.closest('[id^="step-"]')?.id;
    if (click.detail < 2) firstOn = step;
    else if (step !== firstOn) {
      click.preventDefault();
      click.stopImmediatePropagation();
    }
  }, true);

  // A part that says [data-fetch] has more to come: ask for it once it is on the page.
  screen.fetched = (element, trigger, watch) => {
    screen.events(element, trigger);
    const look = () => {
      if (element.querySelector("[data-fetch]")) trigger("fetch", {});
    };
    watch("value", look);
    look();
  };

  let asking = false;
  async function answerTo(details) {
    asking = true;
    try {
      if (details.dependents) details.detail = await dependents(details.dependents);
      return await screen.ask(details);
    } finally {
      asking = false;
    }
  }

  // What hangs on a run or dataset, named before it is deleted.
  async function dependents(path) {
    try {
      const reply = await fetch(`studio/dependents/${path}`, { cache: "no-store" });
      const { lines } = await reply.json();
      if (!lines.length) return "Nothing else hangs on it. It cannot be brought back.";
      const stays = path.startsWith("run/") ? ["What you downloaded already stays as it is."] : [];
      const gone = lines.map((line) => `• ${line}`);
      return ["This goes with it and cannot be brought back:", ...gone, ...stays].join("\n");
    } catch {
      return "What hangs on it could not be read. It cannot be brought back.";
    }
  }

  // Light and dark: the visitor's choice if there is one, else the system's.
  const THEME = "studio-theme";
  function applyTheme() {
    const chosen = localStorage.getItem(THEME);
    const dark = chosen ? chosen === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
    document.body.classList.toggle("dark", dark);
    document.documentElement.style.colorScheme = dark ? "dark" : "light";
    for (const button of document.querySelectorAll("#theme-switch")) {
      button.setAttribute("aria-pressed", String(dark));
    }
  }
  screen.top = (element) => {
    applyTheme();
    screen.visitor();
    element.addEventListener("click", (click) => {
      if (!click.target.closest("#theme-switch")) return;
      localStorage.setItem(THEME, document.body.classList.contains("dark") ? "light" : "dark");
      applyTheme();
    });
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => setTimeout(applyTheme));
  };

  // The address bar holds the ids: a reload, a bookmark and the Back key find the same place again.
  const NAMES = ["step", "dataset", "run", "question"];
  function addressed() {
    const query = new URLSearchParams(location.search);
    if (!query.has("step")) return null;
    return Object.fromEntries(NAMES.map((name) => [name, query.get(name) || ""]));
  }
  screen.recall = (stored) => {
    const found = addressed();
    return found ? { ...stored, ...found, addressed: true } : stored;
  };
  // Storage speaks up before the page has arrived: until then the address stays as the visitor gave it.
  const DRAWN_MS = 80;
  let shownStep = null, arrived = false;
  screen.remember = (session, first) => {
    arrived ||= Boolean(first);
    if (!arrived || !session || !session.step) return;
    const query = new URLSearchParams(location.search);
    for (const name of NAMES) {
      if (session[name]) query.set(name, session[name]);
      else query.delete(name);
    }
    const address = `?${query}`;
    if (address !== location.search) {
      const moved = shownStep !== null && addressed()?.step !== session.step;
      history[moved ? "pushState" : "replaceState"](null, "", address);
    }
    if (shownStep !== null && shownStep !== session.step) setTimeout(focusHeading, DRAWN_MS);
    shownStep = session.step;
  };
  // Where somebody has begun to type on a machine that is busy, what is typed must not go astray.
  function focusHeading() {
    const active = document.activeElement;
    if (active?.offsetParent && active.matches("input, textarea, select")) return;
    const heading = [...document.querySelectorAll(".step-head h2")].find((h) => h.offsetParent !== null);
    if (heading) heading.focus({ preventScroll: true });
    window.scrollTo({ top: 0 });
  }
  screen.steps = (element, trigger) => {
    screen.events(element, trigger);
    window.addEventListener("popstate", () => trigger("go", { step: "data", ...addressed(), back: true }));
  };

  // A line at the top while the server works on something that was asked for, once it takes noticeably long.
  const NOTICEABLE_MS = 350;
  let pending = 0;
  const plainFetch = window.fetch;
  window.fetch = async (...request) => {
    const address = String(request[0]?.url || request[0]);
    if (!address.includes("/gradio_api/")) return plainFetch(...request);
    pending += 1;
    setTimeout(showWork, NOTICEABLE_MS);
    try {
      return await plainFetch(...request);
    } finally {
      pending -= 1;
      if (!pending) showWork();
    }
  };
  function showWork() {
    const line = document.getElementById("working");
    if (!line || line.hidden === !pending) return;
    line.hidden = !pending;
    line.firstElementChild.textContent = pending ? "Working on it…" : "";
  }

  document.documentElement.lang = "en";
  document.addEventListener("DOMContentLoaded", applyTheme);
})();
