// Says when the connection is gone and keeps a form from being sent into nothing: what was typed stays.
import { announce } from "./announce.js";

export function watchConnection() {
  const hint = document.getElementById("offline-hint");
  if (!hint) return;
  const show = (gone) => {
    if (gone && hint.hidden) announce(hint.textContent.trim());
    hint.hidden = !gone;
  };
  window.addEventListener("offline", () => show(true));
  window.addEventListener("online", () => show(false));
  document.addEventListener("htmx:sendError", () => show(true));
  document.addEventListener("htmx:afterOnLoad", () => show(false));
  document.addEventListener("submit", (event) => {
    if (navigator.onLine !== false) return;
    event.preventDefault();
    show(true);
    hint.scrollIntoView({ block: "center" });
  }, true);
}
