// The editor of clauses: problems lead to their line; a text that was not handed in is kept in this browser tab.
"use strict";

// A backtest goes on part by part until the server says where its figures are; without this each part is one click.
const goOn = async (place, form) => {
  const body = new URLSearchParams(new FormData(form));
  const answer = await fetch(form.action, { method: "POST", body, headers: { "hx-request": "true" } });
  const where = answer.headers.get("hx-redirect");
  if (where) {
    location.href = where;
    return;
  }
  const text = await answer.text();
  if (!answer.ok || answer.redirected) {
    form.submit();
    return;
  }
  place.innerHTML = text;
  place.focus(); // what was pressed is gone: its place has the focus, and is read
  const next = place.querySelector("form[data-part]");
  if (next) goOn(place, next);
};

document.addEventListener("DOMContentLoaded", () => {
  const place = document.getElementById("backtest");
  place?.querySelector("form")?.addEventListener("submit", (event) => {
    event.preventDefault();
    goOn(place, event.target);
  });

  const form = document.getElementById("writing");
  const text = document.getElementById("text");
  if (!form || !text) return;

  document.addEventListener("click", (event) => {
    const link = event.target.closest("[data-line]");
    if (!link) return;
    event.preventDefault();
    const lines = text.value.split("\n");
    const at = Math.min(Number(link.dataset.line), lines.length) - 1;
    const begin = lines.slice(0, at).reduce((sum, line) => sum + line.length + 1, 0);
    text.focus();
    text.setSelectionRange(begin, begin + lines[at].length);
    text.scrollTop = (text.scrollHeight / lines.length) * Math.max(0, at - 4);
  });

  const name = `wardlaw-text-${form.dataset.keep}`;
  const before = sessionStorage.getItem(name);
  const offer = document.getElementById("kept");
  if (before && before !== text.value) {
    offer.hidden = false;
    document.getElementById("restore").addEventListener("click", () => {
      text.value = before;
      offer.hidden = true;
      text.focus();
      text.dispatchEvent(new Event("input", { bubbles: true }));
    });
  }
  text.addEventListener("input", () => sessionStorage.setItem(name, text.value));
  form.addEventListener("submit", (event) => {
    if (event.submitter?.value === "hand-in") sessionStorage.removeItem(name);
    else sessionStorage.setItem(name, text.value);
  });
});
