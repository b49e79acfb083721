// The upload: drop a file anywhere on its panel, see how far it is. Without this the form works as any form.

const form = document.querySelector("[data-upload]");
const input = form.querySelector("input[type=file]");
const error = form.querySelector("[data-upload-error]");
const progress = form.querySelector("[data-upload-progress]");
const bar = progress.querySelector("progress");
const state = form.querySelector("[data-upload-state]");
const button = form.querySelector("button");

const say = (message) => {
  error.textContent = message;
  error.hidden = !message;
};

const busy = (is) => {
  progress.hidden = !is;
  button.disabled = is;
};

function send() {
  say("");
  busy(true);
  bar.value = 0;
  state.textContent = "Sending the file …";
  const sending = new XMLHttpRequest();
  sending.open("POST", form.action);
  sending.setRequestHeader("Accept", "application/json");
  sending.responseType = "json";
  sending.upload.addEventListener("progress", (event) => {
    bar.value = event.lengthComputable ? event.loaded / event.total : 0;
  });
  sending.upload.addEventListener("load", () => {
    bar.removeAttribute("value");
    state.textContent = "Reading it and looking for the films …";
  });
  const failed = (message) => {
    busy(false);
    say(message);
  };
  sending.addEventListener("load", () => {
    if (sending.status === 200 && sending.response?.location) location.assign(sending.response.location);
    else failed(sending.response?.message || "That did not work. Nothing was changed; try again.");
  });
  sending.addEventListener("error", () => failed("No connection. Nothing was changed; try again."));
  sending.send(new FormData(form));
}

form.querySelector("[data-drop-hint]")?.removeAttribute("hidden");
form.addEventListener("submit", (event) => {
  event.preventDefault();
  send();
});
for (const kind of ["dragenter", "dragover"]) {
  form.addEventListener(kind, (event) => {
    event.preventDefault();
    form.classList.add("over");
  });
}
form.addEventListener("dragleave", (event) => {
  if (!form.contains(event.relatedTarget)) form.classList.remove("over");
});
form.addEventListener("drop", (event) => {
  event.preventDefault();
  form.classList.remove("over");
  if (!event.dataTransfer.files.length) return;
  input.files = event.dataTransfer.files;
  send();
});
