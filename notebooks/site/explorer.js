// The explorer. Before it stand `embedded`, the program and what is shown, and `printed`, functions
// that SymPy wrote; no formula is written here.
"use strict";

const names = Object.keys(embedded.arguments);
const quantities = Object.assign({}, ...Object.values(embedded.groups));
const element = (id) => document.getElementById(id);
const initial = Object.fromEntries(names.map((name) => [name, String(embedded.arguments[name].initial)]));
let texts = { ...initial, show: "mean" }; // as they were typed, and what is chosen
let program;

// ---- Numbers

async function started() {
  const packed = Uint8Array.from(atob(embedded.program), (letter) => letter.charCodeAt(0));
  const bytes = new Blob([packed]).stream().pipeThrough(new DecompressionStream("deflate"));
  const { instance } = await WebAssembly.instantiate(await new Response(bytes).arrayBuffer());
  instance.exports._initialize?.();
  instance.exports.prepare();
  return instance.exports;
}

/** All quantities at arguments, each computed when it is asked for. */
function quantitiesAt(given) {
  const found = { ...given };
  const lazily = (name, get) => Object.defineProperty(found, name, { get }); // a copy has only the arguments
  const parameters = embedded.parameters.map((name) => given[name]);
  for (const name of embedded.ofOneInput)
    lazily(name, () => program[name](given.mu, given.sigma, ...parameters));
  for (const [name, compiled] of Object.entries(embedded.ofTwoInputs))
    lazily(name, () => Number.isFinite(given.mu)
      ? program[compiled](given.mu, given.sigma, given.rho, found.factor, found.ratio, found.rate) : NaN);
  for (const [name, compute] of Object.entries(printed))
    if (!(name in found)) lazily(name, () => compute(found));
  return found;
}

/** The density of f(X) at y. */
function density(given, y) {
  return printed[y < 0 ? "densityBelow" : "densityAbove"]({ ...given, y });
}

const valueAt = (given, x) => printed.value({ ...given, x });
const isSpread = ({ mu, sigma }) => sigma > 0 && Number.isFinite(mu); // else f(X) is one number

// ---- Arguments: in the fields, in the address, and what is wrong with them

function numberOf(text) {
  const plain = text.trim().replace("−", "-");
  if (/^[+-]?(inf|infinity|∞)$/i.test(plain)) return plain.startsWith("-") ? -Infinity : Infinity;
  return /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(plain) ? Number(plain) : NaN;
}

const isPositive = (x) => x > 0 && x < Infinity;
const belongs = {
  alpha: isPositive,
  level: isPositive,
  mu: (x) => !Number.isNaN(x),
  sigma: (x) => x >= 0 && x < Infinity,
  rho: (x) => Math.abs(x) <= 1,
};

function problemOf(name) {
  if (name === "show")
    return texts.show in quantities ? "" : `show = ${texts.show}: give one of ${Object.keys(quantities).join(", ")}`;
  if (!(name in initial)) return `${name}: no such argument; give ${names.join(", ")} or show`;
  return belongs[name](numberOf(texts[name])) ? "" : `${name} = ${texts[name]}: give ${embedded.arguments[name].advice}`;
}

const argumentsGiven = () => Object.fromEntries(names.map((name) => [name, numberOf(texts[name])]));

function readAddress() {
  const given = new URLSearchParams(location.hash.slice(1).replaceAll("+", "%2B"));
  texts = { ...initial, show: "mean", ...Object.fromEntries(given) };
  for (const name of names) showArgument(name);
  const row = document.querySelector(`input[name="show"][value="${CSS.escape(texts.show)}"]`);
  if (row) row.checked = true;
  update();
}

function showArgument(name) {
  element(name).value = texts[name];
  const slider = element(`${name}-slider`);
  slider.value = numberOf(texts[name]); // beyond its end it stands there, and the field says the number
  slider.setAttribute("aria-valuetext", texts[name]);
}

// ---- What is shown

function written(x) {
  if (Number.isNaN(x)) return "—";
  if (!Number.isFinite(x)) return x > 0 ? "∞" : "−∞";
  return String(Number(x.toPrecision(10))).replaceAll("-", "−");
}

