// The page: which climb is shown, how it looks, and whose keys are whose.

const climbs = JSON.parse(document.getElementById("climbs").textContent);
const sections = [...document.querySelectorAll("article.climb")];
const shown = new Map();
let current = null;

function show(index) {
  current?.clock.pause();
  sections.forEach((section, i) => (section.hidden = i !== index));
  // Made when first seen: what is hidden has no size to draw in.
  const Kind = climbs[index].kind === "pair" ? Pair : Climb;
  if (!shown.has(index)) shown.set(index, new Kind(sections[index], climbs[index]));
  current = shown.get(index);
}

function setTheme(theme) {
  document.documentElement.dataset.theme = theme;
  document.getElementById("theme").setAttribute("aria-pressed", String(theme === "dark"));
  for (const climb of shown.values()) climb.plots?.draw();
}

const darkness = matchMedia("(prefers-color-scheme: dark)");
let isChosen = false;
darkness.addEventListener("change", () => {
  if (!isChosen) setTheme(darkness.matches ? "dark" : "light");
});
document.getElementById("theme").addEventListener("click", () => {
  isChosen = true;
  setTheme(document.documentElement.dataset.theme === "dark" ? "light" : "dark");
});
document.getElementById("print").addEventListener("click", () => window.print());
document
  .getElementById("chooser")
  ?.addEventListener("change", (event) => show(Number(event.target.value)));

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
  const target = event.target.closest?.("input, select, textarea, button, summary, a");
  // A focused control keeps its own keys.
  if (target && (event.key === " " || target.matches("select, textarea"))) return;
  if (current?.controls.press(event)) event.preventDefault();
});

// Who clicks with a pointer goes on with the keys of the player; who presses keeps the focus.
document.addEventListener("click", (event) => {
  const focused = document.activeElement;
  if (event.detail > 0 && focused?.matches("button, input")) focused.blur();
});

// An open explanation closes when something else is wanted.
document.addEventListener("click", (event) => {
  for (const open of document.querySelectorAll("details[open]:not(.more)")) {
    if (!open.contains(event.target)) open.open = false;
  }
});
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  for (const open of document.querySelectorAll("details[open]:not(.more)")) open.open = false;
});

show(0);
setTheme(document.documentElement.dataset.theme);
