// Light and dark at once; the cookie is the one that the form behind the buttons would set.

export function start() {
  document.querySelector("form.theme")?.addEventListener("submit", (event) => {
    event.preventDefault();
    const choice = event.submitter.value;
    document.documentElement.dataset.theme = choice;
    document.cookie = `theme=${choice}; path=/; max-age=${365 * 86400}; samesite=lax${location.protocol === "https:" ? "; secure" : ""}`;
    event.target.querySelector(choice === "dark" ? ".to-light" : ".to-dark").focus();
  });
}
