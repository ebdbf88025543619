// After a page or a part of it has come: the hand goes where the work goes on, and the news is said.
// Markup: data-focus on the one field; data-focus-inside on a form (its first empty field, or an error);
// data-announce on the sentence that is new.
import { announce } from "./announce.js";

const FIELDS = "input:not([type=hidden]):not([disabled]), select, textarea";

function firstOf(form) {
  const fields = [...form.querySelectorAll(FIELDS)].filter((one) => one.getClientRects().length);
  return form.querySelector("[data-errors]") || fields.find((one) => one.hasAttribute("data-first")) || fields[0];
}

export function settleFocus(root) {
  const form = root.matches?.("[data-focus-inside]") ? root : root.querySelector("[data-focus-inside]");
  const part = (form && firstOf(form)) || root.querySelector("[data-focus]");
  if (part) {
    part.focus();
    if (part.type === "search" || part.type === "text") part.select();
  }
}

export function watchSwaps() {
  document.addEventListener("htmx:afterSettle", (event) => {
    const part = event.detail.target || event.target;
    if (!part || !part.isConnected) return;
    if (document.activeElement && part.id && document.activeElement.getAttribute("hx-target") === `#${part.id}`) return;
    settleFocus(part);
    announce(part.querySelector("[data-announce]")?.textContent || "");
  });
}
