// One analysis, drawn from what GET /v1/analyses/{id}?pictures=true answers.

const Tones = ["#2f6fde", "#d9730d", "#17795a", "#b4489b", "#7a6a00"];
const Words = { forged: "Forged", real: "Real", undecided: "Undecided", outside_scope: "Outside scope" };

const percent = value => value > 0.9995 ? ">99.9%" : value < 0.0005 ? "<0.1%" : value > 0.995 || value < 0.005 ? `${(value * 100).toFixed(1)}%` : `${Math.round(value * 100)}%`;
// Nothing where both ends are the same to the reader.
const range = (interval, before, after) => !interval || percent(interval.low) === percent(interval.high) ? "" : `${before}${percent(interval.low)} to ${percent(interval.high)}${after}`;

function make(tag, properties = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) name in element ? element[name] = value : element.setAttribute(name, value);
  element.append(...children.filter(child => child !== null && child !== undefined));
  return element;
}

function draw(tag, attributes, ...children) {
  const element = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...children);
  return element;
}

/** Fills the place with an analysis, or with a hint where there is none. */
export function show(place, analysis, problem, remove) {
  if (!analysis) {
    place.replaceChildren(make("p", { className: problem ? "hint problem" : "hint" }, problem ?? "Drop a video, or choose one of the history. Specialists look for traces of different kinds: light, sound and lips, compression, resolution, movement."));
    return;
  }
  // While it runs only the numbers change: rebuilding would throw away the reader's focus.
  const running = place.querySelector(".running");
  if (running?.dataset.id === analysis.id && (analysis.state === "queued" || analysis.state === "running")) { wait(running, analysis); return; }
  const head = [make("h2", {}, analysis.name), make("p", { className: "soft" }, facts(analysis))];
  place.replaceChildren(...head, ...body(analysis), actions(analysis, remove), ...(analysis.result ? notes(analysis.result) : []));
}

const facts = analysis => [analysis.bytes < 1e6 ? `${Math.ceil(analysis.bytes / 1e3)} kB` : `${(analysis.bytes / 1e6).toFixed(1)} MB`, analysis.duration_seconds > 0 ? `${analysis.duration_seconds.toFixed(1)} s` : "a picture",
  `sent ${new Date(analysis.created_at).toLocaleString()}`, `SHA-256 ${analysis.sha256.slice(0, 12)}…`].join(" · ");

function body(analysis) {
  if (analysis.state === "failed") return [make("p", { className: "verdict problem" }, "Not judged"), make("p", {}, analysis.error)];
  if (analysis.state === "done") return result(analysis.result);
  const running = make("div", { className: "running" }, make("p", { className: "verdict" }), make("progress", { max: 1, "aria-label": "Analysis" }));
  running.dataset.id = analysis.id;
  wait(running, analysis);
  return [running];
}

function wait(running, analysis) {
  running.querySelector(".verdict").textContent = analysis.state === "queued" ? (analysis.before ? `Waiting: ${analysis.before} before it` : "Waiting") : `Looking: ${Math.round(analysis.progress * 100)}%`;
  const bar = running.querySelector("progress");
  analysis.state === "queued" ? bar.removeAttribute("value") : bar.value = analysis.progress;
}

function result(found) {
  const parts = [make("p", { className: `verdict ${found.verdict}` }, verdict(found))];
  if (found.probability !== null) parts.push(scale(found, found.verdict), make("div", { className: "ends" }, make("span", {}, "real"), make("span", {}, "forged")));
  if (!found.calibrated && found.probability !== null) parts.push(make("p", { className: "soft" }, "These models are not calibrated: the numbers order videos, but are no probabilities."));
  if (found.evidence?.length) parts.push(make("h3", {}, "What the answer is worth"), sentences(found.evidence));
  if (found.provenance) parts.push(make("h3", {}, "What the file says of its origin"), sentences(found.provenance.sentences));
  if (found.remarks.length) parts.push(sentences(found.remarks));
  const outside = [...new Set(found.faces.flatMap(face => face.outside_scope ?? []))];
  if (found.verdict === "outside_scope") parts.splice(1, 0, make("p", {}, "The models were not tested on such a video, so nobody knows how often they would be wrong:"), make("ul", { className: "notes" }, ...outside.map(reason => make("li", {}, reason))));
  found.faces.forEach(face => parts.push(...faceParts(face, found)));
  if (found.limits?.length) parts.push(make("h3", {}, "What the models look for"), sentences(found.limits));
  if (found.input && found.coverage) parts.push(make("details", {}, make("summary", {}, "How this answer was made"), sentences(proof(found))));
  return parts;
}

