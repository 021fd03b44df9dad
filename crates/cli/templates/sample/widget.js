// Reads the answer from the fragment, takes it out of the address, and shows it with the secrets masked.
"use strict";

const KEPT = "zylker-widget-state";
const secret = new Set(["access_token", "id_token"]);

function masked(text) {
  return text.length > 16 ? `${text.slice(0, 9)}…${text.slice(-4)}` : "…";
}

function show(answer) {
  const list = document.getElementById("answer");
  const nothing = document.getElementById("nothing");
  nothing.textContent = "Nothing yet.";
  if (![...answer.keys()].length) return;
  const expected = sessionStorage.getItem(KEPT);
  sessionStorage.removeItem(KEPT);
  if (!expected || answer.get("state") !== expected) {
    nothing.textContent = "An answer came that this page did not ask for. It was thrown away.";
    return;
  }
  nothing.textContent = answer.has("error") ? "It was refused." : "It is good for an hour.";
  for (const [name, value] of answer) {
    const row = document.createElement("div");
    const term = document.createElement("dt");
    const said = document.createElement("dd");
    term.textContent = name;
    said.textContent = secret.has(name) ? masked(value) : value;
    row.append(term, said);
    list.append(row);
  }
}

// Each link gets a state of its own when it is followed: it proves that the answer belongs to this page.
for (const id of ["token", "again"]) {
  const link = document.getElementById(id);
  link.addEventListener("click", () => {
    const state = crypto.randomUUID();
    sessionStorage.setItem(KEPT, state);
    const url = new URL(link.href);
    url.searchParams.set("state", state);
    link.href = url.href;
  });
}

const answer = new URLSearchParams(location.hash.slice(1));
history.replaceState(null, "", location.pathname);
show(answer);
