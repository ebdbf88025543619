// Fills two fields with the phone's position, only when the person presses the button that says so.
// Markup: data-locate on the button, data-lat and data-lng name the fields, data-system the field that
// tells which system the numbers are in; data-found and data-failed are the two sentences.
import { announce } from "./announce.js";

const field = (id) => document.getElementById(id);

function locate(button) {
  const said = field(button.dataset.saidIn);
  const say = (text) => { if (said) said.textContent = text; announce(text); };
  button.setAttribute("aria-busy", "true");
  navigator.geolocation.getCurrentPosition(({ coords }) => {
    field(button.dataset.lat).value = coords.latitude.toFixed(6);
    field(button.dataset.lng).value = coords.longitude.toFixed(6);
    const system = field(button.dataset.system);
    if (system) system.value = "wgs84";
    button.removeAttribute("aria-busy");
    say(button.dataset.found);
  }, () => {
    button.removeAttribute("aria-busy");
    say(button.dataset.failed);
  }, { enableHighAccuracy: true, timeout: 15000, maximumAge: 60000 });
}

export function readyLocate(root) {
  for (const button of root.querySelectorAll("[data-locate]")) {
    if (!navigator.geolocation) { button.hidden = true; continue; }
    if (button.dataset.ready) continue;
    button.dataset.ready = "yes";
    button.addEventListener("click", () => locate(button));
  }
}
