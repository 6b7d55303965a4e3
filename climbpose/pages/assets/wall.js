// The wall: which lines are shown, and where the climber is now.

class Wall {
  constructor(root, clock, where, goToHold) {
    this.where = where;
    this.clock = clock;
    this.dots = [...root.querySelectorAll("[data-dot]")];
    for (const box of root.querySelectorAll("[data-shows]")) {
      const shown = box.dataset.shows;
      const parts = root.querySelectorAll(
        shown === "holds" ? ".holds" : `[data-path="${shown}"], [data-dot="${shown}"]`,
      );
      const apply = () => parts.forEach((part) => part.classList.toggle("off", !box.checked));
      box.addEventListener("change", apply);
      apply();
    }
    for (const hold of root.querySelectorAll("[data-hold]")) {
      hold.addEventListener("click", () => goToHold(Number(hold.dataset.hold)));
    }
    clock.listen(() => this.update());
    this.update();
  }

  update() {
    for (const dot of this.dots) {
      const place = this.where(dot.dataset.dot);
      dot.classList.toggle("away", !place);
      if (place) dot.setAttribute("transform", `translate(${place[0].toFixed(1)} ${place[1].toFixed(1)})`);
    }
  }

  // Marks the holds that are held now.
  static light(root, numbers) {
    for (const hold of root.querySelectorAll("[data-hold]")) {
      hold.classList.toggle("held", numbers.has(Number(hold.dataset.hold)));
    }
  }
}

// The index of the last of some ascending times that is not after a time.
function indexAt(times, time) {
  let low = 0;
  let high = times.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (times[middle] <= time) low = middle;
    else high = middle - 1;
  }
  return low;
}

function placeAt(times, line, time) {
  if (!line.length) return null;
  const index = indexAt(times, time);
  const [a, b] = [line[index], line[index + 1]];
  if (!a || !b || times[index + 1] <= times[index]) return a;
  const share = Math.min(Math.max((time - times[index]) / (times[index + 1] - times[index]), 0), 1);
  return [a[0] + share * (b[0] - a[0]), a[1] + share * (b[1] - a[1])];
}
