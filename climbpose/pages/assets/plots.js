// Values over time; the cursor follows the video, and a click goes there.

const DASHES = ["solid", "dash", "dot", "dashdot", "longdash", "longdashdot"];

const MOST_SHADES = 150;

// A label of the time axis and the room around it, px.
const LABEL = 64;

const MARGIN = { l: 48, r: 12, t: 8, b: 26 };

function colour(name) {
  return getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();
}

class Plots {
  constructor(root, data, clock) {
    this.clock = clock;
    this.moves = data.moves;
    this.range = [0, Math.max(clock.seconds, 0.01)];
    this.plots = [...root.querySelectorAll("[data-group]")].map((figure) => this.make(figure, data));
    clock.listen(() => this.update());
    this.draw();
  }

  make(figure, data) {
    const members = data.series.filter((series) => series.group === figure.dataset.group);
    const kinds = [...new Set(members.map((series) => kindOf(series)))];
    const plot = {
      figure,
      members,
      dashes: members.map((series) => DASHES[kinds.indexOf(kindOf(series)) % DASHES.length]),
      boxes: [...figure.querySelectorAll("[data-line]")],
      swatches: [...figure.querySelectorAll(".swatch")],
      graph: figure.querySelector(".graph"),
      cursor: figure.querySelector(".cursor"),
      values: figure.querySelector(".values"),
    };
    for (const box of plot.boxes) {
      box.addEventListener("change", () => {
        this.drawOne(plot);
        this.update();
      });
    }
    return plot;
  }

  isShown(plot, index) {
    return plot.boxes.length ? plot.boxes[index].checked : true;
  }

  colourOf(plot, index) {
    const { side } = plot.members[index];
    if (side === "first" || side === "second") return colour(side);
    if (side !== "middle") return colour(side === "left" ? "left-ink" : "right-ink");
    const order = plot.members.slice(0, index).filter((series) => series.side === "middle").length;
    return colour(["ink", "third", "fourth"][order % 3]);
  }

  traces(plot) {
    return plot.members.flatMap((series, index) => {
      const line = { color: this.colourOf(plot, index), width: 2, dash: plot.dashes[index] };
      const shared = { type: "scatter", mode: "lines", x: series.x, hoverinfo: "none", line };
      const visible = this.isShown(plot, index);
      if (!series.unsure.length) return [{ ...shared, y: series.y, visible }];
      const unsure = new Set(series.unsure);
      const sure = series.y.map((value, i) => (unsure.has(i) ? null : value));
      // The ends are repeated, so that the line has no gaps where it changes.
      const rest = series.y.map((value, i) =>
        unsure.has(i) || unsure.has(i - 1) || unsure.has(i + 1) ? value : null,
      );
      const faint = { ...line, width: 1.25, dash: "1px 4px" };
      return [
        { ...shared, y: sure, visible },
        { ...shared, y: rest, visible, line: faint },
      ];
    });
  }

  layout(plot) {
    const axis = {
      gridcolor: colour("line"),
      zeroline: false,
      linecolor: colour("line"),
      tickfont: { color: colour("muted"), size: 12 },
      automargin: false,
    };
    const isCoarse = matchMedia("(pointer: coarse)").matches;
    return {
      autosize: true,
      height: plot.figure.dataset.group === "angle" ? 240 : 170,
      margin: MARGIN,
      paper_bgcolor: "rgba(0,0,0,0)",
      plot_bgcolor: "rgba(0,0,0,0)",
      font: { family: "system-ui, sans-serif" },
      showlegend: false,
      hovermode: "x",
      hoverdistance: -1,
      // On a touch screen a drag scrolls the page.
      dragmode: isCoarse ? false : "zoom",
      xaxis: { ...axis, range: [...this.range], ticksuffix: " s", tickangle: 0, nticks: this.labels(plot) },
      yaxis: { ...axis, range: this.extent(plot), fixedrange: true, nticks: 6 },
      shapes: this.shades(),
    };
  }

  // How many labels the time axis has room for.
  labels(plot) {
    const width = plot.graph.clientWidth - MARGIN.l - MARGIN.r;
    return Math.max(2, Math.min(12, Math.floor(width / LABEL)));
  }

  resize(plot) {
    const labels = this.labels(plot);
    if (plot.graph.layout.xaxis.nticks !== labels) Plotly.relayout(plot.graph, { "xaxis.nticks": labels });
    this.update();
  }

