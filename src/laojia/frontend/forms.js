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

export function guardForms() {
  document.addEventListener("submit", onSubmit);
  // After "back" the browser may show the old page as it was left, buttons still busy.
  window.addEventListener("pageshow", () => document.querySelectorAll("form").forEach(release));
  document.addEventListener("htmx:afterRequest", (event) => {
    const form = event.target.closest?.("form");
    if (form) release(form);
  });
}
