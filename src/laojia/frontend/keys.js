// Keys of the desk. Markup: rows carry data-row; what a key presses carries data-key="x" (also "Enter", "1"…);
// data-guard="sentence" on it stops the key and says why; data-opens="id" opens a <dialog>.
import { announce } from "./announce.js";

const rows = () => [...document.querySelectorAll("[data-row]")];

function typing(target) {
  return target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName);
}

function move(step) {
  const list = rows();
  if (!list.length) return;
  const here = list.findIndex((row) => row === document.activeElement || row.getAttribute("aria-current") === "true");
  const next = list[Math.min(list.length - 1, Math.max(0, here + step))];
  list.forEach((row) => row.removeAttribute("aria-current"));
  next.setAttribute("aria-current", "true");
  next.focus();
  next.scrollIntoView({ block: "nearest" });
  announce(next.dataset.said || next.textContent.trim().replace(/\s+/g, " "));
  schedule(next);
}

// Running down the list with j held loads the chosen order once, where the hand stops.
let waiting;
function schedule(row) {
  clearTimeout(waiting);
  if (row.hasAttribute("hx-get")) waiting = setTimeout(() => row.click(), 180);
}

function press(key) {
  // What stands in the row one is on goes first: the same key means the same thing in every row.
  const row = document.activeElement?.closest("[data-row]");
  const part = [...(row ? row.querySelectorAll("[data-key]") : []), ...document.querySelectorAll("[data-key]")]
    .find((each) => each.dataset.key === key && !each.disabled && each.getClientRects().length);
  if (!part) return false;
  if (part.dataset.guard) {
    announce(part.dataset.guard);
    part.focus();
  } else if (typing(part)) {
    part.focus();
    part.select?.();
  } else {
    announce(part.dataset.said || part.textContent.trim().replace(/\s+/g, " "));
    part.click();
  }
  return true;
}

function onKey(event) {
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || event.repeat && event.key === "Enter") return;
  if (document.querySelector("dialog[open]")) return;
  if (typing(event.target)) {
    if (event.key === "Escape") event.target.blur();
    return;
  }
  const onRow = event.target.hasAttribute?.("data-row");
  // Enter belongs to whatever button or link has the focus, except to a row of the queue.
  if (event.key === "Enter" && !onRow && event.target !== document.body) return;
  const done = event.key === "j" ? (move(1), true) : event.key === "k" ? (move(-1), true) : press(event.key);
  if (done) event.preventDefault();
}

function onClick(event) {
  const row = event.target.closest("[data-row]");
  if (row) rows().forEach((each) => each === row ? each.setAttribute("aria-current", "true") : each.removeAttribute("aria-current"));
  const opener = event.target.closest("[data-opens]");
  if (opener) document.getElementById(opener.dataset.opens)?.showModal();
  const closer = event.target.closest("[data-closes]");
  if (closer) closer.closest("dialog")?.close();
}

export function watchKeys() {
  document.addEventListener("click", onClick);
  if (document.body.hasAttribute("data-keys")) document.addEventListener("keydown", onKey);
}
