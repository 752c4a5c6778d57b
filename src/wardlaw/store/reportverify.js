"use strict";
// Checks an evidence report in a browser: the same steps as verify.py, with the browser's own SHA-256 and Ed25519.
// Nothing is sent anywhere: the page forbids it (Content-Security-Policy).
const MANIFEST = "MANIFEST.json", SIGNATURE = "MANIFEST.sig", KEYS = "keys.json", REPORT = "report.json";
const CHECKPOINT = "proofs/checkpoint", FORMAT = "wardlaw report v1";

const textOf = (data) => new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(data);
const bytesOf = (text) => new TextEncoder().encode(text);
const hexOf = (data) => Array.from(data, (one) => one.toString(16).padStart(2, "0")).join("");
const digest = async (data) => new Uint8Array(await crypto.subtle.digest("SHA-256", data));
const same = (one, other) => one.length === other.length && one.every((value, at) => value === other[at]);

function joined(...parts) {
  const whole = new Uint8Array(parts.reduce((size, part) => size + part.length, 0));
  let at = 0;
  for (const part of parts) { whole.set(part, at); at += part.length; }
  return whole;
}

function unbase64(text) {
  const raw = atob(text);
  if (btoa(raw) !== text) throw new Error(`${text} is written otherwise than base64 is`);
  return Uint8Array.from(raw, (letter) => letter.charCodeAt(0));
}

async function signedBy(line, signed, lines) {
  const [name, named, ...rest] = line.trim().split("+");
  const body = unbase64(rest.join("+"));
  const own = (await digest(joined(bytesOf(`${name}\n`), body))).slice(0, 4);
  if (body.length !== 33 || body[0] !== 1 || hexOf(own) !== named) throw new Error(`the key ${line} is no Ed25519 key line`);
  const key = await crypto.subtle.importKey("raw", body.slice(1), { name: "Ed25519" }, false, ["verify"]);
  for (const words of lines.map((one) => one.split(" "))) {
    if (words.length !== 3 || words[0] !== "—" || words[1] !== name) continue;
    const value = unbase64(words[2]);
    if (!same(value.slice(0, 4), own)) continue;
    if (await crypto.subtle.verify({ name: "Ed25519" }, key, value.slice(4), bytesOf(signed))) return true;
  }
  return false;
}

async function openNote(note, keys, what) {
  const whole = textOf(note), gap = whole.lastIndexOf("\n\n");
  const lines = whole.slice(gap + 2).split("\n");
  if (gap < 0 || lines.pop() !== "") throw new Error(`${what} is no signed note`);
  const signed = whole.slice(0, gap + 1);
  for (const key of keys) if (await signedBy(key, signed, lines)) return signed;
  throw new Error(`${what} is not signed by the key`);
}

function numberOf(text, what) {
  const value = Number(text);
  if (!/^(0|[1-9][0-9]*)$/.test(text) || !Number.isSafeInteger(value)) throw new Error(`${what} has a number that is none`);
  return value;
}

async function headOf(note, keys, what) {
  const lines = (await openNote(note, keys, `the checkpoint of ${what}`)).split("\n");
  const names = keys.map((key) => key.split("+")[0]);
  if (lines.length !== 4 || !names.includes(lines[0])) throw new Error(`the checkpoint of ${what} is of another log`);
  return [numberOf(lines[1], what), unbase64(lines[2])];
}

const pairOf = (left, right) => digest(joined(Uint8Array.of(1), left, right));

async function included(entry, proof, keys, what) {
  const told = textOf(proof), gap = told.indexOf("\n\n");
  const lines = told.slice(0, gap).split("\n").filter((line) => !line.startsWith("extra "));
  if (gap < 0 || lines.length < 2 || lines[0] !== "c2sp.org/tlog-proof@v1" || !lines[1].startsWith("index ")) {
    throw new Error(`${what} has no proof that can be read`);
  }
  const [size, root] = await headOf(bytesOf(told.slice(gap + 2)), keys, what);
  const index = numberOf(lines[1].slice(6), what);
  if (index >= size) throw new Error(`${what} is outside its log`);
  let node = await digest(joined(Uint8Array.of(0), entry)), first = index, last = size - 1;
  for (const other of lines.slice(2).map(unbase64)) {
    if (last === 0) throw new Error(`${what}: its proof is too long`);
    if (first % 2 === 1 || first === last) {
      node = await pairOf(other, node);
      while (first % 2 === 0 && first !== 0) { first /= 2; last = Math.floor(last / 2); }
    } else node = await pairOf(node, other);
    first = Math.floor(first / 2);
    last = Math.floor(last / 2);
  }
  if (last !== 0 || !same(node, root)) throw new Error(`${what} is not in the log`);
}

