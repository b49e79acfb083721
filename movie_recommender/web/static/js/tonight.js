// A guest's page: how many films have stars, while one clicks. Without this the server counts when the form is sent.

const form = document.querySelector("[data-guest]");

if (form) {
  const count = form.querySelector("[data-count]");
  const before = Number(form.dataset.rated);
  const show = () => {
    const rated = before + form.querySelectorAll("input[type=radio]:checked:not([value='0'])").length;
    count.textContent = `${rated} of ${form.dataset.needed} rated`;
  };
  form.addEventListener("change", show);
  show();
}
