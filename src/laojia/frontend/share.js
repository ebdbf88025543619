// 「发给家里人」: the phone's own share sheet, else the clipboard; and the print button.
import { announce } from "./announce.js";

async function share(button) {
  const { url, text, copied } = button.dataset;
  if (navigator.share) {
    try { await navigator.share({ text, url }); return; } catch (error) { if (error.name === "AbortError") return; }
  }
  try {
    await navigator.clipboard.writeText(`${text} ${url}`.trim());
    announce(copied);
    button.textContent = copied;
  } catch {
    document.getElementById(button.dataset.field)?.select();
  }
}

export function readyShares(root) {
  for (const button of root.querySelectorAll("[data-share]")) {
    if (button.dataset.ready) continue;
    button.dataset.ready = "yes";
    button.addEventListener("click", () => share(button));
  }
}

export function readyPrints(root) {
  for (const button of root.querySelectorAll("[data-print]")) button.addEventListener("click", () => window.print());
}
