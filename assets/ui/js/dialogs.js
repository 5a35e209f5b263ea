// Native dialogs: to confirm, to write a text, to fill in a row. Texts of users are only ever set as text or values.
(() => {
  "use strict";
  const screen = window.studioScreen;

  // data-ask="confirm" asks yes or no, "text" and "long" for a text, "typed" for one word before something is
  // lost, "row" for the texts of a row. Resolves to what was typed, to null where it was cancelled.
  screen.ask = (details) => {
    const { ask: kind, title, detail = "", yes = "OK", word = "" } = details;
    const dialog = document.createElement("dialog");
    dialog.className = kind === "row" ? "ask row" : "ask";
    dialog.setAttribute("aria-labelledby", "ask-title");
    const form = document.createElement("form");
    form.method = "dialog";
    const head = part("h2", title);
    head.id = "ask-title";
    form.append(head);
    for (const line of detail.split("\n").filter(Boolean)) form.append(part("p", line));
    const row = document.createElement("div");
    row.className = "ask-buttons";
    const cancel = part("button", "Cancel");
    const accept = part("button", yes);
    accept.value = "yes";
    accept.className = kind === "confirm" || word ? "danger" : "main";
    cancel.type = "button";
    cancel.addEventListener("click", () => dialog.close("cancel"));
    const inside = (kind === "row" ? texts : kind === "confirm" ? nothing : text)(form, details, accept);
    form.addEventListener("submit", (submit) => inside.lacks?.() && submit.preventDefault());
    row.append(cancel, accept);
    form.append(row);
    dialog.append(form);
    (document.querySelector(".gradio-container") || document.body).append(dialog);
    dialog.showModal();
    (inside.first || cancel).focus();
    return new Promise((resolve) =>
      dialog.addEventListener("close", () => {
        dialog.remove();
        resolve(dialog.returnValue === "yes" ? inside.value() : null);
      }),
    );
  };

  // Each kind returns `value`, what was typed, and may return `first`, where the caret goes, and `lacks`, which
  // says what keeps the dialog open.
  function nothing() {
    return { value: () => "" };
  }

  function text(form, { ask: kind, value = "", limit = "200", word = "" }, accept) {
    const field = document.createElement(kind === "long" ? "textarea" : "input");
    field.value = value;
    field.maxLength = Number(limit);
    field.setAttribute("aria-labelledby", "ask-title");
    if (word) {
      accept.disabled = true;
      form.append(part("p", `Type “${word}” to go on.`));
      field.setAttribute("aria-label", `Type ${word} to go on`);
      field.removeAttribute("aria-labelledby");
      field.autocomplete = "off";
      field.addEventListener("input", () => {
        accept.disabled = field.value.trim().toLowerCase() !== word;
      });
    }
    form.append(field);
    return { first: field, value: () => field.value };
  }

  // The texts of a row, [{place, title, text, open, missing}]: open ones are fields, others are there to be read.
  function texts(form, { fields, limit }) {
    const open = JSON.parse(fields).flatMap((each, at) => {
      const title = part(each.open ? "label" : "h3", each.title);
      if (!each.open) {
        form.append(title, part("p", each.text));
        return [];
      }
      const field = document.createElement("textarea");
      field.id = title.htmlFor = `ask-${at}`;
      field.value = each.text;
      field.maxLength = Number(limit);
      form.append(title, field);
      return [{ ...each, field, shown: field.value }];
    });
    const fault = part("p", "");
    fault.className = "fault";
    fault.setAttribute("role", "alert");
    form.append(fault);
    const missing = open.filter((each) => each.missing);
    return {
      first: (missing[0] || open[0])?.field,
      lacks: () => {
        const empty = missing.find((each) => !each.field.value.trim());
        if (empty) {
          empty.field.after(fault);
          fault.textContent = `“${empty.title}” is still empty.`;
          empty.field.focus();
        }
        return Boolean(empty);
      },
      value: () => {
        const typed = open.filter((each) => each.field.value !== each.shown);
        return JSON.stringify(Object.fromEntries(typed.map((each) => [each.place, each.field.value])));
      },
    };
  }

  function part(name, words) {
    const made = document.createElement(name);
    made.textContent = words;
    return made;
  }
})();
