// Watchlist, hide and lift without a reload. The buttons belong to the one form `#verbs`; what was said of a film is a class
// on the element that holds it (`is-watchlist`, `is-not_for_me`, `is-not_now`).

import { post } from "./net.js";
import { tell } from "./toast.js";

const DISMISSED = ["is-not_for_me", "is-not_now"];

// What a button changes on this page; answers with how to change it back.
function change(button) {
  const film = button.closest("[data-film]");
  const leaves = button.closest("[data-leaves]")?.dataset.leaves;
  button.closest("details")?.removeAttribute("open");
  if (button.dataset.genre) {
    if (leaves !== "dismiss") return () => {};
    const same = document.querySelectorAll(`[data-leaves] [data-genre="${button.dataset.genre}"]`);
    return leave([...same].map((other) => other.closest(".card")));
  }
  if (button.name === "kind") return leaves === "dismiss" ? leave([film]) : mark(film, [`is-${button.value}`], DISMISSED);
  if (button.classList.contains("save")) return mark(film, ["is-watchlist"], []);
  if (button.classList.contains("unsave")) return leaves === "watchlist" ? leave([film]) : mark(film, [], ["is-watchlist"]);
  if (button.classList.contains("lift")) return mark(film, [], DISMISSED);
  if (button.classList.contains("ignore")) return mark(film, ["is-ignored"], []);
  if (button.classList.contains("heed") && film) return mark(film, [], ["is-ignored"]);
  return () => {};
}

function mark(film, on, off) {
  const before = film.className;
  film.classList.remove(...off);
  film.classList.add(...on);
  const shown = [...film.querySelectorAll(".save, .unsave, .lift, .ignore, .heed, .hide > summary")].find((other) => other.checkVisibility());
  if (!film.contains(document.activeElement) || !document.activeElement.checkVisibility()) shown?.focus({ preventScroll: true });
  return () => (film.className = before);
}

function leave(cards) {
  const places = cards.map((card) => [card, card.parentElement, card.nextElementSibling]);
  const next = [...document.querySelectorAll("[data-leaves] .card")].find(
    (card) => !cards.includes(card) && cards[0].compareDocumentPosition(card) & Node.DOCUMENT_POSITION_FOLLOWING,
  );
  for (const card of cards) card.remove();
  (next?.querySelector(".card-title a") ?? document.getElementById("main")).focus({ preventScroll: true });
  return () => {
    for (const [card, parent, after] of places.toReversed()) parent.insertBefore(card, after?.parentElement === parent ? after : null);
    cards[0].querySelector(".card-title a").focus({ preventScroll: true });
  };
}

async function act(form, button) {
  const body = new FormData(form);
  if (button.name) body.set(button.name, button.value);
  const live = document.querySelector("[data-live]");
  const receipt = button.closest("[data-dialogue]");
  const tellOthers = () => [live, receipt].forEach((one) => one?.dispatchEvent(new CustomEvent("changed")));
  const back = change(button);
  try {
    const { message, undo } = await post(button.formAction, body);
    tellOthers();
    const takeBack = async () => {
      const done = await post(undo, new FormData(form));
      back();
      tellOthers();
      return [done.message];
    };
    tell([message], undo && takeBack);
  } catch (error) {
    back();
    tell([error.message]);
  }
}

// An open menu closes like any menu: by Escape, and by a click elsewhere.
function close(event) {
  for (const open of document.querySelectorAll(".verbs details[open]")) {
    if (event.type === "click" && open.contains(event.target)) continue;
    open.open = false;
    if (event.type === "keydown" && open.contains(document.activeElement)) open.querySelector("summary").focus();
  }
}

export function start() {
  document.addEventListener("click", close);
  document.addEventListener("keydown", (event) => event.key === "Escape" && close(event));
  const form = document.getElementById("verbs");
  form?.addEventListener("submit", (event) => {
    event.preventDefault();
    act(form, event.submitter);
  });
}
