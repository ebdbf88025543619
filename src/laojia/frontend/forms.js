// One press sends a form once. The hidden field "key" makes a second arrival harmless on the server;
// this guard only spares the person the doubt.
import { announce } from "./announce.js";

const sending = new WeakSet();

function onSubmit(event) {
  const form = event.target;
  if (form.method !== "post" || event.defaultPrevented) return;
  if (sending.has(form)) {
    event.preventDefault();
    return;
  }
  sending.add(form);
  const button = event.submitter;
  if (button) button.setAttribute("aria-busy", "true");
  announce(form.dataset.sending || document.body.dataset.sending);
}

function release(form) {
  sending.delete(form);
  for (const button of form.querySelectorAll("[aria-busy]")) button.removeAttribute("aria-busy");
}

// In a list of several a plain click adds one or takes it away: nobody loses the others by forgetting Ctrl.
function onPick(event) {
  const option = event.target.closest?.("select[multiple] option");
  if (!option || event.button !== 0 || event.shiftKey) return;
  event.preventDefault();
  const list = option.closest("select");
  const top = list.scrollTop;
  option.selected = !option.selected;
  list.focus();
  setTimeout(() => { list.scrollTop = top; });
  list.dispatchEvent(new Event("change", { bubbles: true }));
}

export function guardForms() {
  document.addEventListener("mousedown", onPick);
  document.addEventListener("submit", onSubmit);
  // After "back" the browser may show the old page as it was left, buttons still busy.
  window.addEventListener("pageshow", () => document.querySelectorAll("form").forEach(release));
  document.addEventListener("htmx:afterRequest", (event) => {
    const form = event.target.closest?.("form");
    if (form) release(form);
  });
}
