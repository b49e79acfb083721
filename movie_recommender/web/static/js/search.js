// Results as one types: beneath the field in the head the best few, on the search page all of them, and the stories after a pause.
// A newer question takes the place of an older one; without this both are plain forms.

import { request } from "./net.js";

const PAUSE = 130; // milliseconds after a letter; a story is asked for after a longer rest
const REST = 450;

// Calls `ask(text)` when the typing pauses, and `show(answer)` unless another question came meanwhile.
function follow(field, pause, ask, show) {
  let timer;
  let turn = 0;
  const go = (wait) => {
    clearTimeout(timer);
    const mine = ++turn;
    timer = setTimeout(async () => {
      const answer = await ask().catch(() => null);
      if (mine === turn) show(answer);
    }, wait);
  };
  field.addEventListener("input", () => go(pause));
  return { go, stop: () => (clearTimeout(timer), turn++) };
}

function suggest(form) {
  const field = form.querySelector("input[type=search]");
  const panel = form.querySelector("[data-suggested]");
  const count = form.querySelector("[data-suggested-count]");
  const links = () => [...panel.querySelectorAll("a")];
  const close = () => (panel.hidden = true);
  const ask = async () => (field.value.trim() ? request(`${form.dataset.suggest}?q=${encodeURIComponent(field.value)}`, { text: true }) : null);
  const typing = follow(field, PAUSE, ask, (html) => {
    panel.hidden = !html || document.activeElement !== field;
    panel.innerHTML = html ?? "";
    const found = panel.querySelectorAll("li").length;
    count.textContent = html ? `${found} suggested, arrow down to reach them` : "";
  });
  form.addEventListener("submit", () => (typing.stop(), close()));
  form.addEventListener("focusout", (event) => form.contains(event.relatedTarget) || close());
  form.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && !panel.hidden) {
      event.preventDefault();
      close();
      field.focus();
      return;
    }
    if (panel.hidden || !["ArrowDown", "ArrowUp"].includes(event.key)) return;
    event.preventDefault();
    const all = [field, ...links()];
    const next = all.indexOf(document.activeElement) + (event.key === "ArrowDown" ? 1 : -1);
    all[(next + all.length) % all.length].focus();
  });
}

function results(form) {
  const field = form.querySelector("input[type=search]");
  const genre = form.querySelector("select");
  const place = document.getElementById("found");
  const asked = () => {
    const words = new URLSearchParams();
    if (field.value.trim()) words.set("q", field.value.trim());
    if (genre.value) words.set("genre", genre.value);
    return words.toString();
  };
  const found = follow(
    field,
    PAUSE,
    () => (place.classList.add("is-asking"), request(`${form.dataset.found}?${asked()}`, { text: true })),
    (html) => {
      place.classList.remove("is-asking");
      if (html === null) return;
      const before = place.querySelector("[data-stories-here]");
      place.innerHTML = html;
      if (before && field.value.trim().includes(" ")) place.querySelector("[data-stories-here]").replaceWith(before);
      history.replaceState(null, "", `${form.getAttribute("action")}?${asked()}`);
    },
  );
  const stories = follow(
    field,
    REST,
    async () => (genre.value ? "" : request(`${form.dataset.stories}?${asked()}`, { text: true })),
    (html) => {
      const here = place.querySelector("[data-stories-here]");
      if (here) here.innerHTML = html ?? "";
    },
  );
  genre.addEventListener("change", () => (found.go(0), stories.go(REST)));
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    found.go(0);
    stories.go(0);
  });
}

export function start() {
  document.querySelectorAll("form[data-suggest]").forEach(suggest);
  document.querySelectorAll("form[data-search]").forEach(results);
}