let waiting, frame;
function update() {
  const problems = Object.keys(texts).map((name) => [name, problemOf(name)]).filter(([, problem]) => problem);
  for (const name of names) element(name).setAttribute("aria-invalid", problems.some(([each]) => each === name));
  element("problem").textContent = problems.map(([, problem]) => problem).join("\n");
  document.body.classList.toggle("stale", problems.length > 0);
  const found = problems.length ? {} : quantitiesAt(argumentsGiven());
  for (const name of Object.keys(quantities)) element(`value-${name}`).value = written(found[name] ?? NaN);
  element("shown-name").textContent = quantities[texts.show] ?? texts.show;
  element("shown-value").value = written(found[texts.show] ?? NaN);
  clearTimeout(waiting);
  if (problems.length) return;
  const address = `#${new URLSearchParams(texts)}`;
  history.replaceState(null, "", address);
  element("link").href = address;
  cancelAnimationFrame(frame);
  frame = requestAnimationFrame(() => { // at most as often as the screen shows it
    drawTransformation(found);
    drawCourse(found);
    drawCorrelations(found);
  });
  waiting = setTimeout(() => { // once, when nothing has changed for a while
    element("spoken").textContent = `${quantities[texts.show]} is ${written(found[texts.show])}`;
  }, 800);
}

// ---- Plots

const markup = (tag, attributes, content = "") =>
  `<${tag} ${Object.entries(attributes).map(([name, value]) => `${name}="${value}"`).join(" ")}>${content}</${tag}>`;
const text = (x, y, content, kind = "", anchor = "start") =>
  markup("text", { x, y, class: kind, "text-anchor": anchor }, content);
const line = (x1, y1, x2, y2, kind) => markup("line", { x1, y1, x2, y2, class: kind });
const path = (points, kind, closed = false) =>
  markup("path", { d: `M${points.map((p) => p.map((c) => c.toFixed(2)).join(" ")).join("L")}${closed ? "Z" : ""}`, class: kind });
const steps = (from, to, count) => Array.from({ length: count + 1 }, (_, k) => from + ((to - from) * k) / count);

function ticks(from, to, count) {
  const rough = (to - from) / count, power = 10 ** Math.floor(Math.log10(rough));
  const step = power * [1, 2, 5, 10].find((factor) => factor * power >= rough);
  const first = Math.ceil(from / step);
  return Array.from({ length: Math.floor(to / step) - first + 1 }, (_, k) => (first + k) * step);
}

/** A box in which numbers have places. */
class Frame {
  constructor(left, top, width, height, [x0, x1], [y0, y1]) {
    Object.assign(this, { left, top, right: left + width, bottom: top + height, x0, x1, y0, y1 });
    const within = (v) => Math.min(Math.max(v, -1e4), 1e4);
    this.x = (v) => within(left + (width * (v - x0)) / (x1 - x0));
    this.y = (v) => within(top + height - (height * (v - y0)) / (y1 - y0));
    this.at = ([x, y]) => [this.x(x), this.y(y)];
  }
  grid(isLabelled = true) {
    const columns = ticks(this.x0, this.x1, (this.right - this.left) / 50), rows = ticks(this.y0, this.y1, (this.bottom - this.top) / 45);
    const label = (v) => String(Number(v.toPrecision(6))).replace("-", "−");
    return columns.map((v) => line(this.x(v), this.top, this.x(v), this.bottom, v === 0 ? "axis" : "grid")
        + (isLabelled ? text(this.x(v), this.bottom + 16, label(v), "", "middle") : "")).join("")
      + rows.map((v) => line(this.left, this.y(v), this.right, this.y(v), v === 0 ? "axis" : "grid")
        + text(this.left - 6, this.y(v) + 4, label(v), "", "end")).join("");
  }
}

function drawn(id, about, content) {
  element(`${id}-about`).textContent = about;
  element(id).querySelector("g").innerHTML = content;
}

/** The half-width of a plot: all of the law that one can see, in steps, so that little moves. */
function reach({ mu, sigma }) {
  const needed = Number.isFinite(mu) ? Math.max(4, Math.abs(mu) + 3 * sigma) : 4, power = 10 ** Math.floor(Math.log10(needed));
  return power * [1, 1.5, 2, 3, 4, 6, 8, 10].find((factor) => factor * power >= needed);
}

