// Who is signed in, in a studio for many people: their name in the top bar, and the way out.
(() => {
  "use strict";
  const screen = window.studioScreen;

  // The page is the same for everybody; the server says who is asking.
  screen.visitor = async () => {
    const form = document.getElementById("visitor");
    if (!form) return;
    const reply = await fetch("studio/who", { cache: "no-store" });
    if (!reply.ok) return;
    const { name, sign_in } = await reply.json();
    form.querySelector("span").textContent = name || "You are a guest";
    form.querySelector("button").hidden = !name;
    const link = form.querySelector("a");
    link.hidden = !sign_in;
    if (sign_in) link.href = sign_in;
    form.hidden = false;
  };
})();
