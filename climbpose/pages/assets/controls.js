// Buttons and keys of a player.

const RATES = [0.1, 0.25, 0.5, 1, 2];

// Around a move that is looped, so that it is seen to begin and end.
const LEAD_S = 0.3;

class Controls {
  constructor(root, data, clock, timeline) {
    this.root = root;
    this.data = data;
    this.clock = clock;
    this.timeline = timeline;
    this.readout = root.querySelector(".readout");
    this.said = root.querySelector(".said");
    this.actions = {
      toggle: () => clock.toggle(),
      back: () => clock.step(-1),
      forward: () => clock.step(1),
      "previous-move": () => this.jump(-1),
      "next-move": () => this.jump(1),
      loop: () => this.toggleLoop(),
      "zoom-in": () => timeline.setZoom(timeline.zoom * 1.6),
      "zoom-out": () => timeline.setZoom(timeline.zoom / 1.6),
      mute: () => this.mute(),
      full: () => this.full(),
    };
    for (const button of root.querySelectorAll("[data-does]")) {
      button.addEventListener("click", () => this.actions[button.dataset.does]());
    }
    for (const button of root.querySelectorAll("[data-speed]")) {
      button.addEventListener("click", () => clock.setRate(Number(button.dataset.speed)));
    }
    clock.listen((what) => this.update(what));
    this.update("state");
    this.update("rate");
    this.update("loop");
  }

  button(action) {
    return this.root.querySelector(`[data-does="${action}"]`);
  }

  // The move under way, or the last one before.
  move(time = this.clock.now) {
    const { moves } = this.data;
    const current = moves.findLast((move) => move.start - LEAD_S <= time + 1e-3);
    return current ?? moves[0];
  }

  jump(count) {
    const { moves } = this.data;
    const now = this.clock.loop ? this.clock.loop.move.start : this.clock.now;
    const next =
      count > 0
        ? moves.find((move) => move.start > now + 0.01)
        : moves.findLast((move) => move.start < now - 0.05);
    if (!next) return;
    if (this.clock.loop) this.loopMove(next);
    else this.clock.seek(next.start + 1e-3);
    this.say(`Move ${next.number}, ${next.words}`);
  }

  loopMove(move) {
    const start = Math.max(move.start - LEAD_S, 0);
    const end = Math.min(Math.max(move.end + LEAD_S, start + 0.1), this.clock.seconds - 0.02);
    this.clock.setLoop({ start, end, move });
    this.clock.seek(start);
    this.clock.play();
    this.say(`Looping move ${move.number}, ${move.words}`);
  }

  toggleMove(number) {
    const move = this.data.moves.find((one) => one.number === number);
    if (this.clock.loop?.move === move) this.toggleLoop();
    else this.loopMove(move);
  }

  toggleLoop() {
    if (this.clock.loop) {
      this.clock.setLoop(null);
      this.say("Loop ended");
    } else if (this.data.moves.length) this.loopMove(this.move());
  }

  changeRate(count) {
    const index = RATES.findIndex((rate) => rate >= this.clock.rate);
    this.clock.setRate(RATES[Math.min(Math.max(index + count, 0), RATES.length - 1)]);
  }

  mute() {
    const { video } = this.clock;
    if (!video) return;
    video.muted = !video.muted;
    this.button("mute").setAttribute("aria-pressed", String(!video.muted));
  }

  full() {
    if (document.fullscreenElement) document.exitFullscreen();
    else if (this.clock.video) {
      // A phone's browser may know only its own way.
      const { video } = this.clock;
      (video.requestFullscreen ?? video.webkitEnterFullscreen)?.call(video);
    }
  }

  // For who cannot see: a sentence after each jump, none while the video plays.
  say(text) {
    this.said.textContent = text;
  }

  update(what) {
    const { clock } = this;
    if (what === "time" || what === "seek") {
      const time = clock.frames.count ? clock.frames.time(clock.frame) : clock.now;
      const shown = `${clockText(time, 2)} / ${clockText(clock.seconds, 1)}`;
      const number = clock.frames.times.first + clock.frame;
      this.readout.textContent = `${shown} · frame ${number}`;
      if (what === "seek" && !clock.isPlaying) this.say(`${clock.now.toFixed(2)} seconds`);
    } else if (what === "state") {
      const button = this.button("toggle");
      button.classList.toggle("plays", clock.isPlaying);
      const label = clock.isPlaying ? "Pause" : "Play";
      button.setAttribute("aria-label", label);
      button.title = `${label} (space)`;
    } else if (what === "rate") {
      for (const button of this.root.querySelectorAll("[data-speed]")) {
        button.setAttribute("aria-pressed", String(Number(button.dataset.speed) === clock.rate));
      }
      this.say(`Speed ${clock.rate}`);
    } else if (what === "loop") {
      this.button("loop").setAttribute("aria-pressed", String(Boolean(clock.loop)));
    }
  }

  // Whether the key was one of ours.
  press(event) {
    const { clock, timeline } = this;
    const keys = {
      " ": this.actions.toggle,
      k: this.actions.toggle,
      ",": this.actions.back,
      ".": this.actions.forward,
      ArrowLeft: () => (event.shiftKey ? clock.seek(clock.now - 1) : clock.step(-1)),
      ArrowRight: () => (event.shiftKey ? clock.seek(clock.now + 1) : clock.step(1)),
      ArrowUp: () => this.changeRate(1),
      ArrowDown: () => this.changeRate(-1),
      Home: () => clock.seek(0),
      End: () => clock.seek(clock.seconds),
      "[": this.actions["previous-move"],
      "]": this.actions["next-move"],
      l: this.actions.loop,
      "+": this.actions["zoom-in"],
      "=": this.actions["zoom-in"],
      "-": this.actions["zoom-out"],
      m: this.actions.mute,
      f: this.actions.full,
    };
    const name = event.key.length === 1 ? event.key.toLowerCase() : event.key;
    const isScroll = ["ArrowUp", "ArrowDown", "Home", "End"].includes(name);
    if (!keys[name] || (isScroll && event.target !== timeline.track)) return false;
    keys[name]();
    return true;
  }
}
