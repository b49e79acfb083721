// Requests to our own site: JSON back, the CSRF token on every change, and a message one can read when it fails.

const token = () => document.querySelector("meta[name=csrf-token]")?.content ?? "";

export async function request(url, { method = "GET", body, text = false } = {}) {
  let answer;
  try {
    answer = await fetch(url, {
      method,
      body,
      credentials: "same-origin",
      keepalive: method !== "GET", // what one clicked is sent although one leaves the page
      headers: { Accept: text ? "text/html" : "application/json", ...(method === "GET" ? {} : { "X-CSRFToken": token() }) },
    });
  } catch {
    throw new Error("No connection. Nothing was saved; try again.");
  }
  if (answer.ok && !answer.redirected) return text ? answer.text() : answer.json();
  const { message } = await answer.json().catch(() => ({}));
  throw new Error(message || "That did not work. Nothing was changed; try again.");
}

export const post = (url, body) => request(url, { method: "POST", body });

// Tell the other modules of the page that a rating changed: facts are the server's answer.
export const announce = (target, facts) => target.dispatchEvent(new CustomEvent("rated", { bubbles: true, detail: facts }));
