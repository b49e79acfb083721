// "3 of 5 for your first list": follows every rating on the page.

const films = (count) => `${count.toLocaleString("en")} ${count === 1 ? "film" : "films"}`;

export function start() {
  const box = document.querySelector("[data-progress]");
  if (!box) return;
  document.addEventListener("rated", ({ detail: { ratings, needed } }) => {
    const enough = ratings >= needed;
    const strong = document.createElement("strong");
    strong.textContent = enough ? `${films(ratings)} rated.` : `${ratings} of ${needed}`;
    box.querySelector("[data-progress-text]").replaceChildren(strong, enough ? " Each one sharpens your list" : " for your first list");
    box.querySelector("progress").value = Math.min(ratings, needed);
    box.querySelector("[data-progress-link]").hidden = !enough;
  });
}