  // From the lowest to the highest value of what is shown, of the stretch that is shown.
  extent(plot) {
    const [start, end] = this.range;
    let [low, high] = [Infinity, -Infinity];
    plot.members.forEach(({ x, y }, index) => {
      if (!this.isShown(plot, index)) return;
      for (let i = indexAt(x, start); i < x.length && x[i] <= end; i++) {
        if (y[i] === null) continue;
        low = Math.min(low, y[i]);
        high = Math.max(high, y[i]);
      }
    });
    const margin = (high - low) * 0.06 || 1;
    return low > high ? [0, 1] : [low - margin, high + margin];
  }

  // Where a hand moved; too many of them would only be grey.
  shades() {
    const hands = this.moves.filter((move) => move.limb.endsWith("hand"));
    if (hands.length > MOST_SHADES) return [];
    return hands.map((move) => ({
      type: "rect",
      yref: "paper",
      x0: move.start,
      x1: move.end,
      y0: 0,
      y1: 1,
      layer: "below",
      line: { width: 0 },
      fillcolor: colour(move.limb.startsWith("left") ? "left" : "right"),
      opacity: 0.13,
    }));
  }

  // The same lines at other times.
  retime(series, moves) {
    this.moves = moves;
    this.range = [0, Math.max(this.clock.seconds, 0.01)];
    for (const plot of this.plots) {
      plot.members = series.filter((one) => one.group === plot.figure.dataset.group);
    }
    return this.draw();
  }

  drawOne(plot) {
    plot.swatches.forEach((swatch, index) => {
      swatch.style.setProperty("--swatch", this.colourOf(plot, index));
      swatch.dataset.dash = plot.dashes[index];
    });
    return Plotly.react(plot.graph, this.traces(plot), this.layout(plot), {
      displayModeBar: false,
      responsive: true,
    });
  }

  async draw() {
    for (const plot of this.plots) {
      await this.drawOne(plot);
      if (plot.isWired) continue;
      plot.isWired = true;
      plot.graph.on("plotly_click", ({ event }) => this.clock.seek(this.timeAt(plot, event)));
      plot.graph.on("plotly_relayout", (change) => this.align(change));
      new ResizeObserver(() => this.resize(plot)).observe(plot.graph);
    }
    this.update();
  }

  // All plots show the same stretch of time.
  align(change) {
    const isAll = change["xaxis.autorange"];
    const start = isAll ? 0 : change["xaxis.range[0]"];
    const end = isAll ? this.clock.seconds : change["xaxis.range[1]"];
    if (start === undefined || (start === this.range[0] && end === this.range[1])) return;
    this.range = [start, end];
    for (const plot of this.plots) {
      const changed = { "xaxis.range": [start, end], "yaxis.range": this.extent(plot) };
      Plotly.relayout(plot.graph, changed);
    }
    this.update();
  }

  timeAt(plot, event) {
    const box = plot.graph.getBoundingClientRect();
    const share = (event.clientX - box.left - MARGIN.l) / (box.width - MARGIN.l - MARGIN.r);
    return this.range[0] + share * (this.range[1] - this.range[0]);
  }

  update() {
    const { now } = this.clock;
    const share = (now - this.range[0]) / (this.range[1] - this.range[0]);
    for (const plot of this.plots) {
      const width = plot.graph.clientWidth - MARGIN.l - MARGIN.r;
      plot.cursor.hidden = share < 0 || share > 1 || width <= 0;
      plot.cursor.style.transform = `translateX(${MARGIN.l + share * width}px)`;
      plot.values.textContent = this.read(plot, now);
    }
  }

  read(plot, now) {
    const shown = plot.members.flatMap((series, index) => {
      if (!this.isShown(plot, index)) return [];
      const value = series.y[indexAt(series.x, now)];
      const name = plot.members.length > 1 ? `${series.label} ` : "";
      return [value === null || value === undefined ? `${name}not known` : `${name}${short(value)} ${series.unit}`.replace(" °", "°")];
    });
    return shown.join("  ·  ");
  }
}

// What is measured, whichever side of the body: both sides have one dash.
function kindOf(series) {
  return series.label.replace(/^(left|right) /i, "");
}

function short(value) {
  const size = Math.abs(value);
  return value.toFixed(size >= 100 ? 0 : size >= 10 ? 1 : 2);
}
