// The live loss curve: Plotly's own script, loaded when a curve is first seen; new points extend the traces,
// so that zoom and scroll stay where the reader put them.
(() => {
  "use strict";
  const screen = window.studioScreen;
  const MOST_POINTS = 8000;
  let host = null, run = "", offset = 0, drawn = 0, ready = false, waiting = [], plotly = null;

  // Plotly's own script, fetched once for all charts of the page.
  screen.plotly = () => {
    plotly ||= new Promise((resolve, reject) => {
      const tag = document.createElement("script");
      tag.src = "studio/plotly.min.js";
      tag.onload = resolve;
      tag.onerror = () => {
        plotly = null;
        reject(new Error("the chart's script did not load"));
      };
      document.head.append(tag);
    });
    return plotly;
  };

  // The page's colours, for what every chart has: its words, axes and labels.
  screen.colour = (name) => getComputedStyle(document.body).getPropertyValue(`--${name}`).trim();
  screen.paper = () => {
    const [ink, quiet, line] = ["ink", "quiet", "line"].map(screen.colour);
    return {
      "font.color": ink, "xaxis.color": quiet, "yaxis.color": quiet, "yaxis.tickfont.color": quiet,
      "xaxis.gridcolor": line, "yaxis.gridcolor": line,
      "hoverlabel.bgcolor": screen.colour("card"), "hoverlabel.font.color": ink, "legend.font.color": ink,
      "modebar.bgcolor": "rgba(0,0,0,0)", "modebar.color": quiet, "modebar.activecolor": ink,
    };
  };

  // -1: nothing on this page draws, so the server need not send points.
  screen.chartOffset = () => (host && host.isConnected && ready ? offset : -1);

  screen.chartRun = (next) => {
    if (next === run) return;
    run = next;
    offset = drawn = 0;
    if (ready && host) clear();
  };

  screen.chart = async (element) => {
    host = element.querySelector(".chart");
    screen.measuresIn(element.querySelector(".measures"));
    ready = false;
    offset = drawn = 0;
    try {
      const [figure] = await Promise.all([fetch("studio/curve.json").then((reply) => reply.json()), screen.plotly()]);
      await Plotly.newPlot(host, figure.data, figure.layout, figure.config);
    } catch (error) {
      host.textContent = "The chart could not be drawn; the table below holds the same numbers.";
      return;
    }
    colour();
    ready = true;
    new MutationObserver(colour).observe(document.body, { attributes: true, attributeFilter: ["class"] });
    new ResizeObserver(() => {
      if (host.clientWidth && host.isConnected) Plotly.Plots.resize(host);
    }).observe(host);
    screen.wake();
  };

  function clear() {
    waiting.push(() =>
      Plotly.update(host, { x: [[], []], y: [[], []] }, { "xaxis.autorange": true, "yaxis.autorange": true }),
    );
    waiting.push(() => screen.drawMeasures({ charts: [] }));
    drain();
  }

  // Plotly's calls are asynchronous; one at a time keeps the points in order.
  let draining = false;
  async function drain() {
    if (draining) return;
    draining = true;
    while (waiting.length) await waiting.shift()();
    draining = false;
  }

  screen.chartPoints = (of, points, since) => {
    if (of !== run || !ready || since !== offset) return;
    offset = points.offset;
    const x = [points.training.x, points.held_out.x], y = [points.training.y, points.held_out.y];
    const count = x[0].length + x[1].length;
    if (points.replace || since === 0) {
      drawn = count;
      waiting.push(() => Plotly.restyle(host, { x, y }, [0, 1]));
    } else if (count) {
      drawn += count;
      waiting.push(() => Plotly.extendTraces(host, { x, y }, [0, 1]));
    }
    if (points.words) waiting.push(() => say(points.words));
    waiting.push(() => screen.wholeSteps(host));
    waiting.push(() => screen.drawMeasures(points));
    // A page that stays open for days asks for the thinned curve again instead of growing without end; and one
    // that was opened before the first step learns then what else there is to draw.
    if (drawn > MOST_POINTS || screen.measuresMissing(points)) offset = 0;
    drain();
  };

  // A step is a whole number: a curve of a few has no marks between them.
  screen.wholeSteps = (chart) => {
    const steps = Math.max(0, ...chart.data.map((trace) => trace.x[trace.x.length - 1] || 0));
    const mark = steps <= 10 ? 1 : null;
    const mode = mark ? "linear" : "auto"; // Plotly makes it linear with the first mark, and leaves it so without one
    if (chart.layout.xaxis.dtick === mark) return undefined;
    return Plotly.relayout(chart, { "xaxis.dtick": mark, "xaxis.tickmode": mode });
  };

  // What the curve is called: an error per token, a loss per pair, a reward.
  async function say(words) {
    host.setAttribute("aria-label", words.label);
    const caption = host.closest("figure").querySelector("figcaption");
    if (caption.textContent !== words.title) caption.textContent = words.title;
    if (host.layout.yaxis.title.text === words.axis) return;
    await Plotly.update(host, { name: [words.learned, words.held_out] }, { "yaxis.title.text": words.axis });
  }

  function colour() {
    if (!host || !host.data) return;
    const colours = [screen.colour("good"), screen.colour("accent")];
    Plotly.update(host, { "line.color": colours, "marker.color": colours }, screen.paper());
  }
})();
