// The recommendations page: while a newer list is on its way, ask for it, and swap it in when it is there.
// Asking gets rarer the longer it takes, and stops while nobody looks at the page.

import { post, request } from "./net.js";
import { tell } from "./toast.js";

const FIRST = 15; // milliseconds between questions, at first and at most; the site answers a little later if a list is about to come
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
      const now = await request(`${live.dataset.status}?after=${list().dataset.computedVersion}`);
      const started = list().dataset.state === "too_few_ratings" && now.state !== "too_few_ratings";
      const newer = started || now.computed_version > Number(list().dataset.computedVersion);
      const saving = live.querySelector(".saving"); // its answer must find its card
      if (newer && !saving) await swap();
      if (now.state === "updating" || (newer && saving)) again();
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

  // The card leaves with the next list: say what was saved, where it can be changed, and how it is taken back.
  function said(form, stars) {
    const link = form.closest(".card").querySelector(".card-title a").cloneNode(true);
    if (stars === null) return tell(["Rating removed: ", link]);
    tell([`Rated ${stars} of 5: `, link], async () => {
      const facts = await post(form.querySelector(".stars-remove").formAction, new FormData(form));
      if (form.isConnected) form.dispatchEvent(new CustomEvent("taken-back", { bubbles: true, detail: facts }));
      watch();
      return [`Rating removed: `, link.cloneNode(true)];
    });
  }

  async function swap() {
    const html = await request(live.dataset.list + location.search, { text: true });
    const film = (element) => element?.closest("[data-film]")?.dataset.film;
    const held = film(document.activeElement);
    const opened = [...live.querySelectorAll(".seen[open]")].map(film);
    const { scrollX, scrollY } = window;
    live.innerHTML = html;
    list().querySelector("[data-late]")?.setAttribute("hidden", "");
    for (const id of opened) live.querySelector(`[data-film="${id}"] .seen`)?.setAttribute("open", "");
    window.scrollTo(scrollX, scrollY);
    if (held) (live.querySelector(`[data-film="${held}"] a`) ?? document.getElementById("main")).focus({ preventScroll: true });
  }

  live.addEventListener("rated", (event) => {
    said(event.target, event.detail.stars);
    watch();
  });
  live.addEventListener("changed", watch);
  document.addEventListener("visibilitychange", () => document.hidden || (list().dataset.state === "updating" ? watch() : ask()));
  list().querySelector("[data-late]")?.setAttribute("hidden", "");
  if (list().dataset.state === "updating") watch();
}
