// The small charts below the live curve: what a run tells beside its loss, such as its accuracy or how far it
// has gone from the untouched model. They come with a whole curve; new points extend their lines.
(() => {
  "use strict";
  const screen = window.studioScreen;
  let place = null, charts = [];

  screen.measuresIn = (element) => {
    drop();
    place = element;
  };

  // A measure that is told for the first time: the charts for it come with the whole curve.
  screen.measuresMissing = (points) => {
    if (points.charts) return false;
    const known = new Set(charts.flatMap(({ lines }) => lines.map(([name]) => name)));
    return Object.keys({ ...points.measures, ...points.checks }).some((name) => !known.has(name));
  };

  screen.drawMeasures = async (points) => {
    if (!place) return;
    const names = (list) => JSON.stringify(list.map(({ title, lines }) => [title, lines]));
    if (points.charts && names(points.charts) !== names(charts)) await build(points.charts, points.note);
    for (const chart of charts) {
      const found = chart.lines.map(([name, heldOut]) => (heldOut ? points.checks : points.measures)?.[name]);
      const x = found.map((line) => line?.x || []), y = found.map((line) => line?.y || []);
      const every = chart.lines.map((_, at) => at);
      if (points.charts) await Plotly.restyle(chart.host, { x, y }, every);
      else if (found.some(Boolean)) await Plotly.extendTraces(chart.host, { x, y }, every);
      await screen.wholeSteps(chart.host);
    }
  };

  async function build(wanted, note) {
    drop();
    for (const { title, term, label, lines, data, layout, config } of wanted) {
      const figure = document.createElement("figure"), caption = document.createElement("figcaption");
      const small = document.createElement("small"), host = document.createElement("div");
      caption.textContent = title;
      small.textContent = term;
      caption.append(small);
      host.className = "chart";
      host.setAttribute("role", "group");
      host.setAttribute("aria-label", label);
      figure.append(caption, host);
      place.append(figure);
      await Plotly.newPlot(host, data, layout, config);
      charts.push({ title, lines, host });
      sizes.observe(host);
    }
    if (charts.length) {
      const small = document.createElement("p");
      small.className = "basis";
      small.textContent = note;
      place.append(small);
    }
    colour();
  }

  function drop() {
    for (const { host } of charts) {
      sizes.unobserve(host);
      Plotly.purge(host);
    }
    charts = [];
    place?.replaceChildren();
  }

  function colour() {
    for (const { host } of charts) {
      const colours = host.data.map((trace) => screen.colour(trace.meta));
      Plotly.update(host, { "line.color": colours, "marker.color": colours }, screen.paper());
    }
  }

  const sizes = new ResizeObserver((entries) => {
    for (const { target } of entries) {
      if (target.isConnected && target.clientWidth && target.data) Plotly.Plots.resize(target);
    }
  });
  new MutationObserver(colour).observe(document.body, { attributes: true, attributeFilter: ["class"] });
})();
