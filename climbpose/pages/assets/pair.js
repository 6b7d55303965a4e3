// Two climbs side by side: the clock is the first one's, and the second follows it.

// A time of one climb as the other's, between moments that belong together; beyond them both run on.
function translate(time, from, to) {
  const last = from.length - 1;
  if (last < 0) return time;
  if (time <= from[0]) return to[0] + (time - from[0]);
  if (time >= from[last]) return to[last] + (time - from[last]);
  const index = indexAt(from, time);
  const span = from[index + 1] - from[index];
  const share = span > 0 ? (time - from[index]) / span : 0;
  return to[index] + share * (to[index + 1] - to[index]);
}

class Pair {
  constructor(root, data) {
    this.root = root;
    this.data = data;
    this.moments = data.times;
    this.clock = new Clock(new Frames({ start: 0, step: 0.04, count: 0, first: 0 }), 1);
    this.events = { moves: [] };
    this.retime();
    const deck = root.querySelector(".deck");
    this.timeline = new Timeline(deck, this.lanes(), this.clock);
    this.controls = new Controls(deck, this.events, this.clock, this.timeline);
    this.followers = [...root.querySelectorAll(".screen")].map(
      (screen, owner) => new Follower(screen, this.clock, (time) => this.own(time, owner)),
    );
    this.wall = new Wall(root, this.clock, (name) => this.where(name), (hold) => this.goToHold(hold));
    const plots = root.querySelector(".plots");
    const events = { series: this.series(), moves: data.climbs[0].moves };
    this.plots = data.series.length ? new Plots(plots, events, this.clock) : null;
    root.querySelectorAll("table:not(.compared-figures)").forEach(makeSortable);
    wireMoves(root, this.controls);
    for (const button of root.querySelectorAll("[data-align]")) {
      button.addEventListener("click", () => this.align(button.dataset.align));
    }
    new Marks(root, this.events, this.clock);
    this.clock.show(0);
  }

  // The clock's time as a climb's own.
  own(time, owner) {
    return owner ? translate(time, this.moments[0], this.moments[1]) : time;
  }

  // A climb's own time as the clock's.
  shared(time, owner) {
    return owner ? translate(time, this.moments[1], this.moments[0]) : time;
  }

  retime() {
    const [first, second] = this.data.climbs;
    const { clock } = this;
    clock.seconds = Math.max(first.seconds, this.shared(second.seconds, 1));
    const { start, step, first: index } = first.frames;
    const count = Math.max(Math.floor((clock.seconds - start) / step), 1);
    clock.frames = new Frames({ start, step, count, first: index });
    this.events.moves = this.data.pairs.map((pair, index) => this.move(pair, index + 1));
  }

  move(pair, number) {
    const own = [pair.first, pair.second]
      .map((wanted, owner) => ({
        owner,
        move: this.data.climbs[owner].moves.find((one) => one.number === wanted),
      }))
      .filter(({ move }) => move);
    return {
      ...own[0].move,
      number,
      start: Math.min(...own.map(({ move, owner }) => this.shared(move.start, owner))),
      end: Math.max(...own.map(({ move, owner }) => this.shared(move.end, owner))),
    };
  }

  lanes() {
    return this.data.climbs.flatMap(({ moves, rests }, owner) => {
      const letter = "AB"[owner];
      const numbers = this.data.pairs.map((pair) => (owner ? pair.second : pair.first));
      const shared = (event) => ({
        start: this.shared(event.start, owner),
        end: this.shared(event.end, owner),
      });
      return [
        {
          isDouble: true,
          empty: "no moves found",
          blocks: moves.map((move) => ({
            ...shared(move),
            kind: move.limb,
            text: move.number,
            title: `${letter}, move ${move.number}: ${move.words}, ${move.from} → ${move.to}`,
            move: numbers.indexOf(move.number) + 1,
          })),
        },
        {
          empty: "no rests",
          blocks: rests.map((rest) => ({ ...shared(rest), kind: "rest", text: "", title: `${letter}, rest` })),
        },
      ];
    });
  }

  series() {
    return this.data.series.map((series) => ({
      ...series,
      side: series.owner ? "second" : "first",
      x: series.x.map((time) => this.shared(time, series.owner)),
    }));
  }

  where(name) {
    const owner = name === "first" ? 0 : 1;
    const { times, line } = this.data.climbs[owner].path;
    return placeAt(times, line, this.own(this.clock.now, owner));
  }

  goToHold(number) {
    const own = this.data.climbs[0].contacts.filter((contact) => contact.number === number);
    const next = own.find((contact) => contact.start > this.clock.now) ?? own[0];
    if (next) this.clock.seek(next.start + 1e-3);
  }

  align(mode) {
    this.clock.setLoop(null);
    const first = this.data.times.map((times) => times.slice(0, 1));
    this.moments = mode === "real" ? first : this.data.times;
    for (const button of this.root.querySelectorAll("[data-align]")) {
      button.setAttribute("aria-pressed", String(button.dataset.align === mode));
    }
    this.retime();
    this.timeline.fill(this.lanes());
    this.plots?.retime(this.series(), this.data.climbs[0].moves);
    this.clock.seek(this.clock.now);
  }
}
