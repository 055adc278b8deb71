// The progress page: told by server-sent events; asks every two seconds where those do not arrive.

const box = document.getElementById("job");
const url = box.dataset.url;
let mark = box.dataset.mark;

async function renew() {
  const answer = await fetch(`${url}/part`, { headers: { Accept: "text/html" } });
  if (!answer.ok || answer.redirected) { location.reload(); return false; }
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const focused = document.activeElement?.closest("#job") ? document.activeElement.textContent : null;
  box.replaceChildren(...page.body.childNodes);
  if (focused) [...box.querySelectorAll("a, button")].find((e) => e.textContent === focused)?.focus();
  return box.querySelector("form[action$='/stop']") !== null || box.querySelector(".tag-amber") !== null && !box.querySelector("form");
}

function poll() {
  const timer = setInterval(async () => { if (!(await renew().catch(() => true))) clearInterval(timer); }, 2000);
}

if (box.dataset.live !== undefined) {
  let heard = false;
  const stream = new EventSource(`${url}/events`);
  stream.addEventListener("progress", async (event) => {
    heard = true;
    const told = JSON.parse(event.data);
    if (told.mark === mark) return;
    mark = told.mark;
    await renew();
    if (["done", "failed", "stopped"].includes(told.state)) stream.close();
  });
  // A proxy may hold events back: if none has come by now, ask.
  setTimeout(() => { if (!heard) { stream.close(); poll(); } }, 4000);
  stream.addEventListener("error", () => { if (stream.readyState === EventSource.CLOSED) poll(); });
}
