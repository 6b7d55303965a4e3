// One climb: its video, timeline, wall, plots and tables, on one clock.

function ready(video) {
  if (!video) return null;
  video.controls = false;
  const coded = video.dataset.source && document.getElementById(video.dataset.source);
  if (coded) {
    const bytes = Uint8Array.from(atob(coded.textContent), (letter) => letter.charCodeAt(0));
    video.src = URL.createObjectURL(new Blob([bytes], { type: "video/mp4" }));
    coded.remove();
  }
  return video;
}

class Climb {
  constructor(root, data) {
    this.root = root;
    this.data = data;
    const video = root.querySelector("video");
    this.clock = new Clock(new Frames(data.frames), data.seconds, video);
    if (video) this.watch(video);
    const deck = root.querySelector(".deck");
    this.timeline = new Timeline(deck, climbLanes(data), this.clock);
    this.controls = new Controls(deck, data, this.clock, this.timeline);
    const { times, lines } = data.paths;
    const where = (name) => placeAt(times, lines[name], this.clock.now);
    this.wall = new Wall(root, this.clock, where, (hold) => this.goToHold(hold));
    const plots = root.querySelector(".plots");
    this.plots = data.series.length ? new Plots(plots, data, this.clock) : null;
    root.querySelectorAll("table").forEach(makeSortable);
    this.wireRows();
    this.clock.listen(() => this.mark());
    this.clock.show(0);
  }

  watch(video) {
    const fail = () => {
      this.root.querySelector(".screen .notice").hidden = false;
      video.hidden = true;
      this.clock.forsake();
    };
    video.addEventListener("error", fail);
    video.addEventListener("click", () => this.clock.toggle());
    ready(video);
    // It may have failed before anybody listened.
    if (video.error) fail();
  }

  wireRows() {
    for (const row of this.root.querySelectorAll("[data-move]")) {
      if (row.tagName !== "TR") continue;
      row.addEventListener("click", () => this.toggleMove(Number(row.dataset.move)));
    }
    for (const button of this.root.querySelectorAll("[data-goes-to]")) {
      button.addEventListener("click", () => this.clock.seek(Number(button.dataset.goesTo) + 1e-3));
    }
    for (const button of this.root.querySelectorAll("[data-goes-to-hold]")) {
      button.addEventListener("click", () => this.goToHold(Number(button.dataset.goesToHold)));
    }
  }

  toggleMove(number) {
    const move = this.data.moves.find((one) => one.number === number);
    if (this.clock.loop?.move === move) this.controls.toggleLoop();
    else this.controls.loopMove(move);
  }

  // To the next contact with a hold, or the first one after the last.
  goToHold(number) {
    const own = this.data.contacts.filter((contact) => contact.number === number);
    const next = own.find((contact) => contact.start > this.clock.now) ?? own[0];
    if (next) this.clock.seek(next.start + 1e-3);
  }

  // Shows in table, timeline and wall what is under way.
  mark() {
    const { now, loop } = this.clock;
    const held = this.data.contacts.filter((c) => c.start <= now && now < c.end);
    Wall.light(this.root, new Set(held.map((contact) => contact.number)));
    const current = this.data.moves.find((move) => move.start <= now && now < move.end)?.number;
    for (const part of this.root.querySelectorAll("[data-move]")) {
      part.classList.toggle("current", Number(part.dataset.move) === current);
    }
    for (const button of this.root.querySelectorAll("[data-loop]")) {
      const isLooped = Number(button.dataset.loop) === loop?.move.number;
      button.setAttribute("aria-pressed", String(isLooped));
      button.closest("tr").classList.toggle("looped", isLooped);
    }
  }
}
