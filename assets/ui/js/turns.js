// One thing at a time: what may change the session waits for the answer before it, and goes out with the session
// that answer left. Two presses in a row would else begin from the same session, and the slower answer, which
// holds a whole session, would take the other press back (seen: "Next example" right after "Read the file").
(() => {
  "use strict";
  const send = window.fetch;
  let last = Promise.resolve(), session = null;

  window.fetch = (address, options) => {
    const { pathname } = new URL(address?.url || address, location.href);
    const asked = pathname.endsWith("/run/predict") ? about(options?.body) : null;
    if (!asked) return send(address, options);
    const reply = last.then(() => inTurn(asked, address, options));
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
    return output < 0 ? null : { body, input: handler.inputs.indexOf(ident), output };
  }

  async function inTurn({ body, input, output }, address, options) {
    // A page that has just arrived says itself where it is.
    if (session && input >= 0 && !body.data[input]?.addressed) body.data[input] = session;
    const reply = await send(address, { ...options, body: JSON.stringify(body) });
    if (reply.ok) {
      const left = (await reply.clone().json()).data?.[output];
      if (left?.step) session = left;
    }
    return reply;
  }
})();