const proof = ({ input, coverage, models, program, started_at, finished_at }) => [
  `the file: SHA-256 ${input.sha256}, ${input.container}, ${input.codec}${input.sound_codec ? ` and ${input.sound_codec}` : ""}, ${input.width} x ${input.height}, ${input.frames} ${input.frames === 1 ? "frame" : "frames"}`,
  `judged: ${coverage.frames_judged} of ${coverage.frames} frames, ${percent(coverage.share_of_time)} of the time`, ...coverage.unseen,
  `the models: manifest ${models.manifest_sha256}; ${models.specialists.map(one => `${one.name} ${one.sha256}`).join(", ")}`,
  `the program: Argus ${program.argus}, ${program.dot_net}, ONNX Runtime ${program.onnx_runtime}, ffmpeg ${program.ffmpeg}, ${program.processor}`,
  `begun ${started_at}, ended ${finished_at}`];

const sentences = remarks => make("ul", { className: "notes" }, ...remarks.map(remark => make("li", {}, `${remark[0].toUpperCase()}${remark.slice(1)}.`)));

const verdict = part => part.verdict === "outside_scope" ? [Words.outside_scope, (part.outside_scope ?? []).join("; ")].filter(Boolean).join(": ") : part.probability === null ? "Undecided: nobody could judge" : `${Words[part.verdict]}: P(fake) ${percent(part.probability)}${range(part.interval, ", ", " over its clips")}`;

function scale(part, tone) {
  const bar = make("div", { className: `scale ${tone}`, role: "img", "aria-label": `P(fake) ${percent(part.probability)}` });
  if (part.interval) {
    const spread = make("div", { className: "spread" });
    spread.style.left = `${part.interval.low * 100}%`;
    spread.style.width = `${(part.interval.high - part.interval.low) * 100}%`;
    bar.append(spread);
  }
  const mark = make("div", { className: "mark" });
  mark.style.left = `${part.probability * 100}%`;
  bar.append(mark);
  return bar;
}

function faceParts(face, found) {
  const title = face.whole ? "The whole picture" : found.faces.length > 1 ? `Face ${face.number + 1}` : "The face";
  const span = found.duration_seconds > 0 ? `, ${face.from_seconds.toFixed(1)} to ${face.to_seconds.toFixed(1)} s` : "";
  const parts = [make("h3", {}, `${title}${span}${found.faces.length > 1 ? `: ${verdict(face)}` : ""}`)];
  parts.push(...face.specialists.map(specialist));
  if (face.timeline.length > 1) parts.push(make("h3", {}, "Over time"), ...timeline(face.timeline, found.duration_seconds));
  if (face.moments.length > 0) parts.push(make("h3", {}, "The most telling moments"), ...moments(face.moments));
  return parts;
}

function specialist(one) {
  const label = make("div", {}, make("strong", {}, one.name), make("small", {}, one.looks_for));
  return one.abstains !== null
    ? make("div", { className: "specialist" }, label, make("div", { className: "abstains" }, `abstains: ${one.abstains}`))
    : make("div", { className: "specialist" }, label, scale(one, one.probability >= 0.5 ? "forged" : "real"), make("div", { className: "value" }, percent(one.probability), make("small", {}, `${one.clips} ${one.clips === 1 ? "clip" : "clips"}${range(one.interval, ", ", "")}`)));
}

