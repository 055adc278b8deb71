// One section in the editor: numbers are marks that know what they should print; a drifted one reddens at once.
//
// Saving: 600 ms after the last key, PUT with the revision; what is typed lies in localStorage until the server has
// answered 200.  Marks, not inline nodes, because an input method composes across them.

const box = document.querySelector(".edit");
// The very address the page names, so that a module is not run twice under two names.
const { Schema, EditorState, Plugin, TextSelection, Fragment, Slice, EditorView, Decoration, DecorationSet, history, undo, redo, keymap } =
  await import(box.dataset.vendor);
const { send } = await import(document.querySelector('script[src*="/chugao.js"]').src);

const sheet = document.querySelector(".sheet-edit");
const base = `/documents/${encodeURIComponent(box.dataset.document)}/sections/${encodeURIComponent(box.dataset.section)}`;
const store = `chugao:${base}`;
const mode = box.dataset.mode;
const heading = document.getElementById("heading");
const $ = (id) => document.getElementById(id);

// --- the text ---------------------------------------------------------------------------------------

const schema = new Schema({
  nodes: {
    doc: { content: "(paragraph | sheet)+" },
    paragraph: {
      content: "text*", attrs: { block: { default: "" } },
      parseDOM: [{ tag: "p" }, { tag: "div" }, { tag: "li" }, { tag: "h1" }, { tag: "h2" }, { tag: "h3" }],
      toDOM: () => ["p", 0],
    },
    sheet: {
      atom: true, selectable: false, attrs: { block: {}, rows: { default: [] } },
      toDOM: (node) => ["div", { class: "tbl", contenteditable: "false" }, ["table", ["tbody", ...node.attrs.rows.map((r) => ["tr", ...r.map((c) => ["td", String(c)])])]]],
    },
    text: {},
  },
  marks: {
    number: {
      inclusive: false, attrs: { id: {}, printed: {}, state: { default: "traced" }, told: { default: "" } },
      // What is pasted from this editor keeps its bindings; the server believes none of it without looking.
      parseDOM: [{ tag: "span[data-number]", getAttrs: (d) => ({ id: d.dataset.number, printed: d.dataset.printed ?? "", state: d.dataset.state ?? "traced", told: d.title }) }],
      toDOM: (mark) => ["span", { class: `n n-${mark.attrs.state}`, "data-number": mark.attrs.id, "data-printed": mark.attrs.printed, "data-state": mark.attrs.state, title: mark.attrs.told }, 0],
    },
  },
});

const textOf = (runs) => runs.filter((r) => r.text).map((r) =>
  schema.text(r.text, r.state ? [schema.marks.number.create({ id: r.id ?? "", printed: r.printed ?? r.text, state: r.state, told: r.told ?? "" })] : []));
function docOf(told) {
  const blocks = told.paragraphs.map((p) => p.table
    ? schema.nodes.sheet.create({ block: p.block, rows: p.rows })
    : schema.nodes.paragraph.create({ block: p.block }, textOf(p.runs)));
  return schema.nodes.doc.create(null, blocks.length ? blocks : [schema.nodes.paragraph.create()]);
}

/** What the server is told: runs, so that nobody has to count characters. */
function typed() {
  const paragraphs = [];
  view.state.doc.forEach((node) => {
    if (node.type === schema.nodes.sheet) { paragraphs.push({ block: node.attrs.block, table: true }); return; }
    const runs = [];
    node.forEach((piece) => {
      const mark = piece.marks.find((m) => m.type === schema.marks.number);
      const id = mark && mark.attrs.id && mark.attrs.printed === piece.text ? mark.attrs.id : "";
      runs.push(id ? { text: piece.text, id } : { text: piece.text });
    });
    paragraphs.push({ block: node.attrs.block, runs });
  });
  return { rev, heading: heading?.value ?? "", paragraphs };
}

// --- numbers that say something else ------------------------------------------------------------------

