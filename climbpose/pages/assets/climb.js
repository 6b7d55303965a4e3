// One climb: its video, timeline, wall, plots and tables, on one clock.

class Climb {
  constructor(root, data) {
    this.root = root;
    this.data = data;
    this.clock = new Clock(new Frames(data.frames), data.seconds);
    const video = prepare(root.querySelector(".screen"), () => this.clock.forsake());
    if (video && !video.error) this.clock.follow(video);
    video?.addEventListener("click", () => this.clock.toggle());
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
    new Marks(root, data, this.clock);
    this.clock.listen(() => this.light());
    this.clock.show(0);
  }

  wireRows() {
    wireMoves(this.root, this.controls);
    for (const button of this.root.querySelectorAll("[data-goes-to]")) {
      button.addEventListener("click", () => this.clock.seek(Number(button.dataset.goesTo) + 1e-3));
    }
    for (const button of this.root.querySelectorAll("[data-goes-to-hold]")) {
      button.addEventListener("click", () => this.goToHold(Number(button.dataset.goesToHold)));
    }
  }

  // To the next contact with a hold, or the first one after the last.
  goToHold(number) {
    const own = this.data.contacts.filter((contact) => contact.number === number);
    const next = own.find((contact) => contact.start > this.clock.now) ?? own[0];
    if (next) this.clock.seek(next.start + 1e-3);
  }

  light() {
    const { now } = this.clock;
    const held = this.data.contacts.filter((c) => c.start <= now && now < c.end);
    Wall.light(this.root, new Set(held.map((contact) => contact.number)));
  }
}
