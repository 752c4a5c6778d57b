// Countdowns of what runs out, and one key for an answer: a approves, x denies once a reason stands there.
"use strict";

const left = (seconds) => {
  if (seconds <= 0) return "ran out";
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ${Math.floor(seconds % 60)} s`;
  if (seconds < 172800) return `${Math.floor(seconds / 3600)} h ${Math.floor((seconds % 3600) / 60)} min`;
  return `${Math.floor(seconds / 86400)} days`;
};

document.addEventListener("DOMContentLoaded", () => {
  const times = [...document.querySelectorAll("[data-until]")];
  const tick = () =>
    times.forEach((time) => {
      time.title = time.title || time.textContent;
      time.textContent = left(Number(time.dataset.until) - Date.now() / 1000);
    });
  tick();
  if (times.length) setInterval(tick, 1000);

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || document.querySelector("dialog[open]")) return;
    if (/^(INPUT|TEXTAREA|SELECT)$/.test(event.target.tagName)) return;
    const button = document.querySelector(`[data-answer="${CSS.escape(event.key)}"]`);
    if (!button) return;
    const reason = button.form.querySelector("[name=reason]");
    event.preventDefault();
    if (reason.value.trim()) button.click();
    else reason.focus();
  });
});
