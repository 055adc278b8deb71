// Comparing: from change to change, other ways of looking at the same two texts.  Links do the same without it.

import { typing, keysOff } from "./desk.js";

const cmp = document.querySelector(".cmp");
const place = document.querySelector(".place");
const rows = () => [...cmp.querySelectorAll(".r.c")].filter((r) => r.getClientRects().length);
let at = -1;

function step(by) {
  const all = rows();
  if (!all.length) return;
  document.querySelector(".r.on")?.classList.remove("on");
  at = (at + by + all.length) % all.length;
  all[at].classList.add("on");
  all[at].scrollIntoView({ block: "center" });
  place.textContent = `改动 ${at + 1}/${all.length}`;
}

function look(name, value) {
  cmp.dataset[name] = value;
  for (const link of document.querySelectorAll(`[data-${name}].btn`)) {
    if (link.dataset[name] === value) link.setAttribute("aria-current", "true");
    else link.removeAttribute("aria-current");
  }
  const url = new URL(location);
  url.searchParams.set(name, value);
  history.replaceState(null, "", url);
}
for (const name of ["view", "only"])
  for (const link of document.querySelectorAll(`[data-${name}].btn`))
    link.addEventListener("click", (event) => { event.preventDefault(); look(name, link.dataset[name]); });

// A paragraph with several changes sends them all.
document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-more]");
  if (!button) return;
  for (const id of button.dataset.more.split(" ")) {
    const field = document.createElement("input");
    field.type = "hidden"; field.name = "hunks"; field.value = id;
    document.getElementById("decide").append(field);
  }
});

/** This section is seen: it folds, and the next change outside it comes; once more opens it. */
function seen() {
  const one = document.querySelector(".r.on")?.closest(".cs");
  if (!one) return;
  const shut = one.classList.toggle("seen");
  for (const link of document.querySelectorAll(".where a")) if (link.hash === `#${one.id}`) link.classList.toggle("seen", shut);
  if (!shut) return;
  at = rows().findIndex((r) => one.compareDocumentPosition(r) & Node.DOCUMENT_POSITION_FOLLOWING) - 1;
  if (at > -2) step(1);
}
document.addEventListener("click", (event) => {
  const link = event.target.closest(".where a.seen, .facts-list a");
  const one = link && document.getElementById(decodeURIComponent(link.hash.slice(1)));
  if (!one) return;
  one.classList.remove("seen");
  for (const other of document.querySelectorAll(".where a")) if (other.hash === link.hash) other.classList.remove("seen");
});

document.addEventListener("keydown", (event) => {
  if (typing(event) || keysOff()) return;
  if (event.key === "n") step(1);
  else if (event.key === "p") step(-1);
  else if (event.key === "v") {
    const all = ["split", "unified", "clean"];
    look("view", all[(all.indexOf(cmp.dataset.view) + 1) % 3]);
  } else if (event.key === "u") seen();
  else if (event.key === "x" || event.key === "a") cmp.querySelector(".r.on .dec button")?.click();
  else return;
  event.preventDefault();
});