const DIGIT = /[0-9０-９]/;
/** Every number of the text that has no source: drifted, touched by other digits, typed by hand. */
function loose(doc) {
  const found = [];
  doc.descendants((node, at) => {
    if (node.type !== schema.nodes.paragraph) return node.type === schema.nodes.doc || undefined;
    const text = node.textBetween(0, node.content.size);
    let offset = 0;
    node.forEach((piece) => {
      const mark = piece.marks.find((m) => m.type === schema.marks.number);
      const start = offset, end = offset + piece.nodeSize;
      offset = end;
      if (!mark) return;
      const { printed, state } = mark.attrs;
      const before = text[start - 1] ?? "", after = text.slice(end, end + 2);
      const grown = (DIGIT.test(before) && DIGIT.test(piece.text[0])) || (DIGIT.test(piece.text.at(-1)) && /^[.．]?[0-9０-９]/.test(after)) ||
        (DIGIT.test(piece.text.at(-1)) && /^[万亿%％‰]/.test(after));
      if (piece.text !== printed || grown || state === "none")
        found.push({ from: at + 1 + start, to: at + 1 + end, now: piece.text, printed, id: mark.attrs.id, told: mark.attrs.told, drifted: piece.text !== printed });
    });
    return false;
  });
  return found;
}

const reddening = new Plugin({
  state: {
    init: (_, state) => marked(state.doc),
    apply: (tr, old) => (tr.docChanged ? marked(tr.doc) : old),
  },
  props: { decorations(state) { return this.getState(state); } },
});
function marked(doc) {
  return DecorationSet.create(doc, loose(doc).map((l) => Decoration.inline(l.from, l.to, { class: "drift", title: l.drifted ? `已偏离数据源 ${l.printed}` : l.told || "没有出处" })));
}

function listDrifts() {
  const found = loose(view.state.doc), list = $("drifts");
  $("drift-panel").hidden = !found.length;
  $("drift-count").textContent = found.length;
  list.replaceChildren(...found.map((l) => {
    const item = document.createElement("li");
    const word = document.createElement("b");
    word.className = "drift";
    word.textContent = l.now;
    item.append(word);
    if (l.drifted && l.printed) {
      const told = document.createElement("span");
      told.className = "small";
      told.textContent = `已偏离数据源 ${l.printed}`;
      const back = button("恢复", () => restore(l));
      item.append(told, back);
    }
    if ($("confirm-all")) item.append(button("确认人工", () => confirmOne(l)));
    return item;
  }));
}
function button(text, act) {
  const made = document.createElement("button");
  made.type = "button";
  made.className = "btn btn-small";
  made.textContent = text;
  made.addEventListener("click", act);
  return made;
}
function restore(l) {
  const mark = schema.marks.number.create({ id: l.id, printed: l.printed, state: "traced", told: l.told });
  view.dispatch(view.state.tr.replaceWith(l.from, l.to, schema.text(l.printed, [mark])));
  view.focus();
}

// --- saving -------------------------------------------------------------------------------------------

let rev = 0, timer = 0, saving = null, dirty = false, frozen = false;
const state = $("state");
function say(text, kind) {
  state.textContent = text;
  state.className = `small ${kind}`;
  sheet.classList.toggle("unsaved", kind === "unsaved-told" || kind === "saving");
  sheet.classList.toggle("failed", kind === "failed-told");
}
const clock = () => new Date().toLocaleTimeString("zh-CN", { hour: "2-digit", minute: "2-digit" });

function touched() {
  dirty = true;
  keepHere();
  $("count").textContent = [...view.state.doc.textContent].length;
  listDrifts();
  if (mode !== "edit") { say("改动还没有提交", "unsaved-told"); return; }
  if (frozen) return;
  say("● 有未保存改动", "unsaved-told");
  clearTimeout(timer);
  timer = setTimeout(save, 600);
}
function keepHere() {
  try { localStorage.setItem(store, JSON.stringify({ rev, at: Date.now(), told: typed(), doc: view.state.doc.toJSON() })); } catch { /* a full store keeps no copy; the text still stands on the page */ }
}

async function save() {
  clearTimeout(timer);
  if (saving) { await saving; if (!dirty) return true; }
  if (!dirty || frozen || mode !== "edit") return !dirty;
  saving = put();
  try { return await saving; } finally { saving = null; }
}
async function put() {
  const told = typed();
  dirty = false;
  say("正在保存……", "saving");
  let answer;
  try { answer = await send("PUT", base, told); } catch { return unsaved("没有连上服务器，字留在本机，连上后再存"); }
  if (answer.status === 409) { await conflicted(answer); return false; }
  if (!answer.ok) {
    const said = await answer.json().catch(() => ({}));
    return unsaved(said.error ?? "没有存上，字留在本机");
  }
  const saved = await answer.json();
  rev = saved.rev;
  $("rev").textContent = rev;
  if (saved.opened && !dirty) open(saved.opened);
  if (saved.merged) note("对方也改了这一节，没有冲突，已经合并。");
  if (saved.voided) note("这份稿子原来已经批准，改动后要重新审。");
  if (!dirty) { localStorage.removeItem(store); say(`✓ 已自动保存 ${clock()}`, "saved"); } else touched();
  return true;
}
function unsaved(text) {
  dirty = true;
  keepHere();
  say(text, "failed-told");
  clearTimeout(timer);
  timer = setTimeout(save, 5000);
  return false;
}
function note(text) {
  const line = document.createElement("p");
  line.className = "notice";
  line.textContent = text;
  $("conflict").replaceChildren(line);
}
document.addEventListener("chugao:signed-out", () => { keepHere(); say("登录已过期，字留在本机，登录后接着存", "failed-told"); });

