// Passkeys, the one-time token in a link, passwords one can see, and the form that goes on by itself. What needs no passkey works without it.
"use strict";

const bytes = (text) =>
  Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (letter) => letter.charCodeAt(0));

const text = (buffer) =>
  btoa(String.fromCharCode(...new Uint8Array(buffer)))
    .replace(/\+/g, "-")
    .replace(/\//g, "_")
    .replace(/=+$/, "");

const described = (list) => (list || []).map((one) => ({ ...one, id: bytes(one.id) }));

const made = async (options) => {
  const found = await navigator.credentials.create({
    publicKey: {
      ...options,
      challenge: bytes(options.challenge),
      user: { ...options.user, id: bytes(options.user.id) },
      excludeCredentials: described(options.excludeCredentials),
    },
  });
  return {
    id: found.id,
    rawId: text(found.rawId),
    type: found.type,
    response: {
      clientDataJSON: text(found.response.clientDataJSON),
      attestationObject: text(found.response.attestationObject),
    },
  };
};

const shown = async (options) => {
  const found = await navigator.credentials.get({
    publicKey: {
      ...options,
      challenge: bytes(options.challenge),
      allowCredentials: described(options.allowCredentials),
    },
  });
  const handle = found.response.userHandle;
  return {
    id: found.id,
    rawId: text(found.rawId),
    type: found.type,
    response: {
      clientDataJSON: text(found.response.clientDataJSON),
      authenticatorData: text(found.response.authenticatorData),
      signature: text(found.response.signature),
      ...(handle && handle.byteLength ? { userHandle: text(handle) } : {}),
    },
  };
};

const answer = async (form) => {
  const given = await fetch(form.dataset.passkey, { method: "POST", redirect: "error" });
  if (!given.ok) throw new Error("no challenge");
  const { ceremony, options } = await given.json();
  const credential = await ("new" in form.dataset ? made(options) : shown(options));
  form.elements.ceremony.value = ceremony;
  form.elements.credential.value = JSON.stringify(credential);
};

if (location.hash.startsWith("#wlo_")) document.getElementById("ways")?.remove();
// A link that is opened while the page is there already loads nothing by itself.
addEventListener("hashchange", () => location.hash.startsWith("#wlo_") && location.reload());

document.querySelectorAll("form[data-passkey]").forEach((form) => {
  if (!window.PublicKeyCredential) return; // the button stays off
  const button = form.querySelector("button");
  button.disabled = false;
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const problem = form.querySelector(".problem");
    problem.hidden = true;
    button.disabled = true;
    try {
      await answer(form);
      form.submit();
    } catch {
      // Whatever the browser says (no passkey, cancelled, too late), there is one thing to do: try again.
      problem.hidden = false;
      button.disabled = false;
      button.focus(); // a button that is off loses it
    }
  });
});

document.querySelectorAll("[data-shows]").forEach((button) => {
  const form = button.closest("form");
  const fields = [...form.querySelectorAll("input[type=password]")];
  const show = (yes) => {
    fields.forEach((field) => (field.type = yes ? "text" : "password"));
    button.setAttribute("aria-pressed", String(yes));
  };
  button.hidden = false;
  button.addEventListener("click", () => show(fields[0].type === "password"));
  // Sent as a password: browsers keep what stood in fields of text and offer it again.
  form.addEventListener("submit", () => show(false));
});

document.querySelectorAll("[data-strength]").forEach((place) => {
  const form = place.closest("form");
  const field = form.elements.password;
  let waiting;
  const tell = async () => {
    const typed = field.value;
    const given = await fetch(place.dataset.strength, {
      method: "POST",
      redirect: "error",
      body: new URLSearchParams({ form: form.elements.form.value, password: typed }),
    });
    if (!given.ok || typed !== field.value) return;
    const { level, says } = await given.json();
    place.querySelector("meter").value = level;
    place.querySelector("[role=status]").textContent = says;
  };
  field.addEventListener("input", () => {
    place.hidden = !field.value;
    clearTimeout(waiting);
    // Without an answer the rule is told when the password is chosen.
    if (field.value) waiting = setTimeout(() => tell().catch(() => (place.hidden = true)), 400);
  });
});

document.querySelector("form[data-go]")?.requestSubmit();
