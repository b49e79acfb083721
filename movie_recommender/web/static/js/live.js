// The recommendations page: while a newer list is on its way, ask for it, and swap it in when it is there.
// Asking gets rarer the longer it takes, and stops while nobody looks at the page.

import { request } from "./net.js";

const FIRST = 300; // milliseconds between questions: at first, and at most
const LONGEST = 15000;
const LATE = 20000; // after this long the page says what may be wrong

export function start() {
  const live = document.querySelector("[data-live]");
  if (!live) return;
  let timer;
  let wait = FIRST;
  let since = 0;

  const list = () => live.firstElementChild;
  const mark = (on) => list().querySelector("[data-updating]")?.toggleAttribute("hidden", !on);

  async function ask() {
    if (document.hidden) return; // visibilitychange asks again
    try {
      const now = await request(live.dataset.status);
      const shown = Number(list().dataset.computedVersion);
      if (now.computed_version > shown || now.state !== list().dataset.state) await swap();
      if (now.state === "updating") again();
      else mark(false);
    } catch {
      again(); // the mark stays; the next question may be answered
    }
  }

  function again() {
    mark(true);
    if (Date.now() - since > LATE) list().querySelector("[data-late]")?.removeAttribute("hidden");
    clearTimeout(timer);
    timer = setTimeout(ask, wait);
    wait = Math.min(wait * 1.5, LONGEST);
  }

  function watch() {
    wait = FIRST;
    since = Date.now();
    again();
  }

  async function swap() {
    if (live.querySelector(".seen[open] .saving")) return;
    const html = await request(live.dataset.list + location.search, { text: true });
    const held = document.activeElement?.closest?.("[data-film]")?.dataset.film;
    const { scrollX, scrollY } = window;
    live.innerHTML = html;
    list().querySelector("[data-late]")?.setAttribute("hidden", "");
    window.scrollTo(scrollX, scrollY);
    if (held) (live.querySelector(`[data-film="${held}"] a`) ?? document.getElementById("main")).focus({ preventScroll: true });
  }

  live.addEventListener("rated", (event) => {
    const card = event.target.closest(".card");
    if (event.detail.stars !== null) card?.classList.add("rated");
    watch();
  });
  document.addEventListener("visibilitychange", () => document.hidden || (list().dataset.state === "updating" ? watch() : ask()));
  list().querySelector("[data-late]")?.setAttribute("hidden", "");
  if (list().dataset.state === "updating") watch();
}
