// The console's own script: the chart, the keys, the one-time token in a link. Everything works without it but these.
"use strict";

const colour = (name) => {
  // light-dark() is worked out only where a property uses it.
  const probe = document.createElement("i");
  probe.className = `ink-${name}`;
  document.body.append(probe);
  const value = getComputedStyle(probe).color;
  probe.remove();
  return value;
};

const numbers = (text) => (text ? text.split(" ").map(Number) : []);

const draw = (place) => {
  const width = () => place.clientWidth - 24;
  const axis = {
    stroke: colour("quiet"),
    grid: { stroke: colour("line"), width: 1 },
    ticks: { stroke: colour("line"), width: 1 },
    font: "11.5px Inter",
  };
  const at = numbers(place.dataset.at);
  const long = at.length > 1 && at[at.length - 1] - at[0] > 2 * 86400;
  const label = (seconds) => {
    const iso = new Date(seconds * 1000).toISOString();
    return long ? iso.slice(5, 10) : iso.slice(11, 16);
  };
  const plot = new uPlot(
    {
      width: width(),
      height: 210,
      legend: { show: false },
      cursor: { points: { show: false } },
      padding: [8, 4, 0, 0],
      scales: {
        y: { range: (_plot, _low, high) => [0, Math.max(4, high * 1.1)] },
        r: { range: (_plot, _low, high) => [0, Math.max(4, high * 1.1)] },
      },
      tzDate: (seconds) => uPlot.tzDate(new Date(seconds * 1000), "UTC"),
      axes: [
        { ...axis, values: (_plot, values) => values.map(label) },
        { ...axis, size: 44 },
        { ...axis, scale: "r", side: 1, grid: { show: false }, size: 36 },
      ],
      series: [
        {},
        { label: "Allowed", points: { show: false }, stroke: colour("allow"), fill: colour("allow-soft"), width: 1.3 },
        { label: "Denied", scale: "r", stroke: colour("deny"), width: 1.3, points: { show: false } },
        {
          label: "Cut",
          scale: "r",
          stroke: colour("cut"),
          fill: colour("cut"),
          width: 1.5,
          paths: uPlot.paths.bars({ size: [0.9, 8, 3] }),
          points: { show: false },
        },
      ],
    },
    [at, numbers(place.dataset.allow), numbers(place.dataset.deny), numbers(place.dataset.cut)],
    place,
  );
  new ResizeObserver(() => plot.setSize({ width: width(), height: 210 })).observe(place);
};

document.addEventListener("DOMContentLoaded", () => {
  const chart = document.getElementById("chart");
  if (chart) draw(chart);

  // A link to sign in carries its token behind "#", which no server and no log gets to see.
  const field = document.getElementById("token");
  if (field && location.hash.startsWith("#wlo_")) {
    field.value = location.hash.slice(1);
    history.replaceState(null, "", location.pathname + location.search);
  }

  // Where there is no room it is opened by its button; where there is, no button is shown and it stands open.
  const small = matchMedia("(max-width: 760px)");
  const fit = () => document.querySelectorAll(".menu").forEach((menu) => menu.toggleAttribute("open", !small.matches));
  small.addEventListener("change", fit);
  fit();

  // Who signs out leaves nothing typed in this tab; who is signed out by time finds it again.
  const leaving = document.querySelectorAll('form[action="/sign-out"]');
  leaving.forEach((form) => form.addEventListener("submit", () => sessionStorage.clear()));

  keys();
});

// Keys: everything they do can be done by pointer and by Tab too.
const keys = () => {
  const palette = document.getElementById("palette");
  const help = document.getElementById("help");
  const goes = {};
  document.querySelectorAll("nav.side a[data-key]").forEach((link) => (goes[link.dataset.key] = link.href));

  const open = (dialog) => dialog && !dialog.open && dialog.showModal();
  document.getElementById("keys")?.addEventListener("click", () => open(help));
  if (palette) narrow(palette);

  let armed = false;
  document.addEventListener("keydown", (event) => {
    if ((event.ctrlKey || event.metaKey) && event.key === "k") {
      event.preventDefault();
      open(palette);
      return;
    }
    if (event.ctrlKey || event.metaKey || event.altKey || document.querySelector("dialog[open]")) return;
    if (/^(INPUT|TEXTAREA|SELECT)$/.test(event.target.tagName)) return;
    const wasArmed = armed;
    armed = event.key === "g";
    if (wasArmed && goes[event.key]) location.href = goes[event.key];
    else if (event.key === "/") {
      event.preventDefault();
      document.getElementById("search")?.focus();
    } else if (event.key === "?") open(help);
    else if (event.key === "j" || event.key === "k") walk(event.key === "j" ? 1 : -1);
    else if (event.key === "e") document.querySelector("[data-explain]")?.click();
  });
};

// j and k walk the links of the rows of the page's tables; Enter is the link's own.
const walk = (step) => {
  const links = [...document.querySelectorAll("table[data-walk] tbody tr")]
    .map((row) => row.querySelector("a[href]"))
    .filter(Boolean);
  if (!links.length) return;
  const at = links.findIndex((link) => link.closest("tr").contains(document.activeElement));
  links[Math.min(links.length - 1, Math.max(0, at < 0 ? (step > 0 ? 0 : links.length - 1) : at + step))].focus();
};

// The palette shows the pages whose names hold what is typed; Enter goes to the first, or searches.
const narrow = (palette) => {
  const field = palette.querySelector("input");
  const items = [...palette.querySelectorAll("li")];
  const fitting = () => items.filter((item) => !item.hidden);
  field.addEventListener("input", () => {
    const wanted = field.value.trim().toLowerCase();
    items.forEach((item) => (item.hidden = !item.textContent.toLowerCase().includes(wanted)));
  });
  palette.querySelector("form").addEventListener("submit", (event) => {
    const first = fitting()[0];
    if (!first) return;
    event.preventDefault();
    location.href = first.querySelector("a").href;
  });
  palette.addEventListener("keydown", (event) => {
    if (event.key !== "ArrowDown" && event.key !== "ArrowUp") return;
    event.preventDefault();
    const links = fitting().map((item) => item.querySelector("a"));
    const at = links.indexOf(document.activeElement) + (event.key === "ArrowDown" ? 1 : -1);
    (links[at] || field).focus();
  });
};