function drawTransformation(found) {
  const given = argumentsGiven();
  const { clientWidth: width, clientHeight: height } = element("transformation");
  const half = reach(found), floor = valueAt(given, -Infinity), span = [-half, half];
  const side = Math.max(80, width * 0.27), low = Math.round(height * 0.2), right = width - side - 12, bottom = height - low - 44;
  const heights = [Math.min(1.2 * floor, -0.18 * half), half];
  const main = new Frame(36, 22, right - 36, bottom - 22, span, heights);
  const xs = steps(-half, half, 400), below = xs.filter((x) => x < 0).concat(-1e-9 * half), above = xs.filter((x) => x >= 0);
  const curve = (name, points, kind) => path(points.map((x) => main.at([x, printed[name]({ ...given, x })])), kind);
  const isSplit = Math.abs(found.ratio - 1) > 1e-12; // then f′ jumps
  let content = `<defs><pattern id="hatch" width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">`
    + `<path class="hatch" d="M0 0V6"/></pattern></defs>` + main.grid();
  content += line(main.left, main.y(floor), main.right, main.y(floor), "mark") + text(main.right - 2, main.y(floor) + 14, "−α", "mark", "end");
  content += (isSplit ? [below, above] : [xs]).map((points) => curve("slope", points, "slope")).join("") + curve("value", xs, "curve");
  content += text(main.x(0.62 * half) - 8, main.y(0.62 * half) - 6, "f", "name", "end")
    + text(main.right - 4, main.y(1) - 6, "f′", "slope", "end");
  content += text(main.left + 4, 14, "y") + text(main.right + 14, 14, "law of f(X)", "name");
  const lower = (top) => new Frame(main.left, main.bottom + 24, main.right - main.left, low, span, [top, 0]);
  const beside = (top) => new Frame(main.right + 12, main.top, side, main.bottom - main.top, [0, top], heights);
  const name = text(main.left, height - 4, "density of X", "name");
  if (isSpread(found)) {
    const peak = printed.normal({ ...given, x: found.mu }) * 1.08, frame = lower(peak);
    const under = (points) => path([[points[0], 0], ...points.map((x) => [x, printed.normal({ ...given, x })]), [points.at(-1), 0]].map(frame.at), `area ${points[0] < 0 ? "below" : "above"}`, true);
    content += under(below) + under(above);
    const curveOf = (points) => points.map((x) => valueAt(given, x)).filter((y) => y > floor).map((y) => [density(given, y), y]);
    const dense = steps(-1, 0, 300).map((u) => u ** 3 * Math.max(half, 40)).filter((x) => x < 0).concat(-1e-9);
    const parts = [curveOf(dense), curveOf(above)], top = Math.max(...parts.flat().map(([p]) => p).filter(Number.isFinite)) || 1;
    const limit = Math.min(top * 1.05, 5 * peak), law = beside(limit);
    parts.forEach((points, k) => {
      const inside = points.map(([p, y]) => [Math.min(p, limit), y]);
      content += path([[0, inside[0][1]], ...inside, [0, inside.at(-1)[1]]].map(law.at), `area ${k ? "above" : "below"}`, true);
    });
    if (top > limit) content += text(law.right, law.y(floor) + 16, "(cut)", "below", "end");
    content += text(frame.right, height - 4, `P[X &lt; 0] = ${found.negative_probability.toPrecision(3)}`, "below", "end");
  } else {
    const frame = lower(1), law = beside(1), y = valueAt(given, found.mu);
    if (Number.isFinite(found.mu)) content += path([[found.mu, 0], [found.mu, 0.9]].map(frame.at), "atom");
    if (Number.isFinite(y)) content += path([[0, y], [0.9, y]].map(law.at), "atom");
    content += text(law.left + 4, law.top + 16, `all of it at ${written(y)}`, "above");
  }
  if (found.mean <= half) content += line(main.left, main.y(found.mean), width, main.y(found.mean), "mark")
    + text(width, main.y(found.mean) - 5, "E f(X)", "mark", "end");
  drawn("transformation", `f is ELU with alpha = ${texts.alpha}; X has mean ${texts.mu} and standard deviation ${texts.sigma}. `
    + `f(X) has mean ${written(found.mean)} and standard deviation ${written(found.std)}.`, content + name);
}

