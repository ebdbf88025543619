// What was typed outlives a form sent into a dead spot and a phone that throws the page away: it is kept in this tab
// alone, and the next page of ours that opens takes it away again. Forms ask for it with data-keep-typed.
import { announce } from "./announce.js";

const KEPT = "typed";
const untouched = new WeakMap();

const rowsOf = (form) => [...new FormData(form)].filter(([name, value]) => typeof value === "string" && name !== "csrfmiddlewaretoken");
const said = (form) => JSON.stringify(rowsOf(form).filter(([name]) => name !== "key"));

function store(form) {
  try {
    sessionStorage.setItem(KEPT, JSON.stringify({ path: location.pathname, id: form.id, rows: rowsOf(form) }));
  } catch { /* no room, or not allowed: then it is as it was without this */ }
}

function take() {
  try {
    const kept = JSON.parse(sessionStorage.getItem(KEPT) || "null");
    sessionStorage.removeItem(KEPT);
    return kept;
  } catch {
    return null;
  }
}

function fill(form, rows) {
  for (const field of form.elements) {
    if (!field.name || field.name === "csrfmiddlewaretoken" || field.type === "submit") continue;
    const given = rows.filter(([name]) => name === field.name).map(([, value]) => value);
    if (field.type === "checkbox" || field.type === "radio") field.checked = given.includes(field.value);
    else if (field.tagName === "SELECT") for (const one of field.options) one.selected = given.includes(one.value);
    else if (given.length) field.value = given[0];
  }
  for (const part of form.querySelectorAll("details")) {
    part.open ||= [...part.querySelectorAll("input, textarea")].some((f) => f.value !== f.defaultValue || f.checked !== f.defaultChecked);
  }
}

function tell(form) {
  const note = document.createElement("p");
  note.className = "notice soon";
  note.textContent = form.dataset.keepTyped;
  form.prepend(note);
  announce(note.textContent);
}

export function keepTyped() {
  const forms = [...document.querySelectorAll("form[data-keep-typed]")];
  for (const form of forms) untouched.set(form, said(form));
  const kept = take();
  // With errors on it the page comes from the server, which gave back what was typed.
  const form = kept?.path === location.pathname && !document.querySelector(".field-error, [data-errors]") && forms.find((one) => one.id === kept.id);
  if (form && kept.rows.length) {
    fill(form, kept.rows);
    if (said(form) !== untouched.get(form)) tell(form);
  }
  document.addEventListener("submit", (event) => { if (untouched.has(event.target)) store(event.target); }, true);
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState !== "hidden") return;
    const begun = forms.find((one) => said(one) !== untouched.get(one));
    if (begun) store(begun);
  });
}
