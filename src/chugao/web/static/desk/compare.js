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

document.addEventListener("keydown", (event) => {
  if (typing(event) || keysOff()) return;
  if (event.key === "n") step(1);
  else if (event.key === "p") step(-1);
  else if (event.key === "v") {
    const all = ["split", "unified", "clean"];
    look("view", all[(all.indexOf(cmp.dataset.view) + 1) % 3]);
  } else if (event.key === "x" || event.key === "a") cmp.querySelector(".r.on .dec button")?.click();
  else return;
  event.preventDefault();
});