function plotted(id, about, found, variable, span, quantity, isSquare) {
  const { clientWidth: width, clientHeight: height } = element(id), { symbol } = embedded.arguments[variable];
  const points = steps(...span, 60).map((x) => [x, quantitiesAt({ ...argumentsGiven(), [variable]: x })[quantity]])
    .filter((point) => point.every(Number.isFinite));
  const here = [found[variable], found[quantity]], ys = points.map(([, y]) => y);
  let [y0, y1] = isSquare ? [-1, 1] : [Math.min(0, ...ys), Math.max(0, ...ys)];
  if (y0 === y1) y1 = y0 + 1;
  const frame = new Frame(44, 8, width - 52, height - 48, span, [y0 - 0.05 * (y1 - y0), y1 + 0.05 * (y1 - y0)]);
  let content = frame.grid() + text((frame.left + frame.right) / 2, height - 4, symbol, "name", "middle");
  if (isSquare) content += path([[-1, -1], [1, 1]].map(frame.at), "mark");
  if (points.length > 1) content += path(points.map(frame.at), "curve");
  if (here.every(Number.isFinite) && here[0] >= span[0] && here[0] <= span[1])
    content += markup("circle", { cx: frame.x(here[0]), cy: frame.y(here[1]), r: 6 });
  drawn(id, `${about} ${variable} from ${written(span[0])} to ${written(span[1])}; at ${texts[variable]} it is ${written(here[1])}.`, content);
}

function drawCourse(found) {
  const isOfTwo = texts.show in embedded.ofTwoInputs; // the map of correlations stands beside it
  const variable = isOfTwo ? "rho" : "mu", half = reach(found);
  element("course-caption").textContent = `${quantities[texts.show]} over ${embedded.arguments[variable].symbol}`;
  plotted("course", `${quantities[texts.show]} over`, found, variable, isOfTwo ? [-1, 1] : [-half, half], texts.show, false);
}

function drawCorrelations(found) {
  plotted("correlations", "The correlation of f(X) and f(Y) over", found, "rho", [-1, 1], "correlation", true);
}

// ---- The page

function build() {
  element("controls").innerHTML = Object.entries(embedded.arguments).map(([name, each]) =>
    `<div class="control"><label for="${name}"><i>${each.symbol}</i> ${name}</label>`
    + `<input type="text" inputmode="decimal" autocomplete="off" id="${name}" aria-describedby="${name}-about problem">`
    + `<small id="${name}-about">${each.about}</small>`
    + `<input type="range" id="${name}-slider" aria-label="${name}" min="${each.least}" max="${each.most}" step="${each.step}"></div>`).join("");
  element("results").innerHTML = Object.entries(embedded.groups).map(([group, rows]) =>
    `<fieldset><legend>${group}</legend>${Object.entries(rows).map(([name, notation]) =>
      `<label class="row"><input type="radio" name="show" value="${name}"> ${notation.replaceAll("<", "&lt;")}`
      + `<output id="value-${name}" aria-live="off"></output></label>`).join("")}</fieldset>`).join("");
  for (const name of names) {
    element(name).addEventListener("input", ({ target }) => { texts[name] = target.value; element(`${name}-slider`).value = numberOf(target.value); update(); });
    element(`${name}-slider`).addEventListener("input", ({ target }) => { texts[name] = target.value; showArgument(name); update(); });
  }
  element("results").addEventListener("change", ({ target }) => { texts.show = target.value; update(); });
  for (const form of document.forms) form.addEventListener("submit", (event) => event.preventDefault());
  window.addEventListener("hashchange", readAddress);
  new ResizeObserver(() => program && update()).observe(element("figures"));
  if (window.parent !== window) { // the page around it makes room, and says whether it is dark
    document.body.classList.add("framed");
    new ResizeObserver(() => parent.postMessage({ explorerHeight: document.body.offsetHeight }, "*")).observe(document.body);
    window.addEventListener("message", ({ data }) => { document.documentElement.style.colorScheme = data?.explorerScheme ?? ""; });
  }
}

build();
const ready = started().then((exports) => { program = exports; readAddress(); });
