// Everything here makes a page quicker that works without it.

import * as deck from "./deck.js";
import * as live from "./live.js";
import * as menu from "./menu.js";
import * as progress from "./progress.js";
import * as search from "./search.js";
import * as stars from "./stars.js";
import * as theme from "./theme.js";
import * as verbs from "./verbs.js";
import * as why from "./why.js";

for (const part of [stars, deck, progress, search, live, menu, theme, verbs, why]) part.start();

document.querySelectorAll("[data-submit]").forEach((field) => {
  field.form.querySelector("button").closest("p").hidden = true;
  field.addEventListener("change", () => field.form.requestSubmit());
});
