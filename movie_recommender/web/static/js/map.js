// The map of films: drawn on a canvas, moved and zoomed by pointer, wheel and keys, each point a film to open.

import { request } from "./net.js";

const NEAR = 12; // pixels within which a point is meant
const FARTHEST = 0.8;
const NEAREST = 60;
const WIDE = 170; // pixels of a title
const NAMED = 2.5; // the zoom from which on films have their titles, the best known first

const root = document.querySelector("[data-map]");
const canvas = root.querySelector("canvas");
const tip = root.querySelector("[data-tip]");
const legend = root.querySelector("[data-legend]");
const pen = canvas.getContext("2d");
const mine = JSON.parse(document.getElementById("map-mine").textContent);
const names = [...document.querySelectorAll("[data-group]")].map((group) => group.querySelector("h3").textContent);

let films;
let colourBy = "group";
let lit = -1; // the group or genre that is picked out
const MIDDLE = 5000; // of places from 0 to 10000
let view = { x: MIDDLE, y: MIDDLE, zoom: 1 };
let pending = false;
let [wide, high] = [0, 0]; // of the canvas, in CSS pixels: asking for it each time makes the browser lay out the page anew

root.hidden = false;
start();

async function start() {
  try {
    films = await request(root.dataset.map);
  } catch (error) {
    root.querySelector("[data-wait]").textContent = error.message;
    return;
  }
  root.querySelector("[data-wait]").remove();
  root.dataset.drawn = "";
  films.x = Float32Array.from(films.x);
  films.y = Float32Array.from(films.y);
  films.own = films.ids.flatMap((id, at) => (id in mine ? [at] : []));
  films.byKind = { group: sorted("group"), genre: sorted("genre") };
  new ResizeObserver(fit).observe(canvas);
  const repaint = () => (showLegend(), redraw());
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", repaint);
  new MutationObserver(repaint).observe(document.documentElement, { attributeFilter: ["data-theme"] });
  showLegend();
  fit();
}

// Places of films by kind, those without one first.
function sorted(column) {
  const lists = Array.from({ length: Math.max(...films[column]) + 2 }, () => []);
  films[column].forEach((kind, at) => lists[kind + 1].push(at));
  return lists;
}

function fit() {
  const ratio = window.devicePixelRatio || 1;
  [wide, high] = [canvas.clientWidth, canvas.clientHeight];
  canvas.width = Math.round(wide * ratio);
  canvas.height = Math.round(high * ratio);
  redraw();
}

function redraw() {
  if (pending) return;
  pending = true;
  requestAnimationFrame(() => {
    pending = false;
    draw();
  });
}

const scale = () => (Math.min(wide, high) / 10600) * view.zoom;
const toScreen = (x, y) => [wide / 2 + (x - view.x) * scale(), high / 2 + (y - view.y) * scale()];
const toMap = (x, y) => [(x - wide / 2) / scale() + view.x, (y - high / 2) / scale() + view.y];

const isDark = () => getComputedStyle(root).colorScheme === "dark" || getComputedStyle(document.body).getPropertyValue("color").match(/\d+/)[0] > 128;

function colour(kind) {
  if (kind < 0) return isDark() ? "#777" : "#999";
  // Neighbouring hues differ in lightness too, so that twenty kinds can be told apart.
  const hue = (kind * 360 * 0.381966) % 360;
  const light = (isDark() ? 72 : 56) + (kind % 2 ? -9 : 5);
  return `oklch(${light}% 0.15 ${hue})`;
}

