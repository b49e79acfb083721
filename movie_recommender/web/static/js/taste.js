// The picture film by film, drawn anew by plotly when somebody wants to look closer: zoom, and each film by its title.
// Plotly's script is large, so it is fetched then and not before.

import { request } from "./net.js";

const box = document.querySelector("[data-films]");
const offer = document.querySelector("[data-closer]");

function fetched(address) {
  return new Promise((resolve, reject) => {
    const script = document.createElement("script");
    script.src = address;
    script.onload = () => resolve(window.Plotly);
    script.onerror = () => reject(new Error("The picture could not be fetched. Try again."));
    document.head.append(script);
  });
}

const token = (name) => {
  const probe = document.createElement("span");
  probe.className = `ink-${name}`;
  box.append(probe);
  const found = getComputedStyle(probe).color;
  probe.remove();
  return found;
};

function layout(films) {
  const axis = (title, values) => ({ title: { text: title }, range: [Math.min(...values) - 0.3, 5.3], dtick: 1, gridcolor: token("line"), zeroline: false, fixedrange: false });
  return {
    xaxis: axis("The others", films.crowd),
    yaxis: axis("You", films.stars),
    margin: { l: 46, r: 10, t: 34, b: 44 }, // above it room for the buttons
    modebar: { bgcolor: "rgba(0,0,0,0)", color: token("soft"), activecolor: token("ink") },
    paper_bgcolor: "rgba(0,0,0,0)",
    plot_bgcolor: "rgba(0,0,0,0)",
    font: { color: token("soft"), family: getComputedStyle(document.body).fontFamily, size: 13 },
    hoverlabel: { bgcolor: token("raised"), bordercolor: token("line"), font: { color: token("ink") }, align: "left" },
    shapes: [{ type: "line", x0: 0.5, y0: 0.5, x1: 5, y1: 5, line: { color: token("edge"), width: 1, dash: "dot" } }],
    dragmode: "pan",
    showlegend: false,
  };
}

async function draw(plotly, films) {
  const place = document.createElement("div");
  place.className = "closer";
  box.replaceChildren(place);
  // Films that many gave the same lie on each other: each a little beside its place, and always the same little.
  const beside = (id, spread) => (((id * 7919) % 101) / 100 - 0.5) * spread;
  const trace = {
    type: "scatter",
    mode: "markers",
    x: films.crowd,
    y: films.stars.map((stars, at) => stars + beside(films.ids[at], 0.3)),
    customdata: films.ids,
    text: films.titles.map((title, at) => `${title}${films.years[at] ? ` (${films.years[at]})` : ""}<br>you ${films.stars[at]}, the others ${films.crowd[at]}`),
    hoverinfo: "text",
    marker: { size: 10, color: token("star"), opacity: 0.7, line: { width: 1, color: token("ground") } },
  };
  const options = { responsive: true, displaylogo: false, scrollZoom: true, displayModeBar: true, modeBarButtons: [["zoomIn2d", "zoomOut2d", "resetScale2d"]] };
  await plotly.newPlot(place, [trace], layout(films), options);
  place.on("plotly_click", ({ points }) => location.assign(box.dataset.film.replace("/0", `/${points[0].customdata}`)));
}

if (box) {
  offer.hidden = false;
  const [button, said] = [offer.querySelector("button"), offer.querySelector("[role=status]")];
  button.addEventListener("click", async () => {
    button.disabled = true;
    said.textContent = "Fetching the picture …";
    try {
      const [plotly, films] = await Promise.all([fetched(box.dataset.plotly), request(box.dataset.films)]);
      await draw(plotly, films);
      button.hidden = true;
      said.textContent = "Drag to move, scroll to zoom, click a film to open it.";
    } catch (error) {
      button.disabled = false;
      said.textContent = error.message;
    }
  });
}
