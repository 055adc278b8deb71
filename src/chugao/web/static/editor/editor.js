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
      content: "line+", isolating: true, attrs: { block: { default: "" }, title: { default: "" } },
      toDOM: (node) => ["div", { class: "tbl", "data-title": node.attrs.title }, ["table", ["tbody", 0]]],
    },
    line: { content: "cell+", toDOM: () => ["tr", 0] },
    cell: { content: "text*", isolating: true, attrs: { head: { default: false } }, toDOM: (node) => [node.attrs.head ? "th" : "td", 0] },
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
/** Tables as the server has them: one that says the same is not sent. */
let untouched = {};
const sheets = (blocks) => Object.fromEntries(blocks.filter((b) => b.type === schema.nodes.sheet).map((b) => [b.attrs.block, cellsOf(b)]));
const cellsOf = (sheet) => JSON.stringify(content(sheet).map((line) => content(line).map((cell) => cell.textContent)));
function docOf(told) {
  const { sheet, line, cell, paragraph } = schema.nodes;
  const blocks = told.paragraphs.map((p) => p.table
    ? sheet.create({ block: p.block, title: p.title ?? "" }, p.rows.map((row, r) => line.create(null, row.map((runs) => cell.create({ head: r === 0 }, textOf(runs))))))
    : paragraph.create({ block: p.block }, textOf(p.runs)));
  untouched = sheets(blocks);
  return schema.nodes.doc.create(null, blocks.length ? blocks : [paragraph.create()]);
}

/** What the server is told: runs, so that nobody has to count characters. */
function typed() {
  const paragraphs = [];
  view.state.doc.forEach((node) => {
    if (node.type === schema.nodes.sheet && untouched[node.attrs.block] === cellsOf(node)) paragraphs.push({ block: node.attrs.block, table: true });
    else if (node.type === schema.nodes.sheet) paragraphs.push({ block: node.attrs.block, table: true, rows: content(node).map((line) => content(line).map(runsOf)) });
    else paragraphs.push({ block: node.attrs.block, runs: runsOf(node) });
  });
  return { rev, heading: heading?.value ?? "", paragraphs };
}
const content = (node) => { const found = []; node.forEach((child) => found.push(child)); return found; };
function runsOf(node) {
  return content(node).map((piece) => {
    const mark = piece.marks.find((m) => m.type === schema.marks.number);
    const id = mark && mark.attrs.id && mark.attrs.printed === piece.text ? mark.attrs.id : "";
    return id ? { text: piece.text, id } : { text: piece.text };
  });
}

// --- numbers that say something else ------------------------------------------------------------------

