// What moves while the page is open: one small poll a second for the run, its curve, jobs and answers.
// Plain requests, no open streams: a browser allows six connections to one server, and pages come in eights.
(() => {
  "use strict";
  const screen = window.studioScreen;
  const PACE_MS = 1000, ASKING_MS = 400, MEASURING_MS = 2000, IDLE_MS = 15000, LONGEST_WAIT_MS = 15000;
  let target = null, announce = null, timer = null, inFlight = false, failures = 0, known = "", who = "";

  // The pulse is a hidden part of the page that holds what to watch: {run, question, upload, dataset, talk, tag, measuring}.
  screen.pulse = (element, trigger, watch) => {
    announce = trigger;
    const read = () => {
      const holder = element.querySelector("[data-watch]");
      if (!holder) return;
      const next = JSON.parse(holder.dataset.watch);
      if (!target || target.run !== next.run) screen.chartRun(next.run);
      // Where only a part of the page was drawn, it shows what it showed of the rest.
      target = { ...next, measuring: next.measuring ?? target?.measuring };
      known = next.tag ?? known;
      schedule(0);
    };
    watch("value", read);
    read();
  };

  function schedule(wait) {
    clearTimeout(timer);
    timer = setTimeout(poll, wait);
  }

  async function poll() {
    if (inFlight || !target || document.hidden) return;
    inFlight = true;
    const asked = target;
    try {
      const since = screen.chartOffset();
      const { run, question, upload, dataset, talk } = asked;
      const query = new URLSearchParams({ run, question, upload, dataset, talk, since, tag: known });
      const reply = await fetch(`studio/live?${query}`, { cache: "no-store" });
      if (reply.status === 401) location.reload(); // who is there is asked anew; this page could do nothing
      if (!reply.ok) throw new Error(String(reply.status));
      const news = await reply.json();
      who ||= news.who;
      if (news.who !== who) location.reload(); // signed in as another, or out, since this page was opened
      if (failures) connection(true);
      failures = 0;
      if (asked === target) show(news, since);
      schedule(asked === target ? pace(news) : 0);
    } catch (error) {
      failures += 1;
      if (failures > 1) connection(false);
      schedule(Math.min(PACE_MS * 2 ** (failures - 1), LONGEST_WAIT_MS));
    } finally {
      inFlight = false;
    }
  }

  // With nothing to watch still look now and then: another tab or the command line may start something.
  function pace(news) {
    if (news.asking || news.reading) return ASKING_MS;
    if (news.live) return PACE_MS;
    return target.measuring ? MEASURING_MS : IDLE_MS;
  }

  function show(news, since) {
    for (const [name, text] of Object.entries(news.texts || {})) fill(name, text);
    for (const bar of document.querySelectorAll("[data-bar]")) {
      const percent = (news.bars || {})[bar.dataset.bar];
      if (percent === undefined) continue;
      bar.setAttribute("aria-valuenow", percent);
      bar.firstElementChild.style.width = `${percent}%`;
    }
    if (news.points) screen.chartPoints(target.run, news.points, since);
    const status = (news.texts || {})[`status-${target.run}`];
    document.title = status ? `${status} · Fine-Tuning Studio` : "Fine-Tuning Studio";
    if (news.tag !== known) {
      known = news.tag;
      announce("changed", {});
    } else if (target.measuring) {
      announce("measured", {});
    }
  }

  function fill(name, text) {
    for (const place of document.querySelectorAll(`[data-live="${CSS.escape(name)}"]`)) {
      if (place.textContent !== text) place.textContent = text;
    }
  }

  function connection(restored) {
    for (const line of document.querySelectorAll("#connection")) {
      line.textContent = restored ? "" : "Connection lost, trying again. Training goes on without this page.";
      line.hidden = restored;
    }
  }

  screen.wake = () => schedule(0);

  document.addEventListener("visibilitychange", () => {
    if (!document.hidden) schedule(0);
  });
})();
