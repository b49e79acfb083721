// A line at the foot of the window that says what was done, with a way back.

const LASTS = 12000; // milliseconds; not counted while somebody points at it or is in it
let timer;

function wait(toast) {
  clearTimeout(timer);
  timer = setTimeout(() => (toast.matches(":hover, :focus-within") ? wait(toast) : (toast.hidden = true)), LASTS);
}

// Before an open dialogue, behind which it could be neither seen nor used.
function place(toast) {
  const dialogue = document.querySelector("dialog[open]");
  (dialogue ?? document.body).append(toast);
  dialogue?.addEventListener("close", () => document.body.append(toast), { once: true });
}

// `undo` takes back what was done and answers with what to say then.
export function tell(words, undo) {
  const toast = document.querySelector("[data-toast]");
  const button = toast.querySelector("[data-toast-undo]");
  place(toast);
  toast.hidden = false;
  toast.querySelector("[data-toast-text]").replaceChildren(...words);
  button.hidden = !undo;
  button.onclick = async () => {
    button.hidden = true;
    try {
      tell(await undo());
    } catch (error) {
      tell([error.message]);
    }
  };
  wait(toast);
}