// --- two at once ----------------------------------------------------------------------------------------

async function conflicted(answer) {
  const told = await answer.json();
  dirty = true;
  if (!told.panel) return unsaved(told.error);
  frozen = true;
  keepHere();
  say("‼ 内容冲突，逐句选定后保存", "failed-told");
  const panel = $("conflict");
  panel.innerHTML = told.panel;
  panel.scrollIntoView({ block: "nearest" });
  panel.querySelector("[data-settle]").addEventListener("click", async () => {
    const choices = {};
    for (const one of panel.querySelectorAll("input[type=radio]:checked")) choices[one.dataset.row] = one.value;
    const sent = { ...typed(), rev: told.rev, base: told.base, choices };
    const done = await send("POST", `${base}/settle`, sent);
    if (done.status === 409) { await conflicted(done); return; }
    if (!done.ok) { say((await done.json()).error ?? "没有存上", "failed-told"); return; }
    await reopen();
    say(`✓ 已合并保存 ${clock()}`, "saved");
  });
  panel.querySelector("[data-branch]").addEventListener("click", async () => {
    const kept = await send("POST", `${base}/branch`, { ...typed(), rev: told.base });
    if (!kept.ok) { say((await kept.json()).error ?? "没有存成分支", "failed-told"); return; }
    await reopen();
    say("✓ 我的写法已存为分支，在“版本”里", "saved");
  });
  panel.querySelector("[data-theirs]").addEventListener("click", async () => { await reopen(); say("现在是对方的文字", "saved"); });
}
async function reopen() {
  const answer = await fetch(base, { headers: { Accept: "application/json" } });
  if (!answer.ok) return;
  frozen = false;
  dirty = false;
  localStorage.removeItem(store);
  $("conflict").replaceChildren();
  open(await answer.json());
}

// --- opening --------------------------------------------------------------------------------------------

function newState(doc) {
  return EditorState.create({ doc, plugins: [reddening, history(), keymap(bindings)] });
}
function open(told) {
  rev = told.rev;
  $("rev").textContent = rev;
  if (heading && document.activeElement !== heading) heading.value = told.heading;
  const at = view?.state.selection.from ?? 0;
  view.updateState(newState(docOf(told)));
  const end = view.state.doc.content.size;
  if (view.hasFocus() && at) view.dispatch(view.state.tr.setSelection(TextSelection.near(view.state.doc.resolve(Math.min(at, end)))));
  $("count").textContent = [...view.state.doc.textContent].length;
  listDrifts();
}

const split = (state, dispatch) => {
  const { $from, $to } = state.selection;
  if (!$from.parent.isTextblock || !$to.parent.isTextblock) return false;
  dispatch?.(state.tr.deleteSelection().split(state.tr.deleteSelection().mapping.map($from.pos), 1, [{ type: schema.nodes.paragraph, attrs: { block: "" } }]).scrollIntoView());
  return true;
};
const join = (state, dispatch) => {
  const { $cursor } = state.selection;
  if (!$cursor || $cursor.parentOffset) return false;
  const before = $cursor.before();
  const node = state.doc.resolve(before).nodeBefore;
  if (!node || node.type !== schema.nodes.paragraph) return true;
  dispatch?.(state.tr.join(before).scrollIntoView());
  return true;
};
const insertHere = () => { if (mode === "edit") openPick(); return true; };
const slash = (state) => {
  const { $from } = state.selection;
  const before = $from.parent.textBetween(Math.max(0, $from.parentOffset - 1), $from.parentOffset);
  if (mode !== "edit" || view.composing || DIGIT.test(before) || /[A-Za-z]/.test(before)) return false;
  return insertHere();
};
const bindings = { Enter: split, Backspace: join, "Mod-z": undo, "Mod-y": redo, "Shift-Mod-z": redo, "/": slash };

