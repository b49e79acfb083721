// The home page: films to rate come and go without a reload, and the progress counts along.

import { post, request } from "./net.js";

const shown = (deck) => [...deck.querySelectorAll("[data-film]")].map((card) => card.dataset.film).join(",");

export function cardsFrom(html) {
  const template = document.createElement("template");
  template.innerHTML = html;
  // Parsed for a template, what is meant for browsers without scripts would be shown.
  template.content.querySelectorAll("noscript").forEach((part) => part.remove());
  const cards = [...template.content.querySelectorAll(".card")];
  cards.forEach((card) => card.classList.add("arriving"));
  return cards;
}

async function replace(deck, form) {
  const card = form.closest(".card");
  const button = form.querySelector("button");
  const body = new FormData(form);
  body.set("shown", shown(deck));
  button.disabled = true;
  try {
    let { cards } = await post(form.action, body);
    // A deck that chooses its films by what was said has the next one chosen there.
    if (deck.dataset.renew) ({ cards } = await request(`${deck.dataset.renew}&shown=${shown(deck)}`));
    const [next] = cardsFrom(cards);
    card.classList.add("leaving");
    card.addEventListener("transitionend", () => swap(card, next), { once: true });
    setTimeout(() => card.isConnected && swap(card, next), 600);
  } catch (error) {
    button.disabled = false;
    card.querySelector(".stars-state").textContent = error.message;
    card.querySelector(".stars-state").dataset.kind = "failed";
  }
}

function swap(card, next) {
  if (!card.isConnected) return;
  if (next) {
    card.replaceWith(next);
    next.querySelector(".card-title a").focus({ preventScroll: true });
  } else card.remove();
}

async function more(deck, link) {
  link.setAttribute("aria-busy", "true");
  try {
    const { cards } = await request(`${deck.dataset.more}?shown=${shown(deck)}`);
    const next = cardsFrom(cards);
    deck.append(...next);
    next[0]?.querySelector(".card-title a").focus({ preventScroll: true });
    if (!next.length) link.replaceWith("That is all there is to rate. Search for any other film.");
  } catch {
    location.href = link.href;
  } finally {
    link.removeAttribute("aria-busy");
  }
}

export function start() {
  const deck = document.querySelector("[data-deck]");
  if (!deck) return;
  deck.addEventListener("submit", (event) => {
    const form = event.target.closest("form[data-unseen]");
    if (!form) return;
    event.preventDefault();
    replace(deck, form);
  });
  document.querySelector("[data-deck-more]")?.addEventListener("click", (event) => {
    event.preventDefault();
    more(deck, event.currentTarget);
  });
}
