// Star controls save at once. What is shown is what is on disk: a failed save says so and puts the old stars back.

import { announce, post } from "./net.js";

const saved = new WeakMap(); // form -> value on disk, "" for none

const chosen = (form) => form.querySelector("input[name=stars]:checked")?.value ?? "";

function show(form, value) {
  for (const input of form.querySelectorAll("input[name=stars]")) input.checked = input.value === value;
}

function say(form, text, kind = "") {
  const state = form.querySelector(".stars-state");
  state.textContent = text;
  state.dataset.kind = kind;
}

async function save(form, url, value) {
  const before = saved.get(form);
  const body = new FormData(form);
  form.classList.add("saving");
  say(form, "Saving …");
  try {
    const facts = await post(url, body);
    const now = facts.stars === null ? "" : String(facts.stars);
    saved.set(form, now);
    if (chosen(form) === value) show(form, now); // unless a newer choice is already under way
    form.querySelector(".stars-remove").hidden = !now;
    say(form, now ? `Saved: ${now} of 5` : "Removed", "saved");
    announce(form, facts);
  } catch (error) {
    show(form, before);
    say(form, error.message, "failed");
  } finally {
    form.classList.remove("saving");
  }
}

// One save at a time and form, the latest choice last: answers cannot overtake one another.
const turns = new WeakMap();
function inTurn(form, work) {
  const turn = (turns.get(form) ?? Promise.resolve()).then(work);
  turns.set(form, turn);
  return turn;
}

function prepare(form) {
  if (form && !saved.has(form)) saved.set(form, chosen(form));
}

export function start(root = document) {
  document.querySelectorAll("form[data-stars]").forEach(prepare);
  for (const kind of ["pointerdown", "keydown", "focusin"])
    root.addEventListener(kind, (event) => prepare(event.target.closest?.("form[data-stars]")), true);
  root.addEventListener("change", (event) => {
    const form = event.target.closest("form[data-stars]");
    if (!form || event.target.name !== "stars") return;
    const value = chosen(form);
    inTurn(form, () => (chosen(form) === value ? save(form, form.action, value) : undefined));
  });
  root.addEventListener("taken-back", ({ target: form }) => {
    saved.set(form, "");
    show(form, "");
    form.querySelector(".stars-remove").hidden = true;
    say(form, "Removed", "saved");
  });
  // Choosing the stars that are already chosen changes nothing; after a failure it is the way to try again.
  root.addEventListener("submit", (event) => {
    const form = event.target.closest("form[data-stars]");
    if (!form) return;
    event.preventDefault();
    const button = event.submitter;
    if (button?.classList.contains("stars-remove")) inTurn(form, () => save(form, button.formAction, chosen(form)));
    else if (chosen(form)) inTurn(form, () => save(form, form.action, chosen(form)));
  });
}
