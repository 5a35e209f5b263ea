// Charts that come with their numbers: every [data-figure] of a part is drawn, in the page's colours.
(() => {
  "use strict";
  const screen = window.studioScreen;
  let drawn = [];

  screen.figures = (element, trigger, watch) => {
    const look = () => element.querySelectorAll("[data-figure]").forEach(draw);
    watch("value", look);
    look();
  };

  async function draw(host) {
    try {
      await screen.plotly();
      if (!host.isConnected) return;
      await paint(host);
    } catch (error) {
      host.textContent = "The chart could not be drawn; the table below holds the same numbers.";
      return;
    }
    for (const gone of drawn.filter((other) => !other.isConnected)) Plotly.purge(gone);
    drawn = [...drawn.filter((other) => other.isConnected), host];
    sizes.observe(host);
  }

  // A trace says in `meta` which of the page's colours it takes; lines and notes take the accent.
  function paint(host) {
    const { data, layout, config } = JSON.parse(host.dataset.figure);
    const accent = screen.colour("accent");
    for (const trace of data) {
      const color = screen.colour(trace.meta);
      if (trace.type === "heatmap") trace.colorscale = [[0, screen.colour("soft")], [1, color]];
      else trace.marker = { ...trace.marker, color };
      if (trace.line) trace.line = { ...trace.line, color };
    }
    for (const shape of layout.shapes || []) shape.line.color = accent;
    for (const note of layout.annotations || []) note.font = { ...note.font, color: accent };
    if (!host.querySelector(".main-svg")) Plotly.purge(host); // the page has drawn this part anew
    for (const [path, value] of Object.entries(screen.paper())) {
      const [group, ...rest] = path.split(".");
      let place = (layout[group] ||= {});
      for (const name of rest.slice(0, -1)) place = place[name] ||= {};
      place[rest.at(-1)] = value;
    }
    return Plotly.react(host, data, layout, config);
  }

  const sizes = new ResizeObserver((entries) => {
    for (const { target } of entries) {
      if (target.isConnected && target.clientWidth && target.data) Plotly.Plots.resize(target);
    }
  });
  new MutationObserver(() => drawn.filter((host) => host.isConnected).forEach(paint)).observe(document.body, {
    attributes: true, attributeFilter: ["class"],
  });
})();