const told = JSON.parse($("opened").textContent);
rev = told.rev;
const view = new EditorView($("editor"), {
  state: newState(docOf(told)),
  editable: () => mode !== "read",
  attributes: { "aria-label": "正文", role: "textbox", "aria-multiline": "true", spellcheck: "false" },
  clipboardTextParser: (text) => new Slice(Fragment.from(text.split(/\r?\n+/).filter(Boolean).map((line) => schema.nodes.paragraph.create(null, schema.text(line)))), 1, 1),
  dispatchTransaction(tr) {
    this.updateState(this.state.apply(tr));
    if (tr.docChanged) touched();
  },
});
heading?.addEventListener("input", touched);
$("count").textContent = [...view.state.doc.textContent].length;
listDrifts();

// What was typed and never reached the server.
const old = JSON.parse(localStorage.getItem(store) ?? "null");
if (old?.doc && mode !== "read") {
  const asked = $("kept");
  let doc = null;
  try { doc = schema.nodeFromJSON(old.doc); doc.check(); } catch { localStorage.removeItem(store); }
  if (doc && doc.textContent !== view.state.doc.textContent) {
    $("kept-text").textContent = doc.textContent.slice(0, 400);
    asked.querySelector("[data-take]").addEventListener("click", () => { asked.close(); rev = old.rev; view.updateState(newState(doc)); touched(); });
    asked.querySelector("[data-drop]").addEventListener("click", () => { localStorage.removeItem(store); asked.close(); });
    asked.showModal();
  } else localStorage.removeItem(store);
}

// --- keys and buttons ---------------------------------------------------------------------------------

document.addEventListener("keydown", async (event) => {
  if (event.isComposing || event.keyCode === 229 || !(event.ctrlKey || event.metaKey)) return;
  if (event.key === "s") { event.preventDefault(); await save(); }
  else if (event.key === "Enter" && $("keep")) { event.preventDefault(); event.stopImmediatePropagation(); keepVersion(); }
}, true);
$("keep")?.addEventListener("click", keepVersion);
async function keepVersion() {
  if (!(await save()) && dirty) return;
  const form = new URLSearchParams({ note: `编辑${document.querySelector(".edit-head h2").textContent}` });
  const answer = await send("POST", `/documents/${encodeURIComponent(box.dataset.document)}/versions`, form);
  say(answer.ok ? `✓ 已存为版本 ${clock()}` : ((await answer.json().catch(() => ({}))).error ?? "没有存成版本"), answer.ok ? "saved" : "failed-told");
}
$("send-suggestions")?.addEventListener("click", async () => {
  const answer = await send("POST", `${base}/suggest`, typed());
  const said = await answer.json().catch(() => ({}));
  if (answer.ok) { dirty = false; localStorage.removeItem(store); }
  say(answer.ok ? `✓ 已提交${said.suggestions}条建议` : (said.error ?? "没有提交成"), answer.ok ? "saved" : "failed-told");
});
$("correct")?.addEventListener("submit", async (event) => {
  event.preventDefault();
  clearTimeout(timer);
  const answer = await send("POST", `${base}/correct?reason=${encodeURIComponent($("reason").value)}`, typed());
  const said = await answer.json().catch(() => ({}));
  if (answer.ok) { dirty = false; localStorage.removeItem(store); rev = said.rev; $("rev").textContent = rev; }
  say(answer.ok ? `✓ 勘误已登记 ${clock()}` : (said.error ?? "没有登记成"), answer.ok ? "saved" : "failed-told");
});

// --- answering for numbers ------------------------------------------------------------------------------

async function confirmed(body) {
  if (!(await save()) && dirty) return;
  const answer = await send("POST", `${base}/confirm`, body);
  const said = await answer.json().catch(() => ({}));
  if (!answer.ok) { say(said.error ?? "没有确认成", "failed-told"); return; }
  open(said.opened);
  say(`✓ 已人工确认${said.confirmed}个数`, "saved");
}
$("confirm-all")?.addEventListener("submit", (event) => { event.preventDefault(); confirmed({ basis: $("basis").value }); });
async function confirmOne(l) {
  const field = $("basis");
  if (!field.value.trim()) { field.focus(); field.reportValidity(); return; }
  if (!(await save()) && dirty) return;
  const nth = loose(view.state.doc).filter((x) => x.from <= l.from && x.now === l.now).length - 1;
  confirmed({ basis: field.value, printed: l.now, nth: Math.max(0, nth) });
}

// --- rewriting ------------------------------------------------------------------------------------------

