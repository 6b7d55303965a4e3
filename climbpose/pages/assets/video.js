// Videos: those that lie in the page are turned back into files, and those that fail are told.

function prepare(screen, fail) {
  const video = screen.querySelector("video");
  if (!video) return null;
  video.controls = false;
  const failed = () => {
    screen.querySelector(".notice").hidden = false;
    video.hidden = true;
    fail();
  };
  video.addEventListener("error", failed);
  const coded = video.dataset.source && document.getElementById(video.dataset.source);
  if (coded) {
    const bytes = Uint8Array.from(atob(coded.textContent), (letter) => letter.charCodeAt(0));
    video.src = URL.createObjectURL(new Blob([bytes], { type: "video/mp4" }));
    coded.remove();
  }
  // It may have failed before anybody listened.
  if (video.error) failed();
  return video;
}

// Below this browsers refuse to play.
const SLOWEST = 0.0625;

const FASTEST = 16;

const DRIFT_S = 0.12;

// Over which a rate is taken.
const AHEAD_S = 0.2;

// A video that goes along with a clock, at times of its own.
class Follower {
  constructor(screen, clock, timeOf) {
    this.clock = clock;
    this.timeOf = timeOf;
    this.video = prepare(screen, () => (this.video = null));
    if (!this.video) return;
    this.video.muted = true;
    this.video.addEventListener("click", () => clock.toggle());
    this.video.addEventListener("seeked", () => this.follow());
    this.video.addEventListener("loadeddata", () => this.follow());
    clock.listen(() => this.follow());
  }

  follow() {
    const { video, clock } = this;
    if (!video || video.readyState < 1) return;
    const target = this.timeOf(clock.now);
    const rate = (clock.rate * (this.timeOf(clock.now + AHEAD_S) - target)) / AHEAD_S;
    const isWithin = target >= 0 && target < video.duration - 0.02;
    if (!clock.isPlaying || !isWithin || rate < SLOWEST) {
      if (!video.paused) video.pause();
      this.go(Math.min(Math.max(target, 0), video.duration - 0.01), 0.005);
      return;
    }
    video.playbackRate = Math.min(rate, FASTEST);
    this.go(target, DRIFT_S * Math.max(rate, 0.5));
    // Played videos are muted; a pause that follows at once rejects the promise.
    if (video.paused) video.play().catch(() => {});
  }

  go(time, tolerance) {
    const { video } = this;
    if (!video.seeking && Math.abs(video.currentTime - time) > tolerance) video.currentTime = time;
  }
}
