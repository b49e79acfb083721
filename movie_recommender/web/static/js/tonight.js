// Tonight. A guest's page counts while one clicks; a link is copied or shared; the host's page notices when a guest on his own
// phone has rated. Without this the server counts when the form is sent, and a reload shows who is ready.

import { request } from "./net.js";

const EVERY = 3000; // milliseconds between questions, while somebody is awaited and the page is looked at

function counting(form) {
  const count = form.querySelector("[data-count]");
  const before = Number(form.dataset.rated);
  const show = () => {
    const rated = before + form.querySelectorAll("input[type=radio]:checked:not([value='0'])").length;
    count.textContent = `${rated} of ${form.dataset.needed} rated`;
  };
  form.addEventListener("change", show);
  show();
}

function sharing(field) {
  const copy = document.querySelector("[data-copy]");
  const share = document.querySelector("[data-share]");
  const say = (words) => (document.querySelector("[data-copied]").textContent = words);
  field.addEventListener("focus", () => field.select());
  if (navigator.clipboard) {
    copy.hidden = false;
    copy.addEventListener("click", () =>
      navigator.clipboard.writeText(field.value).then(
        () => say("Copied."),
        () => (field.select(), say("The browser does not let us copy. The link is marked: copy it by hand.")),
      ),
    );
  }
  if (navigator.share) {
    share.hidden = false;
    share.addEventListener("click", () => navigator.share({ url: field.value }).catch(() => {})); // he changed his mind
  }
}

function waiting() {
  const people = () => document.querySelector("[data-waiting]");
  const ask = async () => {
    try {
      const { here } = document.hidden ? people().dataset : await request(people().dataset.waiting);
      if (here !== people().dataset.here) await renew();
    } catch {
      // the next question may be answered
    }
    if (people()) setTimeout(ask, EVERY);
  };
  setTimeout(ask, EVERY);
}

// The parts of the page that tell who is here and what suits them, as they are now; what is ticked stays.
async function renew() {
  const ticked = [...document.querySelectorAll(".people-here input:checked")].map((box) => box.id);
  const held = document.activeElement?.closest("[data-live-part]") ? document.activeElement.getAttribute("href") : null;
  const page = new DOMParser().parseFromString(await request(location.href, { text: true }), "text/html");
  for (const part of document.querySelectorAll("[data-live-part]")) {
    part.replaceWith(page.querySelector(`[data-live-part="${part.dataset.livePart}"]`) ?? part);
  }
  for (const id of ticked) if (document.getElementById(id)) document.getElementById(id).checked = true;
  if (held) document.querySelector(`[data-live-part] a[href="${CSS.escape(held)}"]`)?.focus({ preventScroll: true });
}

document.querySelectorAll("[data-guest]").forEach(counting);
document.querySelectorAll("[data-link]").forEach(sharing);
if (document.querySelector("[data-waiting]")) waiting();
