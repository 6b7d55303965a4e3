// When are we: the video's time where there is a video that plays, else a clock of our own.

class Frames {
  constructor(times) {
    this.times = times;
    this.count = times.list ? times.list.length : times.count;
  }

  time(index) {
    const { list, start, step } = this.times;
    return list ? list[index] : start + index * step;
  }

  at(time) {
    let low = 0;
    let high = this.count - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      // A decoder's time can lie a hair before the frame's own.
      if (this.time(middle) <= time + 1e-4) low = middle;
      else high = middle - 1;
    }
    return Math.max(low, 0);
  }

  // The middle of a frame, where no rounding shows its neighbour.
  middle(index) {
    const start = this.time(index);
    const next = index + 1 < this.count ? this.time(index + 1) : start + 0.02;
    return start + Math.min((next - start) / 2, 0.05);
  }
}

class Clock {
  constructor(frames, seconds) {
    this.frames = frames;
    this.seconds = seconds;
    this.video = null;
    this.now = 0;
    this.rate = 1;
    this.loop = null;
    this.isPlaying = false;
    this.listeners = [];
    this.last = 0;
    this.wanted = 0;
    this.asked = 0;
  }

  // From now on the video says how late it is.
  follow(video) {
    this.video = video;
    video.addEventListener("play", () => this.begin());
    video.addEventListener("pause", () => this.end());
    video.addEventListener("seeked", () => {
      if (this.asked !== this.wanted) this.ask();
      else if (!this.isPlaying) this.show(video.currentTime);
    });
  }

  // The video does not play: go on without it.
  forsake() {
    this.end();
    this.video = null;
  }

  listen(listener) {
    this.listeners.push(listener);
  }

  tell(what) {
    for (const listener of this.listeners) listener(what);
  }

  show(time) {
    this.now = Math.min(Math.max(time, 0), this.seconds);
    this.tell("time");
  }

  get frame() {
    return this.frames.at(this.now);
  }

  seek(time) {
    const target = Math.min(Math.max(time, 0), Math.max(this.seconds - 1e-3, 0));
    this.wanted = target;
    // One after the other: a browser that is asked for a hundred places at once may get stuck.
    if (this.video && !this.video.seeking) this.ask();
    this.show(target);
    this.tell("seek");
  }

  ask() {
    this.asked = this.wanted;
    this.video.currentTime = this.wanted;
  }

  step(count) {
    this.pause();
    if (!this.frames.count) return;
    const index = Math.min(Math.max(this.frame + count, 0), this.frames.count - 1);
    this.seek(this.frames.middle(index));
  }

  setRate(rate) {
    this.rate = rate;
    if (this.video) this.video.playbackRate = rate;
    this.tell("rate");
  }

  setLoop(loop) {
    this.loop = loop;
    this.tell("loop");
  }

  toggle() {
    if (this.isPlaying) this.pause();
    else this.play();
  }

  play() {
    const end = this.loop ? this.loop.end : this.seconds - 0.05;
    const isOutside = this.now >= end || (this.loop && this.now < this.loop.start);
    if (isOutside) this.seek(this.loop ? this.loop.start : 0);
    if (!this.video) this.begin();
    // A pause that follows at once rejects the promise; what fails to play is told by "error".
    else this.video.play().catch(() => {});
  }

  pause() {
    if (this.video) this.video.pause();
    else this.end();
  }

  begin() {
    if (this.isPlaying) return;
    this.isPlaying = true;
    this.last = performance.now();
    this.tell("state");
    requestAnimationFrame((moment) => this.tick(moment));
  }

  end() {
    if (!this.isPlaying) return;
    this.isPlaying = false;
    if (this.video) this.show(this.video.currentTime);
    this.tell("state");
  }

  tick(moment) {
    if (!this.isPlaying) return;
    const passed = Math.max(moment - this.last, 0) / 1000;
    this.last = moment;
    this.show(this.video ? this.video.currentTime : this.now + passed * this.rate);
    if (this.loop && (this.now >= this.loop.end || this.now < this.loop.start - 0.05)) {
      this.seek(this.loop.start);
    } else if (!this.video && this.now >= this.seconds) {
      this.end();
      return;
    }
    requestAnimationFrame((next) => this.tick(next));
  }
}
