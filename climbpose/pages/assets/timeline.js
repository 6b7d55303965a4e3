// Lanes over time: what happened when, where we are, and where to go.

const LIMBS = ["left_hand", "right_hand", "left_foot", "right_foot"];

const STEPS_S = [0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600];

function clockText(seconds, decimals = 0) {
  const unit = 10 ** decimals;
  const parts = Math.round(seconds * unit);
  const minutes = Math.floor(parts / (60 * unit));
  const rest = (parts / unit - 60 * minutes).toFixed(decimals);
  return `${minutes}:${rest.padStart(decimals ? decimals + 3 : 2, "0")}`;
}

function made(tag, className, text) {
  const element = document.createElement(tag);
  element.className = className;
  if (text !== undefined) element.textContent = text;
  return element;
}

// The lanes of one climb.
function climbLanes({ moves, rests, contacts }) {
  const moveText = (move) => `Move ${move.number}: ${move.words}, ${move.from} → ${move.to}`;
  const limbLane = (limb) => {
    const words = limb.replace("_", " ");
    const place = (contact) => (contact.number ? `hold ${contact.hold}` : "the ground");
    return {
      empty: "no contacts found",
      blocks: contacts
        .filter((contact) => contact.limb === limb)
        .map((c) => ({ ...c, kind: limb, text: c.number ? c.hold : "", title: `${words} on ${place(c)}` })),
    };
  };
  return [
    {
      isDouble: true,
      empty: "no moves found",
      blocks: moves.map((m) => ({ ...m, kind: m.limb, text: m.number, title: moveText(m), move: m.number })),
    },
    {
      empty: "no rests",
      blocks: rests.map((r) => ({ ...r, kind: "rest", text: "", title: `Rest, ${(r.end - r.start).toFixed(1)} s` })),
    },
    ...LIMBS.map(limbLane),
  ];
}

class Timeline {
  constructor(root, lanes, clock) {
    this.clock = clock;
    this.scroll = root.querySelector(".track-scroll");
    this.track = root.querySelector(".track");
    this.ruler = root.querySelector(".ruler");
    this.playhead = root.querySelector(".playhead");
    this.range = root.querySelector(".range");
    this.lanes = root.querySelector(".lanes");
    this.zoom = 1;
    this.fill(lanes);
    this.drag();
    new ResizeObserver(() => this.rule()).observe(this.scroll);
    clock.listen((what) => this.update(what));
    this.update("loop");
    this.update("seek");
  }

  fill(lanes) {
    this.span = Math.max(this.clock.seconds, 0.01);
    this.track.setAttribute("aria-valuemax", this.span.toFixed(2));
    const rows = lanes.map(({ blocks, empty, isDouble }) => {
      // Moves of both sides can overlap: the left one above, the right one below.
      const row = made("div", isDouble ? "lane double" : "lane");
      row.append(...blocks.map((block) => this.block(block)));
      if (!blocks.length) row.append(made("span", "none", empty));
      return row;
    });
    this.lanes.replaceChildren(...rows);
    this.rule();
  }

  block({ start, end, kind, text, title, move }) {
    const block = made("span", `block ${kind}`, text);
    block.style.left = `${(100 * start) / this.span}%`;
    block.style.width = `${(100 * Math.max(end - start, 0)) / this.span}%`;
    block.title = `${title} (${clockText(start, 1)} to ${clockText(end, 1)})`;
    if (move) block.dataset.move = move;
    return block;
  }

  timeAt(event) {
    const box = this.track.getBoundingClientRect();
    return ((event.clientX - box.left) / box.width) * this.span;
  }

  drag() {
    let pressed = null;
    this.track.addEventListener("pointerdown", (event) => {
      if (event.button) return;
      pressed = { id: event.pointerId, x: event.clientX, y: event.clientY, moves: false };
      if (event.pointerType === "touch") return;
      this.track.setPointerCapture(event.pointerId);
      // The next key is for the player, whatever had the focus.
      document.activeElement?.blur();
      this.go(event);
      event.preventDefault();
    });
    this.track.addEventListener("pointermove", (event) => {
      if (pressed?.id !== event.pointerId || event.pointerType === "touch") return;
      this.go(event);
    });
    this.track.addEventListener("pointerup", (event) => {
      // A finger that scrolls cancels its pointer; one that taps comes here.
      if (pressed?.id === event.pointerId && event.pointerType === "touch") this.go(event);
      pressed = null;
    });
    this.track.addEventListener("pointercancel", () => (pressed = null));
  }

  go(event) {
    const time = this.timeAt(event);
    const { loop } = this.clock;
    if (loop && (time < loop.start || time > loop.end)) this.clock.setLoop(null);
    this.clock.seek(time);
  }

  setZoom(zoom) {
    const most = Math.max(1, this.span / 2);
    this.zoom = Math.min(Math.max(zoom, 1), most);
    this.track.style.width = `${100 * this.zoom}%`;
    this.rule();
    this.reveal(0.5);
  }

  rule() {
    const width = this.track.clientWidth;
    if (!width) return;
    const step = STEPS_S.find((s) => (s / this.span) * width >= 64) ?? 600;
    const marks = [];
    for (let i = 0; i * step <= this.span + 1e-9; i++) {
      const mark = made("span", "mark", clockText(i * step, step < 1 ? 1 : 0));
      mark.style.left = `${(100 * i * step) / this.span}%`;
      marks.push(mark);
    }
    this.ruler.replaceChildren(...marks);
  }

  // Scrolls so that the playhead is seen.
  reveal(place) {
    const x = (this.clock.now / this.span) * this.track.clientWidth;
    const { scrollLeft, clientWidth } = this.scroll;
    const isSeen = x >= scrollLeft && x <= scrollLeft + clientWidth;
    if (place !== undefined || !isSeen) this.scroll.scrollLeft = x - clientWidth * (place ?? 0.15);
  }

  update(what) {
    const { now, loop } = this.clock;
    this.playhead.style.left = `${(100 * now) / this.span}%`;
    if (this.zoom > 1 && (what === "time" || what === "seek")) this.reveal();
    if (what === "loop") {
      this.range.hidden = !loop;
      if (loop) {
        this.range.style.left = `${(100 * loop.start) / this.span}%`;
        this.range.style.width = `${(100 * (loop.end - loop.start)) / this.span}%`;
      }
    }
    if (what !== "time" || !this.clock.isPlaying) {
      this.track.setAttribute("aria-valuenow", now.toFixed(2));
      this.track.setAttribute("aria-valuetext", `${now.toFixed(2)} seconds`);
    }
  }
}