function need(files, name) {
  if (!files.has(name)) throw new Error(`${name} is missing`);
  return files.get(name);
}

async function manifestOf(files, keys) {
  const signature = need(files, SIGNATURE), written = need(files, MANIFEST);
  const signed = await openNote(signature, keys, "the manifest");
  if (signature.filter((one) => one === 10).length !== 6) throw new Error("the signature of the manifest has more than its one line");
  const manifest = JSON.parse(textOf(written)), many = Object.keys(manifest.files).length;
  const expected = `${FORMAT}\n${manifest.origin}\n${hexOf(await digest(written))}\n${many} files\n`;
  if (signed !== expected) throw new Error("the manifest is not the one that was signed");
  return manifest;
}

async function differing(files, listed) {
  const names = Object.keys(listed).sort(), wrong = names.filter((name) => !files.has(name)).map((name) => `${name} is missing`);
  for (const name of [...files.keys()].sort()) {
    if (!Object.hasOwn(listed, name) && name !== MANIFEST && name !== SIGNATURE) wrong.push(`${name} was added`);
  }
  for (const name of names) {
    if (files.has(name) && hexOf(await digest(files.get(name))) !== listed[name]) wrong.push(`${name} was changed`);
  }
  return wrong;
}

async function proofs(files, keys) {
  if (files.has(CHECKPOINT)) await headOf(files.get(CHECKPOINT), keys, "the log");
  const proven = JSON.parse(textOf(need(files, REPORT))).records.filter((one) => one.is_proven);
  for (const { id } of proven) {
    const entry = need(files, `proofs/${id}.json`);
    if (JSON.parse(textOf(entry)).id !== id) throw new Error(`the entry of ${id} is another record's`);
    await included(entry, need(files, `proofs/${id}.tlog-proof`), keys, id);
  }
  return proven.length;
}

/** What is wrong, and what was found in order. `files` is a Map of names to bytes; keys given count before those inside. */
async function check(files, logKeys = [], reportKeys = []) {
  const wrong = [], good = [];
  try {
    const told = JSON.parse(textOf(need(files, KEYS)));
    const manifest = await manifestOf(files, reportKeys.length ? reportKeys : told.report);
    good.push(`signed by ${manifest.origin}`);
    wrong.push(...(await differing(files, manifest.files)));
    if (!wrong.length) {
      good.push(`${Object.keys(manifest.files).length} files are as they were signed`);
      good.push(`${await proofs(files, logKeys.length ? logKeys : told.log)} records proven to be in the log`);
    }
  } catch (error) {
    const cannot = error.name === "NotSupportedError";
    wrong.push(cannot ? "this browser knows no Ed25519: use a newer one, or verify.py" : error.message);
  }
  return { wrong, good };
}

async function filesOf(chosen) {
  const files = new Map();
  for (const one of chosen) {
    const name = (one.webkitRelativePath || one.name).split("/").slice(1).join("/") || one.name;
    files.set(name, new Uint8Array(await one.arrayBuffer()));
  }
  return files;
}

const keysIn = (id) => document.getElementById(id).value.split("\n").map((line) => line.trim()).filter(Boolean);

async function chosen(event) {
  const shown = document.getElementById("shown"), lines = document.getElementById("lines");
  lines.replaceChildren();
  shown.textContent = "Checking …";
  const { wrong, good } = await check(await filesOf(event.target.files), keysIn("log-keys"), keysIn("report-keys"));
  for (const line of [...good.map((one) => `ok: ${one}`), ...wrong.map((one) => `WRONG: ${one}`)]) {
    lines.append(Object.assign(document.createElement("li"), { textContent: line }));
  }
  shown.textContent = wrong.length ? "✖ NOT SOUND" : "✔ sound";
}

if (typeof document !== "undefined") document.getElementById("folder").addEventListener("change", chosen);
