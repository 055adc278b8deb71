// Reading a document: why a sentence is there, comments on what is selected, keys.  The page works without it.

const paper = document.querySelector(".paper");
const base = location.pathname.replace(/\/$/, "");
const aside = document.getElementById("why");
let current = null;

const parts = () => [...document.querySelectorAll(".part[data-section]")];
/** Characters as the server counts them: code points, not UTF-16 units. */
const points = (text) => [...text].length;

export function typing(event) {
  const at = event.target;
  return event.isComposing || event.keyCode === 229 || event.ctrlKey || event.altKey || event.metaKey ||
    (at instanceof Element && (at.closest("input, textarea, select, [contenteditable=true]") || at.closest("dialog")));
}

export const keysOff = () => localStorage.getItem("chugao-keys") === "off";

function go(part) {
  if (!part) return;
  current?.classList.remove("here");
  current = part;
  part.classList.add("here");
  part.scrollIntoView({ block: "start" });
  part.focus({ preventScroll: true });
}

async function why(section, sentence = "") {
  const answer = await fetch(`${base}/sections/${encodeURIComponent(section)}/why?sentence=${encodeURIComponent(sentence)}`, { headers: { Accept: "text/html", "X-Requested-With": "fetch" } });
  if (!answer.ok) return;
  aside.innerHTML = await answer.text();
  aside.hidden = false;
  aside.scrollIntoView({ block: "nearest" });
}

paper?.addEventListener("click", (event) => {
  if (!getSelection().isCollapsed) return;
  const sentence = event.target.closest(".s");
  if (!sentence) return;
  const part = sentence.closest(".part");
  document.querySelector(".s.on")?.classList.remove("on");
  sentence.classList.add("on");
  current?.classList.remove("here");
  current = part;
  part.classList.add("here");
  why(part.dataset.section, sentence.dataset.s);
});
document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-why]");
  if (button) why(button.dataset.why);
});

// --- a comment on what is selected ---------------------------------------------------------------

/** Where a point of the page stands in its section's text. */
function placeOf(node, offset) {
  const sentence = (node.nodeType === 1 ? node : node.parentElement)?.closest(".s");
  if (!sentence) return null;
  const range = document.createRange();
  range.setStart(sentence, 0);
  range.setEnd(node, offset);
  return { part: sentence.closest(".part"), at: Number(sentence.dataset.at) + points(range.toString()) };
}

const form = document.getElementById("write");
function selected() {
  const chosen = getSelection();
  if (chosen.isCollapsed || !chosen.rangeCount) return null;
  const range = chosen.getRangeAt(0);
  const from = placeOf(range.startContainer, range.startOffset), to = placeOf(range.endContainer, range.endOffset);
  if (!from || !to || from.part !== to.part || to.at <= from.at) return null;
  return { part: from.part, start: from.at, end: to.at, text: chosen.toString() };
}

function write(about) {
  if (!form) return;
  const part = about?.part ?? current ?? parts()[0];
  if (!part) return;
  form.action = `${base}/sections/${encodeURIComponent(part.dataset.section)}/comments`;
  form.rev.value = part.dataset.rev ?? "0";
  form.start.value = about?.start ?? "";
  form.end.value = about?.end ?? "";
  for (const name of ["start", "end"]) form[name].disabled = about?.start === undefined;
  form.querySelector(".quote").textContent = about?.text ? `“${about.text.slice(0, 60)}”` : `${part.getAttribute("aria-label")}（整节）`;
  form.hidden = false;
  form.body.focus();
}

document.addEventListener("selectionchange", () => {
  const about = selected();
  const button = document.getElementById("comment-here");
  if (button) button.dataset.ready = about ? "1" : "";
});
let kept = null;
document.addEventListener("mousedown", (event) => { if (event.target.closest("#comment-here")) kept = selected(); });
document.getElementById("comment-here")?.addEventListener("click", () => write(kept ?? selected()));
form?.querySelector("[name=kind]")?.addEventListener("change", (event) => {
  form.querySelector(".replacement").hidden = event.target.value !== "建议改写";
});
form?.querySelector("[data-cancel]")?.addEventListener("click", () => { form.hidden = true; });
form?.addEventListener("keydown", (event) => { if (event.key === "Escape") form.hidden = true; });

// --- read ------------------------------------------------------------------------------------------

// What changed since I last looked stays until it was really looked at: a quarter of a minute, or the button.
const token = () => document.querySelector('meta[name="csrf-token"]')?.content ?? "";
const looked = () => fetch(`${base}/looked`, { method: "POST", credentials: "same-origin", headers: { Accept: "application/json", "X-CSRF-Token": token() } });
if (paper) {
  let seconds = 0;
  const watch = setInterval(() => {
    if (!document.hidden && ++seconds === 15) { looked(); clearInterval(watch); }
  }, 1000);
  document.querySelector("[data-looked]")?.addEventListener("click", async (event) => { await looked(); clearInterval(watch); event.target.replaceWith("已记下"); });
}

// --- keys -----------------------------------------------------------------------------------------

const keys = document.getElementById("keys");
const step = (by) => {
  const all = parts(), at = all.indexOf(current);
  go(all[Math.min(all.length - 1, Math.max(0, at < 0 ? 0 : at + by))]);
};
const reds = () => [...document.querySelectorAll("mark.red, mark.owed, mark.doubt")];
let red = -1;
const stepRed = (by) => {
  const all = reds();
  if (!all.length) return;
  red = (red + by + all.length) % all.length;
  go(all[red].closest(".part") ?? current);
  all[red].scrollIntoView({ block: "center" });
};
const press = (query) => document.querySelector(query)?.click();
/** The section one stands in, written again as one asks: the editor, at the line for it. */
const rewrite = () => {
  const link = (current ?? parts()[0])?.querySelector("a[href*='/sections/']");
  if (link && link.dataset.edits) location.assign(`${link.href}#instruction`);
};
const inPart = (query) => (current ?? parts()[0])?.querySelector(query)?.click();
const acts = {
  j: () => step(1), k: () => step(-1), n: () => stepRed(1), p: () => stepRed(-1),
  e: () => inPart("a[href*='/sections/']"), w: () => inPart("[data-why]"), c: () => write(selected()), g: rewrite, u: () => press("[data-looked]"),
  a: () => press("[data-accept]"), x: () => press("[data-reject]"), v: () => press("[data-compare]"),
  Escape: () => { if (aside) aside.hidden = true; if (form) form.hidden = true; },
  "?": () => keys?.showModal(),
};
document.addEventListener("keydown", (event) => {
  if (typing(event) || (keysOff() && event.key !== "?")) return;
  const act = acts[event.key];
  if (act && paper) { event.preventDefault(); act(); }
});
const toggle = document.getElementById("keys-on");
if (toggle) {
  toggle.checked = !keysOff();
  toggle.addEventListener("change", () => localStorage.setItem("chugao-keys", toggle.checked ? "on" : "off"));
}
keys?.querySelector("[data-close]")?.addEventListener("click", () => keys.close());
document.querySelector("[data-keys]")?.addEventListener("click", () => keys?.showModal());