function timeline(points, seconds) {
  // As wide as its place, so that its letters keep their size.
  const [width, height, left, bottom, top] = [Math.max(260, Math.min(760, innerWidth - 80)), 170, 40, 24, 8];
  const x = second => left + (width - left - 8) * Math.min(1, second / Math.max(seconds, 1e-9)), y = p => top + (height - top - bottom) * (1 - p);
  const names = [...new Set(points.map(point => point.specialist))], highest = points.reduce((a, b) => b.probability > a.probability ? b : a);
  const svg = draw("svg", { viewBox: `0 0 ${width} ${height}`, role: "img", "aria-label": `P(fake) over time; highest ${percent(highest.probability)} at ${highest.from_seconds.toFixed(1)} s (${highest.specialist})` });
  for (const p of [0, 0.5, 1]) svg.append(draw("line", { class: "grid", x1: left, x2: width - 8, y1: y(p), y2: y(p), "stroke-dasharray": p === 0.5 ? "4 4" : "none" }), draw("text", { x: left - 6, y: y(p) + 4, "text-anchor": "end" }, `${p * 100}%`));
  const step = [0.5, 1, 2, 5, 10, 30, 60, 120, 300].find(s => seconds / s <= width / 80) ?? 600;
  for (let second = 0; second <= seconds; second += step) svg.append(draw("text", { x: x(second), y: height - 6, "text-anchor": "middle" }, `${second} s`));
  names.forEach((name, i) => {
    const own = points.filter(point => point.specialist === name).map(point => [x((point.from_seconds + point.to_seconds) / 2), y(point.probability), point]);
    svg.append(draw("polyline", { points: own.map(([a, b]) => `${a},${b}`).join(" "), fill: "none", stroke: Tones[i % Tones.length], "stroke-width": 2, "stroke-linejoin": "round" }));
    svg.append(...own.map(([cx, cy, point]) => draw("circle", { cx, cy, r: 3.2, fill: Tones[i % Tones.length] }, draw("title", {}, `${name}, ${point.from_seconds.toFixed(1)} s: ${percent(point.probability)}`))));
  });
  const legend = make("ul", { className: "legend" }, ...names.map((name, i) => { const item = make("li", {}, name); item.style.setProperty("--tone", Tones[i % Tones.length]); return item; }));
  return [svg, legend];
}

function moments(all) {
  const grid = make("div", { className: "moments" }, ...all.map(moment => make("figure", {},
    make("div", { className: "picture" }, make("img", { src: `data:image/jpeg;base64,${moment.picture}`, alt: `The picture at ${moment.seconds.toFixed(1)} s` }), heat(moment.heatmap)),
    make("figcaption", {}, `${moment.seconds.toFixed(1)} s · ${moment.specialist} ${percent(moment.probability)}`))));
  const box = make("input", { type: "checkbox", checked: true });
  box.addEventListener("change", () => grid.classList.toggle("plain", !box.checked));
  return [make("p", { className: "soft" }, make("label", {}, box, " Red: without this part the specialist would find it less forged.")), grid];
}

// 7x7 cells on a canvas of 7x7 pixels: the browser smooths them. A part that moves the log odds by less than 1 is paler.
function heat(cells) {
  const side = Math.round(Math.sqrt(cells.length)), canvas = make("canvas", { width: side, height: side, "aria-hidden": "true" });
  const context = canvas.getContext("2d"), image = context.createImageData(side, side), largest = Math.max(1, ...cells);
  cells.forEach((value, i) => image.data.set([226, 38, 38, 165 * Math.max(0, value / largest)], 4 * i));
  context.putImageData(image, 0, 0);
  return canvas;
}

function actions(analysis, remove) {
  const drop = make("button", { type: "button", className: "danger" }, analysis.state === "done" || analysis.state === "failed" ? "Delete" : "Stop and delete");
  drop.addEventListener("click", () => remove(analysis));
  const stem = analysis.name.replace(/\.[^.]+$/, ""), base = `/v1/analyses/${analysis.id}`;
  const links = analysis.state === "done" ? [make("a", { className: "button", href: `${base}/report`, target: "_blank" }, "Open the report"), make("a", { className: "button", href: `${base}/report`, download: `${stem}.html` }, "Download the report"),
    make("a", { className: "button", href: base, download: `${stem}.json` }, "Download JSON")] : [];
  return make("div", { className: "actions" }, ...links, drop);
}

const notes = found => [make("h3", {}, "What this does not say"), make("ul", { className: "notes" },
  make("li", {}, "A score is evidence, no proof: it says how much this video resembles the forgeries that the models were trained on."),
  make("li", {}, "Real videos that were edited, filtered or encoded many times may look forged; forgeries of a new kind may look real."),
  found.faces.some(face => face.specialists.some(one => one.abstains !== null)) ? make("li", {}, "A specialist that abstains could not look: that is neither for nor against a forgery.") : null)];