const DIGIT = /[0-9０-９]/;
/** Numbers that the server found without a source at the last save: typed by hand, so that no mark knows of them. */
let sourceless = [];
/** Every number of the text that has no source: drifted, touched by other digits, typed by hand. */
function loose(doc) {
  const found = [];
  doc.descendants((node, at) => {
    if (!node.isTextblock) return true;
    const text = node.textBetween(0, node.content.size);
    let offset = 0;
    node.forEach((piece) => {
      const mark = piece.marks.find((m) => m.type === schema.marks.number);
      const start = offset, end = offset + piece.nodeSize;
      offset = end;
      if (!mark) { found.push(...byHand(piece.text, text, at + 1, start)); return; }
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

function byHand(said, whole, base, start) {
  const hits = [];
  for (const printed of sourceless)
    for (let i = said.indexOf(printed); i >= 0; i = said.indexOf(printed, i + printed.length)) {
      const from = start + i, to = from + printed.length;
      if (DIGIT.test(whole[from - 1] ?? "") || DIGIT.test(whole[to] ?? "") || hits.some((h) => h.from < base + to && base + from < h.to)) continue;
      hits.push({ from: base + from, to: base + to, now: printed, printed: "", id: "", told: "没有出处", drifted: false });
    }
  return hits;
}

const reddening = new Plugin({
  state: {
    init: (_, state) => marked(state.doc),
    apply: (tr, old) => (tr.docChanged || tr.getMeta("red") ? marked(tr.doc) : old),
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
  const told = typed(), held = sheets(content(view.state.doc));
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
  untouched = held;
  $("rev").textContent = rev;
  sourceless = [...new Set((saved.red ?? []).map((r) => r.printed))];
  view.dispatch(view.state.tr.setMeta("red", true));
  listDrifts();
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
  return EditorState.create({ doc, plugins: [reddening, shaped, history(), keymap(bindings)] });
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

// --- tables: cells are typed in, rows come and go by their buttons only -----------------------------------

const cellAt = ($pos) => ($pos.parent.type === schema.nodes.cell ? $pos : null);
/** A typed change may not tear a table: rows and columns stay, or the whole table goes. */
const shaped = new Plugin({
  filterTransaction(tr, state) {
    if (!tr.docChanged || tr.getMeta("shape")) return true;
    const before = shapes(state.doc), after = shapes(tr.doc);
    const kept = Object.keys(after);
    // Tables may go as a whole, undone they come back as a whole.
    return kept.every((block) => before[block] === undefined || before[block] === after[block]) || tr.getMeta("history$") !== undefined;
  },
});
function shapes(doc) {
  const found = {};
  doc.forEach((node) => { if (node.type === schema.nodes.sheet) found[node.attrs.block] = content(node).map((line) => line.childCount).join(","); });
  return found;
}
/** To the next cell, the one before, or the one below; out of the table at its ends. */
function toCell(state, dispatch, { by = 0, down = false }) {
  const $cell = cellAt(state.selection.$head);
  if (!$cell) return false;
  const sheet = $cell.node(-2), start = $cell.start(-2);
  const row = $cell.index(-2), column = $cell.index(-1), wide = $cell.node(-1).childCount;
  const next = down ? (row + 1) * wide + column : row * wide + column + by;
  if (next < 0 || next >= sheet.childCount * wide) return false;
  let at = start;
  for (let r = 0; r < Math.floor(next / wide); r++) at += sheet.child(r).nodeSize;
  at += 1;
  for (let c = 0; c < next % wide; c++) at += sheet.child(Math.floor(next / wide)).child(c).nodeSize;
  const end = at + 1 + sheet.child(Math.floor(next / wide)).child(next % wide).content.size;
  dispatch?.(state.tr.setSelection(TextSelection.create(state.doc, end)).scrollIntoView());
  return true;
}
const tab = (by) => (state, dispatch) => toCell(state, dispatch, { by });
function changeRow(more) {
  const { state } = view, $cell = cellAt(state.selection.$head);
  if (!$cell || mode === "read") return;
  const line = $cell.node(-1), sheet = $cell.node(-2), row = $cell.index(-2);
  if (more) {
    const cells = content(line).map(() => schema.nodes.cell.create());
    const at = $cell.after(-1);
    const tr = state.tr.insert(at, schema.nodes.line.create(null, cells)).setMeta("shape", true);
    view.dispatch(tr.setSelection(TextSelection.create(tr.doc, at + 2)).scrollIntoView());
  } else if (row > 0 && sheet.childCount > 2) view.dispatch(state.tr.delete($cell.before(-1), $cell.after(-1)).setMeta("shape", true));
  view.focus();
}

// --- lists: a new item has the next number, those behind it move on ----------------------------------------

const HAN = ["", "一", "二", "三", "四", "五", "六", "七", "八", "九"];
const han = (n) => (n < 10 ? HAN[n] : n < 20 ? `十${HAN[n - 10]}` : `${HAN[Math.floor(n / 10)]}十${HAN[n % 10]}`);
const LISTS = [
  [/^(\d{1,2})([.．、])(?!\d)/, (n, tail) => `${n}${tail}`],
  [/^([（(])(\d{1,2})([)）])/, (n, open, _, shut) => `${open}${n}${shut}`],
  [/^([（(])([一二三四五六七八九十]{1,3})([)）])/, (n, open, _, shut) => `${open}${han(n)}${shut}`],
  [/^([一二三四五六七八九十]{1,3})是(?=[^，。]|$)/, (n) => `${han(n)}是`],
  [/^([①-⑳])/, (n) => String.fromCodePoint(0x245f + Math.min(n, 20))],
];
const value = (text) => {
  if (/^\d+$/.test(text)) return Number(text);
  if (/^[①-⑳]$/.test(text)) return text.codePointAt(0) - 0x245f;
  for (let n = 1; n < 100; n++) if (han(n) === text) return n;
  return 0;
};
/** What a paragraph is numbered by: which list, its number, how long it is printed. */
function numbered(node) {
  if (!node || node.type !== schema.nodes.paragraph) return null;
  for (const [list, [pattern, print]] of LISTS.entries()) {
    const found = pattern.exec(node.textContent);
    if (!found) continue;
    const n = list === 1 || list === 2 ? value(found[2]) : value(found[1]);
    if (n) return { list, n, length: found[0].length, print: (m) => (list === 0 ? print(m, found[2]) : print(m, found[1], found[2], found[3])) };
  }
  return null;
}
/** Number the items of this list anew from the paragraph at `index` on. */
function renumber(tr, index, list, n) {
  let at = 0;
  for (let i = 0; i < index; i++) at += tr.doc.child(i).nodeSize;
  for (let i = index; i < tr.doc.childCount; i++) {
    const node = tr.doc.child(i), item = numbered(node);
    if (!item || item.list !== list || item.n === n) return tr;
    const text = item.print(n);
    tr.replaceWith(at + 1, at + 1 + item.length, schema.text(text));
    at += node.nodeSize + text.length - item.length;
    n++;
  }
  return tr;
}
const split = (state, dispatch) => {
  const { $from, $to } = state.selection;
  if (cellAt($from) || cellAt($to)) { toCell(state, dispatch, { down: true }); return true; }
  if (!$from.parent.isTextblock || !$to.parent.isTextblock) return false;
  const tr = state.tr.deleteSelection(), at = tr.mapping.map($from.pos), $at = tr.doc.resolve(at);
  const item = numbered($at.parent), index = $at.index(0);
  if (item && $at.parent.content.size === item.length && $at.parentOffset === item.length) {
    // A number and nothing behind it: the list ends here.
    dispatch?.(renumber(tr.delete($at.start(), at), index + 1, item.list, item.n).scrollIntoView());
    return true;
  }
  tr.split(at, 1, [{ type: schema.nodes.paragraph, attrs: { block: "" } }]);
  if (item && $at.parentOffset >= item.length) {
    const text = item.print(item.n + 1);
    tr.insert(at + 2, schema.text(text));
    renumber(tr, index + 2, item.list, item.n + 2);
    tr.setSelection(TextSelection.create(tr.doc, at + 2 + text.length));
  }
  dispatch?.(tr.scrollIntoView());
  return true;
};
const join = (state, dispatch) => {
  const { $cursor } = state.selection;
  if (!$cursor) return false;
  const item = numbered($cursor.parent);
  if (item && $cursor.parentOffset === item.length) {
    // Behind the number: the number goes first, and what is behind moves up.
    dispatch?.(renumber(state.tr.delete($cursor.start(), $cursor.pos), $cursor.index(0) + 1, item.list, item.n).scrollIntoView());
    return true;
  }
  if ($cursor.parentOffset) return false;
  const before = $cursor.before();
  const node = state.doc.resolve(before).nodeBefore;
  if (!node || node.type !== schema.nodes.paragraph) return true;
  dispatch?.(state.tr.join(before).scrollIntoView());
  return true;
};
/** Forward at the end of a cell, or of the paragraph before a table: nothing is pulled in. */
const forward = (state) => {
  const { $cursor } = state.selection;
  if (!$cursor || $cursor.parentOffset < $cursor.parent.content.size) return false;
  return Boolean(cellAt($cursor)) || state.doc.resolve($cursor.after()).nodeAfter?.type === schema.nodes.sheet;
};
const insertHere = () => { if (mode === "edit") openPick(); return true; };
const slash = (state) => {
  const { $from } = state.selection;
  const before = $from.parent.textBetween(Math.max(0, $from.parentOffset - 1), $from.parentOffset);
  if (mode !== "edit" || view.composing || DIGIT.test(before) || /[A-Za-z]/.test(before)) return false;
  return insertHere();
};
const bindings = { Enter: split, Backspace: join, Delete: forward, Tab: tab(1), "Shift-Tab": tab(-1), "Mod-z": undo, "Mod-y": redo, "Shift-Mod-z": redo, "/": slash };

const told = JSON.parse($("opened").textContent);
rev = told.rev;
const view = new EditorView($("editor"), {
  state: newState(docOf(told)),
  editable: () => mode !== "read",
  attributes: { "aria-label": "正文", role: "textbox", "aria-multiline": "true", spellcheck: "false" },
  clipboardTextParser: (text) => new Slice(Fragment.from(text.split(/\r?\n+/).filter(Boolean).map((line) => schema.nodes.paragraph.create(null, schema.text(line)))), 1, 1),
  handlePaste(self, event, slice) {
    if (!cellAt(self.state.selection.$from)) return false;
    const text = slice.content.textBetween(0, slice.content.size, " ").replace(/\s+/g, " ");
    self.dispatch(self.state.tr.insertText(text).scrollIntoView());
    return true;
  },
  dispatchTransaction(tr) {
    this.updateState(this.state.apply(tr));
    if (tr.docChanged) touched();
    for (const press of document.querySelectorAll("[data-row]")) press.hidden = mode === "read" || !cellAt(this.state.selection.$head);
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
for (const press of document.querySelectorAll("[data-row]"))
  press.addEventListener("mousedown", (event) => { event.preventDefault(); changeRow(press.dataset.row === "more"); });
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
  if (answer.ok) { dirty = false; localStorage.removeItem(store); rev = said.rev; untouched = sheets(content(view.state.doc)); $("rev").textContent = rev; }
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

if (location.hash === "#instruction") $("instruction")?.focus();
/** What is selected in the text, paragraph by paragraph. */
function selected() {
  const { from, to } = view.state.selection, pieces = [];
  view.state.doc.nodesBetween(from, to, (node, at) => {
    if (!node.isTextblock) return true;
    const piece = node.textBetween(Math.max(0, from - at - 1), Math.min(node.content.size, to - at - 1));
    if (piece.trim()) pieces.push(piece);
    return false;
  });
  return pieces;
}
$("rewrite")?.addEventListener("submit", async (event) => {
  event.preventDefault();
  const place = $("rewritten"), press = event.target.querySelector("button");
  if (!(await save()) && dirty) return;
  press.disabled = true;
  place.textContent = "正在改写……";
  const answer = await send("POST", `${base}/rewrite`, { instruction: $("instruction").value, scope: $("scope").value, selected: selected() });
  press.disabled = false;
  const said = await answer.json().catch(() => ({}));
  if (!answer.ok) { place.textContent = said.error ?? "没有改成"; return; }
  place.innerHTML = said.panel;
  place.querySelector("[data-drop-rewrite]")?.addEventListener("click", () => place.replaceChildren());
  place.querySelector("[data-take]")?.addEventListener("click", async (click) => {
    if (await take(click.target.dataset.take)) place.replaceChildren();
  });
});

/** Put a wording that is kept beside the section in its place. */
async function take(number) {
  const took = await send("POST", `${base}/alternatives/${encodeURIComponent(number)}/take`, typed());
  const told = await took.json().catch(() => ({}));
  if (!took.ok) { say(told.error ?? "没有用上", "failed-told"); return false; }
  open(told.opened);
  say("✓ 已换成这一份", "saved");
  return true;
}

const wordingList = $("wording-list");
wordingList?.addEventListener("click", async (event) => {
  const press = event.target.closest("[data-take]");
  if (!press || (!(await save()) && dirty)) return;
  if (await take(press.dataset.take)) press.closest("details").remove();
});
$("wordings")?.addEventListener("click", async (event) => {
  if (!(await save()) && dirty) return;
  event.target.disabled = true;
  wordingList.textContent = "正在另写……";
  const answer = await send("POST", `${base}/wordings`, {});
  event.target.disabled = false;
  const said = await answer.json().catch(() => ({}));
  if (!answer.ok) { wordingList.textContent = said.error ?? "没有写成"; return; }
  wordingList.innerHTML = said.panel;
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
