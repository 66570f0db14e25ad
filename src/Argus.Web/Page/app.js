// The page: uploads on the left, the history below them, one analysis on the right. Everything it shows comes from the API.
import { show } from "/detail.js";

const $ = id => document.getElementById(id);
const ended = analysis => analysis.state === "done" || analysis.state === "failed";
const RefreshMilliseconds = 1500, PageSize = 30;

let history = [], events = null, timer = null;

async function api(path, options) {
  const answer = await fetch(path, options);
  if (answer.status === 401) { signIn(true); throw new Error("A key is needed."); }
  if (!answer.ok) throw new Error((await answer.json().catch(() => null))?.detail ?? `The service answered ${answer.status}.`);
  return answer.status === 204 ? null : answer.json();
}

const say = text => { $("said").textContent = text; };

// --- signing in

function signIn(needed) {
  $("sign-in").hidden = !needed;
  $("desk").hidden = needed;
  if (needed) { $("key").focus(); clearTimeout(timer); }
}

$("sign-in").addEventListener("submit", async event => {
  event.preventDefault();
  $("sign-in-error").textContent = "";
  const answer = await fetch("/v1/session", { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify({ key: $("key").value }) });
  if (!answer.ok) { $("sign-in-error").textContent = (await answer.json().catch(() => null))?.detail ?? "That did not work."; return; }
  $("key").value = "";
  sessionStorage.setItem("signed-in", "1");
  start();
});

$("sign-out").addEventListener("click", async () => {
  await fetch("/v1/session", { method: "DELETE" });
  sessionStorage.removeItem("signed-in");
  location.replace("/");
});

// --- uploads, one after another

const waiting = [];
let sending = false;

function enqueue(files) {
  for (const file of files) {
    const row = document.createElement("li");
    const [head, bar, name, stop] = ["div", "progress", "span", "button"].map(tag => document.createElement(tag));
    name.textContent = file.name;
    Object.assign(stop, { textContent: "Cancel", className: "quiet", type: "button" });
    stop.setAttribute("aria-label", `Cancel ${file.name}`);
    Object.assign(bar, { max: 1, value: 0 });
    bar.setAttribute("aria-label", `Upload of ${file.name}`);
    head.append(name, stop);
    row.append(head, bar);
    $("uploads").append(row);
    const upload = { file, row, bar, stop, request: null };
    stop.addEventListener("click", () => {
      const place = waiting.indexOf(upload);
      if (upload.request) upload.request.abort();
      else if (place >= 0) waiting.splice(place, 1);
      row.remove();
    });
    waiting.push(upload);
  }
  send();
}

async function send() {
  if (sending || waiting.length === 0) return;
  sending = true;
  const upload = waiting.shift();
  try {
    const created = await post(upload);
    upload.row.remove();
    history.unshift(created);
    say(`${created.name} was accepted.`);
    location.hash = created.id;
    await refresh();
  } catch (error) {
    if (error.message) {
      upload.bar.remove();
      upload.stop.textContent = "Dismiss";
      upload.stop.setAttribute("aria-label", `Dismiss ${upload.file.name}`);
      upload.request = null;
      const text = document.createElement("p");
      Object.assign(text, { className: "problem", textContent: error.message });
      text.setAttribute("role", "alert");
      upload.row.append(text);
    }
  }
  sending = false;
  send();
}

// Only this old way says how far an upload is.
const post = upload => new Promise((resolve, reject) => {
  const request = upload.request = new XMLHttpRequest(), form = new FormData();
  form.append("file", upload.file, upload.file.name);
  request.open("POST", "/v1/analyses");
  request.responseType = "json";
  request.upload.addEventListener("progress", event => { if (event.lengthComputable) upload.bar.value = event.loaded / event.total; });
  request.addEventListener("load", () => {
    if (request.status === 401) signIn(true);
    request.status === 202 ? resolve(request.response) : reject(new Error(request.response?.detail ?? `The service answered ${request.status}.`));
  });
  request.addEventListener("error", () => reject(new Error("The connection ended before the file was sent. Perhaps it is larger than the service takes.")));
  request.addEventListener("abort", () => reject(new Error("")));
  request.send(form);
});

$("files").addEventListener("change", event => { enqueue(event.target.files); event.target.value = ""; });
for (const kind of ["dragenter", "dragover"]) addEventListener(kind, event => { event.preventDefault(); $("drop").classList.add("over"); });
addEventListener("dragleave", event => { if (!event.relatedTarget) $("drop").classList.remove("over"); });
addEventListener("drop", event => { event.preventDefault(); $("drop").classList.remove("over"); enqueue(event.dataTransfer.files); });

// --- history