function draw() {
  const ratio = window.devicePixelRatio || 1;
  pen.setTransform(ratio, 0, 0, ratio, 0, 0);
  pen.clearRect(0, 0, wide, high);
  const size = Math.min(7, 1.6 + Math.sqrt(view.zoom));
  const round = view.zoom > 4;
  const [width, height, s] = [wide, high, scale()];
  const [across, down] = [width / 2 - view.x * s, height / 2 - view.y * s];
  const of = films.byKind[colourBy];
  const ink = getComputedStyle(root).color;
  for (let kind = -1; kind < of.length - 1; kind += 1) {
    pen.fillStyle = colour(kind);
    pen.globalAlpha = lit >= 0 && lit !== kind ? 0.12 : 0.8;
    for (const at of of[kind + 1]) {
      const x = across + films.x[at] * s;
      const y = down + films.y[at] * s;
      if (x < -9 || y < -9 || x > width + 9 || y > height + 9) continue;
      if (round) {
        pen.beginPath();
        pen.arc(x, y, size, 0, 7);
        pen.fill();
      } else pen.fillRect(x - size, y - size, 2 * size, 2 * size); // many times quicker, and as good while points are small
    }
  }
  pen.globalAlpha = 1;
  pen.strokeStyle = ink;
  pen.lineWidth = 2;
  for (const at of films.own) {
    const [x, y] = toScreen(films.x[at], films.y[at]);
    pen.beginPath();
    pen.arc(x, y, size + mine[films.ids[at]], 0, 7);
    pen.stroke();
  }
  if (view.zoom >= NAMED) label(ink);
}

// Titles where there is room for them: films come best known first.
function label(ink) {
  pen.fillStyle = ink;
  pen.strokeStyle = getComputedStyle(canvas.parentElement).backgroundColor;
  pen.lineWidth = 3;
  pen.lineJoin = "round";
  pen.font = `12px ${getComputedStyle(root).fontFamily}`;
  const taken = new Map(); // by row, where titles begin
  const isFree = (x, row) => [-1, 0, 1].every((near) => (taken.get(row + near) ?? []).every((other) => Math.abs(other - x) > WIDE));
  for (let at = 0; at < films.ids.length; at += 1) {
    const [x, y] = toScreen(films.x[at], films.y[at]);
    const row = Math.floor(y / 20);
    if (x < 0 || y < 0 || x > wide || y > high || !isFree(x, row)) continue;
    taken.set(row, [...(taken.get(row) ?? []), x]);
    const title = films.titles[at].slice(0, 28);
    pen.strokeText(title, x + 9, y + 4);
    pen.fillText(title, x + 9, y + 4);
  }
}

function showLegend() {
  const words = colourBy === "group" ? names : films.genres;
  const used = new Set(films[colourBy]);
  legend.replaceChildren(
    ...words.flatMap((word, kind) => {
      if (!used.has(kind)) return [];
      const item = document.createElement("li");
      const button = document.createElement("button");
      button.type = "button";
      button.setAttribute("aria-pressed", String(lit === kind));
      const dot = document.createElementNS("http://www.w3.org/2000/svg", "svg");
      dot.setAttribute("viewBox", "0 0 10 10");
      dot.setAttribute("aria-hidden", "true");
      const circle = document.createElementNS("http://www.w3.org/2000/svg", "circle");
      for (const [name, value] of Object.entries({ cx: 5, cy: 5, r: 5, fill: colour(kind) })) circle.setAttribute(name, value);
      dot.append(circle);
      button.append(dot, word);
      button.addEventListener("click", () => {
        lit = lit === kind ? -1 : kind;
        showLegend();
        redraw();
        legend.querySelectorAll("button")[[...used].sort((a, b) => a - b).filter((one) => one >= 0).indexOf(kind)]?.focus();
      });
      item.append(button);
      return [item];
    }),
  );
}

function nearest(x, y) {
  const [mapX, mapY] = toMap(x, y);
  let best = -1;
  let least = (NEAR / scale()) ** 2;
  for (let at = 0; at < films.x.length; at += 1) {
    const away = (films.x[at] - mapX) ** 2 + (films.y[at] - mapY) ** 2;
    if (away < least) {
      best = at;
      least = away;
    }
  }
  return best;
}

function point(event) {
  const box = canvas.getBoundingClientRect();
  return [event.clientX - box.left, event.clientY - box.top];
}

