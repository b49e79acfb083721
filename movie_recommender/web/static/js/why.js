// "Why?" opens the receipt over the page instead of leaving it. When a rating is left out or counted again, the receipt is made
// anew and says what the score was before.

import { request } from "./net.js";

export function start() {
  const dialogue = document.querySelector("[data-dialogue]");
  if (!dialogue) return;
  const text = dialogue.querySelector("[data-dialogue-text]");
  let address;

  const fill = async () => (text.innerHTML = await request(`${address}?part=1`, { text: true }));

  async function renew() {
    const before = text.querySelector("[data-score]")?.dataset.score;
    const film = document.activeElement?.closest?.(".receipt-films [data-film]")?.dataset.film;
    await fill().catch(() => {}); // the old one stays, with what was ticked
    const now = text.querySelector("[data-score]")?.dataset.score;
    const was = text.querySelector("[data-was]");
    if (was && now !== before) was.textContent = `All together it has ${now} points now. It had ${before}.`;
    const buttons = [...text.querySelectorAll(`.receipt-films [data-film="${film}"] .verb`)];
    buttons.find((button) => button.checkVisibility())?.focus({ preventScroll: true });
  }

  dialogue.addEventListener("changed", renew);
  document.addEventListener("click", async (event) => {
    const link = event.target.closest?.("a[data-why]");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    const film = link.closest(".card")?.querySelector(".card-title")?.textContent ?? document.querySelector("h1").textContent;
    dialogue.querySelector("h2").textContent = `Why ${film}`;
    text.textContent = "Looking it up …";
    address = link.getAttribute("href");
    dialogue.showModal();
    try {
      await fill();
    } catch (error) {
      text.textContent = error.message;
    }
  });
  dialogue.querySelector("[data-dialogue-close]").addEventListener("click", () => dialogue.close());
  dialogue.addEventListener("click", (event) => event.target === dialogue && dialogue.close());
}
