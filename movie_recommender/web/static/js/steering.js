// The dials: what becomes of the first films, while one turns them. Without this the button "Preview" asks for the same.

import { request } from "./net.js";

const PAUSE = 200; // milliseconds without a change before asking
const form = document.querySelector("[data-steer]");
const preview = document.querySelector("[data-preview]");
let timer;
let latest = 0;

const chosen = () => {
  const values = new URLSearchParams(new FormData(form));
  values.delete("csrf_token");
  return values;
};

async function look() {
  const turn = ++latest;
  preview.setAttribute("aria-busy", "true");
  try {
    const html = await request(`${form.dataset.steer}?${chosen()}`, { text: true });
    if (turn === latest) preview.innerHTML = html;
  } catch (error) {
    if (turn === latest) preview.textContent = error.message;
  } finally {
    if (turn === latest) preview.removeAttribute("aria-busy");
  }
  history.replaceState(null, "", `?${chosen()}`);
}

if (preview) {
  form.querySelector("[data-look]").hidden = true;
  form.addEventListener("input", () => {
    document.querySelector(".preset[aria-current]")?.removeAttribute("aria-current");
    clearTimeout(timer);
    timer = setTimeout(look, PAUSE);
  });
}
