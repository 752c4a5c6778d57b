// Steps of a verification as they are done; without this script the link shows them as plain text.
"use strict";

const KINDS = { STEP: "mut", SOUND: "tag good", UNSOUND: "tag bad", PROBLEM: "tag bad", NOTE: "mut" };

const show = (place, line, last) => {
  const kind = line.startsWith("NOT DONE") ? "NOT DONE" : line.split(" ", 1)[0];
  const text = line.slice(kind.length + 1);
  // One step that goes on replaces its own line.
  const same = last && kind === "STEP" && last.dataset.what === text.split(":", 1)[0];
  const row = same ? last : document.createElement("p");
  row.dataset.what = text.split(":", 1)[0];
  row.className = KINDS[kind] || "tag bad";
  row.textContent = text;
  if (!same) place.append(row);
  return row;
};

document.addEventListener("DOMContentLoaded", () => {
  const button = document.getElementById("verify");
  const place = document.getElementById("verified");
  if (!button || !place) return;
  button.addEventListener("click", async (event) => {
    event.preventDefault();
    if (button.getAttribute("aria-disabled") === "true") return;
    button.setAttribute("aria-disabled", "true");
    place.replaceChildren();
    let last = show(place, `STEP ${place.dataset.running}`, null);
    try {
      const answer = await fetch(button.href);
      if (!answer.ok) throw new Error(answer.status);
      const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
      let waiting = "";
      for (;;) {
        const { value, done } = await reader.read();
        const lines = (waiting + (value || "")).split("\n");
        waiting = done ? "" : lines.pop();
        for (const line of lines) if (line) last = show(place, line, last);
        if (done) break;
      }
    } catch (error) {
      show(place, `NOT DONE ${error.message}`, null);
    }
    button.removeAttribute("aria-disabled");
  });
});
