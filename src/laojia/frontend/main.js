// Entry of the one script of all pages. Every page works without it; nothing here uses eval or inline code.
import "htmx.org";
import { guardForms } from "./forms.js";
import { watchKeys } from "./keys.js";
import { startCountdowns } from "./undo.js";
import { readyShares, readyPrints } from "./share.js";
import { readyLocate } from "./locate.js";
import { watchConnection } from "./offline.js";
import { keepTyped } from "./typed.js";
import { settleFocus, watchSwaps } from "./focus.js";

// Parts that are shown only to those whose browser runs this script carry data-needs-script and hidden.
function reveal(root) {
  for (const part of root.querySelectorAll("[data-needs-script][hidden]")) part.hidden = false;
}

function ready(root) {
  reveal(root);
  readyShares(root);
  readyPrints(root);
  readyLocate(root);
  startCountdowns(root);
}

document.addEventListener("DOMContentLoaded", () => {
  guardForms();
  watchKeys();
  keepTyped();
  watchConnection();
  watchSwaps();
  ready(document);
  settleFocus(document);
});
document.addEventListener("htmx:load", (event) => ready(event.target));
