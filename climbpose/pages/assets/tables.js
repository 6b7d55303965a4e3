// Tables that sort by the head that is pressed.

function makeSortable(table) {
  const heads = [...table.tHead.rows[table.tHead.rows.length - 1].cells];
  heads.forEach((head, column) => {
    head.querySelector("button")?.addEventListener("click", () => {
      const isUp = head.getAttribute("aria-sort") !== "ascending";
      for (const other of heads) other.removeAttribute("aria-sort");
      head.setAttribute("aria-sort", isUp ? "ascending" : "descending");
      const body = table.tBodies[0];
      const rows = [...body.rows].sort((a, b) => compare(key(a, column), key(b, column), isUp));
      body.append(...rows);
    });
  });
}

function key(row, column) {
  const cell = row.cells[column];
  return cell.dataset.value ?? cell.textContent;
}

// Numbers as numbers, the rest as text; what is not known stays last either way.
function compare(a, b, isUp) {
  if (a === "" || b === "") return (a === "") - (b === "");
  const [x, y] = [Number(a), Number(b)];
  const order = Number.isNaN(x) || Number.isNaN(y) ? a.localeCompare(b) : x - y;
  return isUp ? order : -order;
}

// A click on a move's row plays it in a loop; its button does so by keyboard.
function wireMoves(root, controls) {
  for (const row of root.querySelectorAll("tr[data-move]")) {
    row.addEventListener("click", () => controls.toggleMove(Number(row.dataset.move)));
  }
}

// Shows wherever a move stands whether it is under way and whether it is looped.
class Marks {
  constructor(root, events, clock) {
    this.root = root;
    this.events = events;
    this.clock = clock;
    clock.listen(() => this.update());
  }

  update() {
    const { now, loop } = this.clock;
    const current = this.events.moves.find((move) => move.start <= now && now < move.end)?.number;
    const looped = loop?.move.number;
    // Most pictures change nothing.
    if (current === this.current && looped === this.looped) return;
    [this.current, this.looped] = [current, looped];
    for (const part of this.root.querySelectorAll("[data-move]")) {
      part.classList.toggle("current", Number(part.dataset.move) === current);
    }
    for (const button of this.root.querySelectorAll("[data-loop]")) {
      const isLooped = Number(button.dataset.loop) === looped;
      button.setAttribute("aria-pressed", String(isLooped));
      button.closest("tr").classList.toggle("looped", isLooped);
    }
  }
}