$("rewrite")?.addEventListener("submit", async (event) => {
  event.preventDefault();
  const place = $("rewritten"), press = event.target.querySelector("button");
  if (!(await save()) && dirty) return;
  press.disabled = true;
  place.textContent = "正在改写……";
  const answer = await send("POST", `${base}/rewrite`, { instruction: $("instruction").value });
  press.disabled = false;
  const said = await answer.json().catch(() => ({}));
  if (!answer.ok) { place.textContent = said.error ?? "没有改成"; return; }
  place.innerHTML = said.panel;
  place.querySelector("[data-drop-rewrite]")?.addEventListener("click", () => place.replaceChildren());
  place.querySelector("[data-take]")?.addEventListener("click", async (click) => {
    const took = await send("POST", `${base}/alternatives/${encodeURIComponent(click.target.dataset.take)}/take`, typed());
    const told = await took.json().catch(() => ({}));
    if (!took.ok) { say(told.error ?? "没有用上", "failed-told"); return; }
    place.replaceChildren();
    open(told.opened);
    say("✓ 已用改写的一稿", "saved");
  });
});

// --- / : metrics and matters ------------------------------------------------------------------------------

const pick = $("pick"), words = $("pick-words"), list = $("pick-list");
let offers = [], chosen = 0, asking = 0;
$("insert")?.addEventListener("click", openPick);
function openPick() {
  const at = view.coordsAtPos(view.state.selection.from);
  pick.hidden = false;
  pick.style.left = `${Math.min(at.left, innerWidth - 450) + scrollX}px`;
  pick.style.top = `${at.bottom + scrollY + 4}px`;
  words.value = "";
  words.focus();
  offer();
}
function closePick() { pick.hidden = true; view.focus(); }
words?.addEventListener("input", (event) => { if (!event.isComposing) offer(); });
words?.addEventListener("compositionend", () => offer());
async function offer() {
  const mine = ++asking;
  const answer = await fetch(`${base}/values?q=${encodeURIComponent(words.value)}`, { headers: { Accept: "application/json" } });
  if (!answer.ok || mine !== asking) return;
  offers = (await answer.json()).values;
  chosen = 0;
  show();
}
function show() {
  list.replaceChildren(...offers.map((o, i) => {
    const item = document.createElement("li");
    item.id = `offer-${i}`;
    item.role = "option";
    item.setAttribute("aria-selected", i === chosen);
    const b = document.createElement("b");
    b.textContent = o.kind === "metric" ? o.printed : "事项";
    const name = document.createElement("span");
    name.textContent = ` ${o.label}`;
    const source = document.createElement("div");
    source.className = "small muted wrap";
    source.textContent = o.source;
    item.append(b, name, source);
    item.addEventListener("mousedown", (event) => { event.preventDefault(); insert(o); });
    return item;
  }));
  if (!offers.length) { const none = document.createElement("li"); none.className = "muted"; none.textContent = "没有这样的指标或事项"; list.append(none); }
  words.setAttribute("aria-activedescendant", offers.length ? `offer-${chosen}` : "");
  list.children[chosen]?.scrollIntoView({ block: "nearest" });
}
words?.addEventListener("keydown", (event) => {
  if (event.isComposing || event.keyCode === 229) return;
  if (event.key === "ArrowDown" || event.key === "ArrowUp") { event.preventDefault(); chosen = (chosen + (event.key === "ArrowDown" ? 1 : -1) + offers.length) % Math.max(1, offers.length); show(); }
  else if (event.key === "Enter") { event.preventDefault(); if (offers[chosen]) insert(offers[chosen]); }
  else if (event.key === "Escape") { event.preventDefault(); closePick(); }
});
words?.addEventListener("blur", () => setTimeout(() => { if (document.activeElement !== words) pick.hidden = true; }, 150));
function insert(o) {
  const { from, to } = view.state.selection;
  view.dispatch(view.state.tr.replaceWith(from, to, Fragment.from(textOf(o.runs))).scrollIntoView());
  closePick();
}

// --- who else is here -------------------------------------------------------------------------------------

async function beat() {
  if (document.hidden || mode === "read") return;
  const answer = await send("POST", `${base}/beat`, {}).catch(() => null);
  if (!answer?.ok) return;
  $("others").textContent = (await answer.json()).others.join("；");
}
if (mode !== "read") { beat(); setInterval(beat, 20000); }
addEventListener("beforeunload", (event) => { if (dirty) event.preventDefault(); });