async function refresh() {
  clearTimeout(timer);
  try {
    const newest = await api(`/v1/analyses?limit=${PageSize}`);
    const known = new Set(newest.map(analysis => analysis.id));
    const oldest = newest.at(-1)?.created_at;
    // Older ones that were asked for stay.
    history = [...newest, ...(newest.length < PageSize ? [] : history.filter(analysis => !known.has(analysis.id) && analysis.created_at <= oldest))];
    $("older").hidden = newest.length < PageSize || $("older").dataset.end === "1";
  } catch {
    if ($("desk").hidden) return;
  }
  list();
  timer = setTimeout(refresh, history.some(analysis => !ended(analysis)) ? RefreshMilliseconds : 10 * RefreshMilliseconds);
}

$("older").addEventListener("click", async () => {
  const more = await api(`/v1/analyses?limit=${PageSize}&before=${history.at(-1).id}`);
  history.push(...more);
  if (more.length < PageSize) { $("older").dataset.end = "1"; $("older").hidden = true; }
  list();
});

const badge = analysis => analysis.state === "done" ? [analysis.verdict.replace("_", " "), analysis.verdict] : analysis.state === "failed" ? ["not judged", "soft"]
  : analysis.state === "queued" ? ["waiting", "soft"] : [`${Math.round(analysis.progress * 100)}%`, "soft"];

function list() {
  const focused = document.activeElement?.closest?.("#history a")?.getAttribute("href");
  $("empty").hidden = history.length > 0;
  $("history").replaceChildren(...history.map(analysis => {
    const [item, link, name, state, when] = ["li", "a", "span", "span", "small"].map(tag => document.createElement(tag));
    link.href = `#${analysis.id}`;
    if (location.hash === link.getAttribute("href")) link.setAttribute("aria-current", "true");
    Object.assign(name, { className: "name", textContent: analysis.name });
    const [text, tone] = badge(analysis);
    Object.assign(state, { className: `badge ${tone}`, textContent: text });
    when.textContent = new Date(analysis.created_at).toLocaleString();
    link.append(name, state, when);
    item.append(link);
    return item;
  }));
  if (focused) $("history").querySelector(`a[href="${focused}"]`)?.focus();
}

// --- one analysis

async function open() {
  events?.close();
  events = null;
  list();
  const id = location.hash.slice(1);
  if (!/^[0-9a-f]{32}$/.test(id)) { show($("detail"), null); return; }
  await draw(id);
}

async function draw(id) {
  let analysis;
  try {
    analysis = await api(`/v1/analyses/${id}?pictures=true`);
  } catch (error) {
    if (location.hash.slice(1) === id) show($("detail"), null, error.message);
    return;
  }
  if (location.hash.slice(1) !== id) return;
  show($("detail"), analysis, null, remove);
  if (!ended(analysis)) follow(analysis);
}

function follow(analysis) {
  const stream = events = new EventSource(`/v1/analyses/${analysis.id}/events`);
  stream.addEventListener("progress", event => show($("detail"), JSON.parse(event.data), null, remove));
  // A browser connects again by itself, unless it was refused.
  stream.addEventListener("error", () => { if (stream.readyState === EventSource.CLOSED && stream === events) setTimeout(() => stream === events && draw(analysis.id), 2 * RefreshMilliseconds); });
  for (const kind of ["done", "failed", "deleted"]) {
    stream.addEventListener(kind, async () => {
      stream.close();
      await draw(analysis.id);
      await refresh();
      say(`${analysis.name}: ${document.querySelector("#detail .verdict, #detail .problem")?.textContent ?? kind}`);
    });
  }
}

async function remove(analysis) {
  $("confirm-text").textContent = `Delete ${analysis.name} and what was found in it?`;
  $("confirm").returnValue = "";
  $("confirm").showModal();
  await new Promise(resolve => $("confirm").addEventListener("close", resolve, { once: true }));
  if ($("confirm").returnValue !== "delete") return;
  try {
    await api(`/v1/analyses/${analysis.id}`, { method: "DELETE" });
  } catch (error) {
    say(error.message);
    return refresh();
  }
  history = history.filter(other => other.id !== analysis.id);
  say(`${analysis.name} was deleted.`);
  location.hash = "";
  $("files").focus();
  await refresh();
}

$("history").addEventListener("click", event => {
  if (event.target.closest("a")) setTimeout(() => { $("detail").focus({ preventScroll: true }); if (innerWidth < 832) $("detail").scrollIntoView(); }, 0);
});
addEventListener("hashchange", open);

async function start() {
  $("sign-out").hidden = sessionStorage.getItem("signed-in") !== "1";
  signIn(false);
  await refresh();
  if (!$("desk").hidden) await open();
}

start();
