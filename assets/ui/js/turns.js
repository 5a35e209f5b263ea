// One thing at a time: what may change the session waits for the answer before it, and goes out with the session
// that answer left. Two presses in a row would else begin from the same session, and the slower answer, which
// holds a whole session, would take the other press back (seen: "Next example" right after "Read the file").
// And what was typed or ticked after a request was made is newer than its answer, which leaves that field as it is
// (seen: a number of steps typed right after a recipe was chosen, whose answer then filled the form; a box unticked
// right after another, which the answer to the first ticked again for a moment).
// Nor may anything but an answer fill such a field: what has just come into view Gradio fills once more when it has
// settled, and on a busy machine somebody has typed by then.
(() => {
  "use strict";
  const send = window.fetch;
  const UNCHANGED = { __type__: "update" }; // what Gradio sends for an output that is skipped
  const FIELDS = "textarea, input:is([type=number], [type=text], [type=password], [type=checkbox], [type=radio])";
  const KEPT = "input:is([type=number], [type=text], [type=checkbox])"; // of a form of settings
  const typed = new Map(); // the id of a field's part -> how many changes there had been by then
  const drawn = new Map(); // the id of a part -> how many changes the newest answer that draws it knows of
  const kept = new Map(); // the id of a part that was typed into and not filled since -> fillings that are left out
  let last = Promise.resolve(), session = null, keys = 0;

  document.addEventListener("input", ({ target, isTrusted }) => {
    if (!target.matches(FIELDS) || target.matches("[data-event]")) return;
    changed(target);
    if (isTrusted && target.matches(KEPT) && target.closest(".knobs")) keep(target);
  }, true);
  document.addEventListener("change", ({ target }) => {
    if (target.matches("input[data-event], select[data-event]")) changed(target);
  }, true);
  function changed(field) {
    const part = field.closest("[id]");
    if (part) typed.set(part.id, (keys += 1));
  }

  function keep(field) {
    const { id } = field.closest("[id]");
    kept.set(id, 3); // a part that insists shall have its way
    const name = field.type === "checkbox" ? "checked" : "value";
    if (Object.hasOwn(field, name)) return;
    const { get, set } = Object.getOwnPropertyDescriptor(Object.getPrototypeOf(field), name);
    const fill = (value) => {
      const left = kept.get(id) || 0;
      if (!left || String(value) === String(get.call(field))) return void set.call(field, value);
      kept.set(id, left - 1);
      queueMicrotask(() => field.dispatchEvent(new Event("input", { bubbles: true })));
    };
    Object.defineProperty(field, name, { configurable: true, get: () => get.call(field), set: fill });
  }

  // Whether the answer to a change in this part is still to come.
  window.studioAwaits = (part) => (typed.get(part) || 0) > (drawn.get(part) || 0);

  window.fetch = (address, options) => {
    const { pathname } = new URL(address?.url || address, location.href);
    const asked = pathname.endsWith("/run/predict") ? about(options?.body) : null;
    if (!asked) return send(address, options);
    const keysBefore = keys;
    const reply = last.then(() => inTurn(asked, address, options, keysBefore));
    last = reply.catch(() => {}); // whoever asked is told; the next one need not fail with it
    return reply;
  };

  // What a request to Gradio has to do with the session: null where its answer cannot hold one.
  function about(text) {
    if (typeof text !== "string") return null;
    const body = JSON.parse(text);
    const { components, dependencies } = window.gradio_config;
    const ident = components.find((component) => component.type === "browserstate").id;
    const handler = dependencies.find((dependency) => dependency.id === body.fn_index);
    const output = handler ? handler.outputs.indexOf(ident) : -1;
    if (output < 0) return null;
    const named = new Map(components.map((component) => [component.id, component.props.elem_id]));
    const parts = handler.outputs.map((id) => named.get(id));
    return { body, parts, input: handler.inputs.indexOf(ident), output };
  }

  function fills(value) {
    return value?.__type__ === "update" ? "value" in value : value !== undefined;
  }

  async function inTurn({ body, parts, input, output }, address, options, keysBefore) {
    // A page that has just arrived says itself where it is.
    if (session && input >= 0 && !body.data[input]?.addressed) body.data[input] = session;
    const reply = await send(address, { ...options, body: JSON.stringify(body) });
    if (!reply.ok) return reply;
    const answer = await reply.clone().json();
    const left = answer.data?.[output];
    if (left?.step) session = left;
    for (const part of parts) drawn.set(part, keysBefore);
    parts.forEach((part, at) => {
      if (fills(answer.data?.[at]) && !(typed.get(part) > keysBefore)) kept.delete(part);
    });
    if (!parts.some((part) => typed.get(part) > keysBefore)) return reply;
    answer.data = answer.data.map((value, at) => (typed.get(parts[at]) > keysBefore ? UNCHANGED : value));
    return new Response(JSON.stringify(answer), { status: reply.status, headers: reply.headers });
  }
})();
