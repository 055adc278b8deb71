// What every page shares: the form token on requests, a sign-in dialog when the session is over, dropped files,
// shortcuts.  Nothing here is needed to read a page or to send a form.

const token = () => document.querySelector('meta[name="csrf-token"]')?.content ?? "";

/** An unsafe request with the form token; asks for the password again when the session is over, and repeats. */
export async function send(method, url, body, headers = {}) {
  const plain = body === undefined || body instanceof FormData || body instanceof URLSearchParams || typeof body === "string";
  const once = () =>
    fetch(url, {
      method,
      credentials: "same-origin",
      headers: { Accept: "application/json", "X-CSRF-Token": token(), ...(plain ? {} : { "Content-Type": "application/json" }), ...headers },
      body: plain ? body : JSON.stringify(body),
    });
  const answer = await once();
  if (answer.status !== 401) return answer;
  document.dispatchEvent(new CustomEvent("chugao:signed-out"));
  return (await signInAgain()) ? once() : answer;
}

let asking;
/** A dialog over the page, so that what was typed stays where it is. */
function signInAgain() {
  asking ??= new Promise((done) => {
    const box = document.getElementById("sign-in-again").content.cloneNode(true).querySelector("dialog");
    document.body.append(box);
    const said = box.querySelector("[role=alert]");
    const close = (result) => { box.close(); box.remove(); asking = undefined; done(result); };
    box.querySelector("form").addEventListener("submit", async (event) => {
      event.preventDefault();
      const page = await fetch("/login", { headers: { Accept: "application/json" } }).then((r) => r.json());
      const form = new URLSearchParams(new FormData(event.target));
      form.set("csrf", page.csrf);
      const answer = await fetch("/login", { method: "POST", headers: { Accept: "application/json" }, body: form });
      const told = await answer.json();
      if (!answer.ok) { said.textContent = told.error; return; }
      document.querySelector('meta[name="csrf-token"]').content = told.csrf;
      for (const field of document.querySelectorAll('input[name="csrf"]')) field.value = told.csrf;
      close(true);
    });
    box.querySelector("[data-cancel]").addEventListener("click", () => close(false));
    box.addEventListener("cancel", () => close(false));
    box.showModal();
  });
  return asking;
}

for (const name of ["htmx:config:request", "htmx:configRequest"]) {
  document.addEventListener(name, (event) => {
    const headers = event.detail?.ctx?.request?.headers ?? event.detail?.headers;
    if (headers) headers["X-CSRF-Token"] = token();
  });
}

// A file field in our own words: a browser's own button speaks the language of the machine, not of the page.
for (const field of document.querySelectorAll('input[type="file"]')) {
  const box = document.createElement("span"), button = document.createElement("label"), names = document.createElement("span");
  box.className = "choose";
  button.className = "btn btn-small";
  button.textContent = "选择文件";
  button.setAttribute("aria-hidden", "true");
  if (field.id) button.htmlFor = field.id;
  else button.addEventListener("click", () => field.click());
  names.className = "names";
  const tell = () => {
    const told = [...field.files].map((f) => f.name);
    names.textContent = told.length > 2 ? `${told[0]}等${told.length}个文件` : told.join("、") || "还没有选";
  };
  field.addEventListener("change", tell);
  field.replaceWith(box);
  box.append(field, button, names);
  tell();
}

// Files may be dropped on the box as well as chosen.
for (const drop of document.querySelectorAll(".drop")) {
  const field = drop.querySelector('input[type="file"]');
  const over = (on) => (event) => { event.preventDefault(); drop.classList.toggle("over", on); };
  drop.addEventListener("dragover", over(true));
  drop.addEventListener("dragleave", over(false));
  drop.addEventListener("drop", (event) => {
    over(false)(event);
    field.files = event.dataTransfer.files;
    field.dispatchEvent(new Event("change", { bubbles: true }));
  });
  field.addEventListener("change", () => { if (field.files.length && drop.dataset.send !== undefined) drop.closest("form").requestSubmit(); });
}

// A choice that changes the page sends its form at once.
for (const field of document.querySelectorAll("[data-send]:not(.drop)"))
  field.addEventListener("change", () => field.form.requestSubmit());

// What cannot be taken back is asked about once more.
for (const form of document.querySelectorAll("form[data-ask]"))
  form.addEventListener("submit", (event) => { if (!confirm(form.dataset.ask)) event.preventDefault(); });

// One form is sent once.
for (const form of document.querySelectorAll("form[method=post]"))
  form.addEventListener("submit", (event) => {
    if (event.defaultPrevented) return;
    if (form.dataset.sent) { event.preventDefault(); return; }
    form.dataset.sent = "1";
    setTimeout(() => delete form.dataset.sent, 4000);
  });

// All boxes of a list at once.
for (const box of document.querySelectorAll("[data-all]"))
  box.addEventListener("change", () => {
    for (const one of document.querySelectorAll(`input[name="${box.dataset.all}"]`)) one.checked = box.checked;
  });

// Alt+1 to Alt+5: to the panes of the page, in their order.
document.addEventListener("keydown", (event) => {
  if (!event.altKey || event.ctrlKey || event.metaKey || event.isComposing || !/^Digit[1-5]$/.test(event.code)) return;
  const pane = document.querySelector(`[data-pane="${event.code.slice(5)}"]`);
  if (!pane || !pane.getClientRects().length) return;
  event.preventDefault();
  const inside = pane.querySelector(".ProseMirror[contenteditable=true]");
  if (!inside) pane.tabIndex = -1;
  (inside ?? pane).focus();
  pane.scrollIntoView({ block: "nearest" });
});

// Ctrl+Enter presses the page's one button.
document.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey) || event.isComposing) return;
  const main = document.querySelector("[data-main]:not([disabled])");
  if (main) { event.preventDefault(); main.click(); }
});
