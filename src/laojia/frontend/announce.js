// Says a sentence to screen readers through the page's one aria-live region.
export function announce(text) {
  const region = document.getElementById("announce");
  if (!region || !text) return;
  region.textContent = "";
  // A fresh frame makes readers speak even when the sentence is the same as before.
  requestAnimationFrame(() => { region.textContent = text; });
}
