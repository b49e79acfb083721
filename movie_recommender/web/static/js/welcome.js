// The first two minutes: three groups and no more, films that make room for the next once they are rated, and the strip of
// the best so far, which renews itself and marks what is new.

import { cardsFrom } from "./deck.js";
import { request } from "./net.js";

const LINGER = 900; // milliseconds for which a rated film stays, to be corrected

function groups(form) {
  const boxes = [...form.querySelectorAll("input[type=checkbox]")];
  const left = form.querySelector("[data-groups-left]");
  const follow = () => {
    const missing = 3 - boxes.filter((box) => box.checked).length;
    for (const box of boxes) box.disabled = missing <= 0 && !box.checked;
    left.textContent = missing > 0 ? `${missing} more` : "";
  };
  form.addEventListener("change", follow);
  follow();
}

function renew(deck) {
  const waiting = new WeakMap();
  deck.addEventListener("rated", (event) => {
    const card = event.target.closest(".card");
    clearTimeout(waiting.get(card));
    if (event.detail.stars !== null) waiting.set(card, setTimeout(() => replace(deck, card), LINGER));
  });
}

async function replace(deck, card) {
  const shown = [...deck.querySelectorAll("[data-film]")].map((other) => other.dataset.film).join(",");
  const { cards } = await request(`${deck.dataset.renew}&shown=${shown}`).catch(() => ({ cards: "" }));
  const [next] = cardsFrom(cards);
  if (!next || !card.isConnected) return;
  const held = card.contains(document.activeElement);
  card.replaceWith(next);
  if (held) next.querySelector(".card-title a").focus({ preventScroll: true });
}

function picks(box) {
  let timer;
  let wait = 300;
  const films = () => [...box.querySelectorAll("[data-film]")].map((card) => card.dataset.film);
  const show = async () => {
    const before = new Set(films());
    const html = await request(box.dataset.picks, { text: true });
    const at = box.querySelector(".pick-strip")?.scrollLeft ?? 0;
    box.innerHTML = html;
    const strip = box.querySelector(".pick-strip");
    if (!strip || !before.size) return;
    strip.scrollLeft = at;
    const fresh = [...strip.querySelectorAll("[data-film]")].filter((card) => !before.has(card.dataset.film));
    for (const card of fresh) card.classList.add("is-new");
    if (fresh.length) box.querySelector("[data-picks-say]").append(` ${fresh.length} of them are new since your last rating.`);
  };
  const ask = async () => {
    try {
      const now = await request(box.dataset.status);
      const shown = box.querySelector("[data-picks-say]").dataset;
      if (now.computed_version > Number(shown.computedVersion) || now.state !== shown.state || now.state === "too_few_ratings") await show();
      if (now.state !== "updating") return;
    } catch {
      // the next question may be answered
    }
    wait = Math.min(wait * 1.4, 8000);
    timer = setTimeout(ask, wait);
  };
  const watch = () => {
    clearTimeout(timer);
    wait = 300;
    timer = setTimeout(ask, wait);
  };
  document.addEventListener("rated", watch);
  if (box.querySelector("[data-picks-say]").dataset.state === "updating") watch();
}

document.querySelectorAll("[data-groups]").forEach(groups);
document.querySelectorAll("[data-renew]").forEach(renew);
document.querySelectorAll("[data-picks]").forEach(picks);
