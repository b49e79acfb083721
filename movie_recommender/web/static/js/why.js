// "Why?" opens the receipt over the page instead of leaving it.

import { request } from "./net.js";

export function start() {
  const dialogue = document.querySelector("[data-dialogue]");
  if (!dialogue) return;
  const text = dialogue.querySelector("[data-dialogue-text]");
  document.addEventListener("click", async (event) => {
    const link = event.target.closest?.("a[data-why]");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    const film = link.closest(".card")?.querySelector(".card-title")?.textContent ?? document.querySelector("h1").textContent;
    dialogue.querySelector("h2").textContent = `Why ${film}`;
    text.textContent = "Looking it up …";
    dialogue.showModal();
    try {
      text.innerHTML = await request(`${link.getAttribute("href")}?part=1`, { text: true });
    } catch (error) {
      text.textContent = error.message;
    }
  });
  dialogue.querySelector("[data-dialogue-close]").addEventListener("click", () => dialogue.close());
  dialogue.addEventListener("click", (event) => event.target === dialogue && dialogue.close());
}
