// Rows of decisions as they are made. Without it the page shows those of the moment it was opened.
"use strict";

document.addEventListener("DOMContentLoaded", () => {
  const feed = document.querySelector("[data-stream]");
  if (feed) follow(feed, Math.min(Number(feed.dataset.most) || 40, 120));
});

const follow = (feed, most) => {
  const passed = document.getElementById("passed");
  const pause = document.getElementById("pause");
  const say = (name, values = {}) => {
    if (!passed || !passed.dataset[name]) return;
    passed.textContent = passed.dataset[name].replace(/\{(\w+)\}/g, (_all, key) => values[key] ?? "");
  };
  const waiting = []; // rows that came while the page is paused, or somebody stands on a row with the keyboard
  let isPaused = false;
  let coming = []; // rows that came since the page was last drawn
  let source = null;
  let again = 0; // the timer of the next try
  let tries = 0;

  const draw = () => {
    const made = document.createElement("template");
    made.innerHTML = coming.reverse().join("");
    coming = [];
    while (made.content.childElementCount > most) made.content.lastElementChild.remove();
    feed.prepend(made.content);
    while (feed.rows.length > most) feed.lastElementChild.remove();
    document.querySelector("[data-stream-empty]")?.remove();
  };
  const add = (rows) => {
    if (coming.push(rows) === 1) requestAnimationFrame(draw);
  };

  const flush = () => {
    if (!waiting.length || isPaused || feed.contains(document.activeElement)) return;
    if (waiting.length > 1) say("all"); // more than the one that came just now: they waited
    waiting.splice(0).forEach(add);
  };
  feed.addEventListener("focusout", () => setTimeout(flush));

  const rate = (count, seconds) => Math.max(1, Math.round(count / seconds)).toLocaleString(document.documentElement.lang);
  // The first stream goes on where the page ends; a later one begins with what is made then.
  const address = () => {
    const { stream, after } = feed.dataset;
    delete feed.dataset.after;
    return after ? `${stream}${stream.includes("?") ? "&" : "?"}after=${after}` : stream;
  };
  const open = () => {
    if (source || document.hidden) return;
    source = new EventSource(address());
    source.onopen = () => {
      if (tries) say("all");
      tries = 0;
    };
    source.onmessage = (event) => {
      waiting.push(event.data);
      if (waiting.length > 20) waiting.shift();
      flush();
      if (waiting.length) say("waits", { n: waiting.length });
    };
    source.addEventListener("passed", (event) => {
      if (isPaused || waiting.length) return;
      const { shown, fitting, seconds, lost } = JSON.parse(event.data);
      if (lost) say("late", { n: lost });
      else if (fitting > shown) say("some", { shown: rate(shown, seconds), count: rate(fitting, seconds) });
      else say("all");
    });
    source.onerror = () => {
      // Not left to browsers, which ask for the place of the first again, and for one that was refused not at all: later
      // each time, and never all at once.
      source?.close();
      source = null;
      say("lost");
      tries = Math.min(tries + 1, 6);
      clearTimeout(again);
      again = setTimeout(open, 1000 * 2 ** tries * (0.5 + Math.random()));
    };
  };
  const close = () => {
    clearTimeout(again);
    source?.close();
    source = null;
  };

  if (pause) {
    pause.hidden = false;
    pause.addEventListener("click", () => {
      isPaused = !isPaused;
      pause.setAttribute("aria-pressed", String(isPaused));
      flush();
      if (isPaused) say("waits", { n: 0 });
      else say("all");
    });
  }
  // A page nobody sees asks for nothing; who comes back goes on with what is made then.
  document.addEventListener("visibilitychange", () => (document.hidden ? close() : open()));
  addEventListener("pagehide", close);
  addEventListener("pageshow", open);
  open();
};