function hover(x, y) {
  const at = nearest(x, y);
  canvas.classList.toggle("over", at >= 0);
  tip.hidden = at < 0;
  if (at < 0) return at;
  const stars = mine[films.ids[at]];
  const facts = [films.years[at], films.genres[films.genre[at]], names[films.group[at]]].filter(Boolean).join(" · ");
  const title = document.createElement("strong");
  title.textContent = films.titles[at];
  tip.replaceChildren(title, document.createElement("br"), stars ? `You: ${stars} of 5 · ${facts}` : facts);
  const [px, py] = toScreen(films.x[at], films.y[at]);
  const left = Math.max(4, Math.min(px + 14, wide - tip.offsetWidth - 8));
  const top = Math.max(4, Math.min(py + 14, high - tip.offsetHeight - 8));
  tip.style.transform = `translate(${left}px, ${top}px)`;
  return at;
}

function zoomAt(x, y, factor) {
  const [mapX, mapY] = toMap(x, y);
  view.zoom = Math.max(FARTHEST, Math.min(NEAREST, view.zoom * factor));
  const [nowX, nowY] = toMap(x, y);
  view.x += mapX - nowX;
  view.y += mapY - nowY;
  tip.hidden = true;
  redraw();
}

const fingers = new Map();
let moved = 0;

canvas.addEventListener("pointerdown", (event) => {
  canvas.setPointerCapture(event.pointerId);
  fingers.set(event.pointerId, point(event));
  if (fingers.size === 1) moved = 0;
});

canvas.addEventListener("pointermove", (event) => {
  if (!films) return;
  const [x, y] = point(event);
  const before = fingers.get(event.pointerId);
  if (!before) {
    hover(x, y);
    return;
  }
  if (fingers.size === 2) {
    const [other] = [...fingers].filter(([id]) => id !== event.pointerId).map(([, place]) => place);
    const spread = ([ax, ay]) => Math.hypot(ax - other[0], ay - other[1]);
    zoomAt((x + other[0]) / 2, (y + other[1]) / 2, spread([x, y]) / Math.max(1, spread(before)));
  } else {
    view.x -= (x - before[0]) / scale();
    view.y -= (y - before[1]) / scale();
    tip.hidden = true;
    redraw();
  }
  moved += Math.hypot(x - before[0], y - before[1]);
  fingers.set(event.pointerId, [x, y]);
});

canvas.addEventListener("pointerup", (event) => {
  fingers.delete(event.pointerId);
  if (!films || moved > 6) return;
  const at = hover(...point(event));
  // A finger has no hover: its first tap shows which film it is, the second opens it.
  if (at >= 0 && (event.pointerType === "mouse" || tip.dataset.film === String(films.ids[at]))) open(at);
  tip.dataset.film = at >= 0 ? films.ids[at] : "";
});
canvas.addEventListener("pointercancel", (event) => fingers.delete(event.pointerId));
canvas.addEventListener("pointerleave", () => (tip.hidden = true));

function open(at) {
  location.href = root.dataset.film.replace(/0$/, films.ids[at]);
}

canvas.addEventListener(
  "wheel",
  (event) => {
    if (!films) return;
    event.preventDefault();
    zoomAt(...point(event), Math.exp(-event.deltaY / 400));
  },
  { passive: false },
);

canvas.addEventListener("keydown", (event) => {
  const step = 600 / view.zoom;
  const moves = { ArrowLeft: [-step, 0], ArrowRight: [step, 0], ArrowUp: [0, -step], ArrowDown: [0, step] };
  if (moves[event.key]) {
    view.x += moves[event.key][0];
    view.y += moves[event.key][1];
  } else if (event.key === "+" || event.key === "=") view.zoom = Math.min(NEAREST, view.zoom * 1.4);
  else if (event.key === "-") view.zoom = Math.max(FARTHEST, view.zoom / 1.4);
  else if (event.key === "0") view = { x: MIDDLE, y: MIDDLE, zoom: 1 };
  else return;
  event.preventDefault();
  redraw();
});

root.querySelectorAll("[data-zoom]").forEach((button) => {
  button.addEventListener("click", () => {
    const factor = Number(button.dataset.zoom);
    if (factor) zoomAt(wide / 2, high / 2, factor);
    else {
      view = { x: MIDDLE, y: MIDDLE, zoom: 1 };
      redraw();
    }
  });
});

root.querySelector("[data-colour]").addEventListener("change", (event) => {
  colourBy = event.target.value;
  lit = -1;
  showLegend();
  redraw();
});
