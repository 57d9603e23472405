"use strict";
(() => {
const data = JSON.parse(document.getElementById("data").textContent);
const $ = (id) => document.getElementById(id);
const stage = $("stage"), dots = $("dots"), marks = $("marks"), card = $("card"), thumb = $("thumb");
const n = data.n;

function numbers(packed) {
  const raw = atob(packed), bytes = new Uint8Array(raw.length);
  for (let i = 0; i < raw.length; i++) bytes[i] = raw.charCodeAt(i);
  const view = new DataView(bytes.buffer), out = new Uint16Array(bytes.length / 2);
  for (let i = 0; i < out.length; i++) out[i] = view.getUint16(2 * i, true);
  return out;
}

// Pixels are written by this script, which is fastest for a canvas in ordinary memory.
const IN_MEMORY = { willReadFrequently: true };
const xy = numbers(data.xy);
const labels = data.labels === null ? new Uint16Array(n) : numbers(data.labels);
const shown = data.classes.map(() => true);
const pixelOf = (red, green, blue) => new Uint32Array(new Uint8Array([red, green, blue, 255]).buffer)[0];
const shades = data.colours.map((c) => pixelOf(...[1, 3, 5].map((at) => parseInt(c.slice(at, at + 2), 16))));

// The map is the unit square with its second axis upwards. Point (x, y) is drawn at (x * k + left, bottom - y * k), in CSS pixels.
const view = { k: 1, left: 0, bottom: 0 };
let width = 1, height = 1, ratio = 1, home = 1, chosen = -1;

function showAll() {
  const [x0, y0, x1, y1] = data.view, room = 0.9;
  view.k = room * Math.min(width / Math.max(x1 - x0, 1e-3), height / Math.max(y1 - y0, 1e-3));
  view.left = width / 2 - view.k * (x0 + x1) / 2;
  view.bottom = height / 2 + view.k * (y0 + y1) / 2;
  home = view.k;
}

const screenX = (i) => xy[2 * i] / 65535 * view.k + view.left;
const screenY = (i) => view.bottom - xy[2 * i + 1] / 65535 * view.k;

function resize() {
  const before = [width, height];
  ratio = Math.min(devicePixelRatio || 1, 2);
  width = stage.clientWidth; height = stage.clientHeight;
  for (const canvas of [dots, marks]) { canvas.width = Math.round(width * ratio); canvas.height = Math.round(height * ratio); }
  if (before[0] <= 1) showAll();
  else { view.left += (width - before[0]) / 2; view.bottom += (height - before[1]) / 2; }
  draw();
}

// Dots are written directly into pixels, each one 32-bit number: canvas paths are too slow for sixty thousand dots. The
// image has a margin around the visible part, so that dots at the edge need no clipping.
const LARGEST = 6, MARGIN = 4 * LARGEST + 2;  // the largest radius in CSS pixels, and twice that in pixels of a screen with a ratio of two
const drawn = { frames: 0, milliseconds: 0, radius: 0 };
let image = null, pixels = null, paper = 0;

// The pixels of a dot, as offsets from its centre: those inside, and those on its edge with their opacity in 256ths.
function disc(radius, across) {
  const reach = Math.ceil(radius), inside = [], edge = [], shares = [];
  for (let y = -reach; y <= reach; y++) for (let x = -reach; x <= reach; x++) {
    const share = Math.round(256 * Math.min(1, Math.max(0, radius + 0.5 - Math.hypot(x, y))));
    if (share === 256) inside.push(y * across + x);
    else if (share > 12) { edge.push(y * across + x); shares.push(share); }
  }
  return [inside, edge, shares].map((some) => Int32Array.from(some));
}

function paint() {
  pending = false;
  const began = performance.now(), w = dots.width, h = dots.height, across = w + 2 * MARGIN, down = h + 2 * MARGIN;
  if (!w || !h || width <= 1) return;  // there is no layout yet
  if (!image || image.width !== across || image.height !== down) {
    image = new ImageData(across, down);
    pixels = new Uint32Array(image.data.buffer);
  }
  pixels.fill(paper);
  const crowd = Math.min(3.4, Math.max(1.2, 0.3 * Math.sqrt(width * height / n)));
  const radius = ratio * Math.min(LARGEST, crowd * Math.sqrt(Math.max(1, view.k / home)));
  const [inside, edge, shares] = disc(radius, across), reach = Math.ceil(radius);
  for (let i = 0; i < n; i++) {
    if (!shown[labels[i]]) continue;
    const x = Math.round(screenX(i) * ratio), y = Math.round(screenY(i) * ratio);
    if (x < -reach || y < -reach || x >= w + reach || y >= h + reach) continue;
    const middle = (y + MARGIN) * across + x + MARGIN, shade = shades[labels[i]];
    for (let c = 0; c < inside.length; c++) pixels[middle + inside[c]] = shade;
    const even = shade & 0xff00ff, odd = (shade >>> 8) & 0xff00ff;  // two of a pixel's four bytes are blended at once
    for (let c = 0; c < edge.length; c++) {
      const under = pixels[middle + edge[c]], share = shares[c], rest = 256 - share;
      const first = (Math.imul(even, share) + Math.imul(under & 0xff00ff, rest)) >>> 8;
      const second = Math.imul(odd, share) + Math.imul((under >>> 8) & 0xff00ff, rest);
      pixels[middle + edge[c]] = (first & 0xff00ff) | (second & 0xff00ff00);
    }
  }
  dots.getContext("2d", IN_MEMORY).putImageData(image, -MARGIN, -MARGIN);
  mark();
  Object.assign(drawn, { frames: drawn.frames + 1, milliseconds: performance.now() - began, radius });
}

function readPaper() { paper = pixelOf(...getComputedStyle(stage).backgroundColor.match(/\d+/g)); draw(); }
let pending = false;
function draw() { if (!pending) { pending = true; requestAnimationFrame(paint); } }

// The ring around the selected point, and its card.
function mark() {
  const context = marks.getContext("2d");
  context.clearRect(0, 0, marks.width, marks.height);
  if (chosen < 0) { card.hidden = true; return; }
  const x = screenX(chosen), y = screenY(chosen);
  const outside = x < 0 || y < 0 || x > width || y > height;
  card.hidden = outside;
  if (outside) return;
  context.lineWidth = 2 * ratio;
  context.strokeStyle = getComputedStyle(stage).color;
  context.beginPath();
  context.arc(x * ratio, y * ratio, 7 * ratio, 0, 7);
  context.stroke();
  const left = x + 14 + card.offsetWidth > width ? x - 14 - card.offsetWidth : x + 14;
  const top = Math.min(Math.max(6, y - card.offsetHeight / 2), height - card.offsetHeight - 6);
  card.style.left = Math.max(6, left) + "px";
  card.style.top = top + "px";
}

const sheets = new Map();
function sheetOf(i, ready) {
  const each = data.tile[2] * data.tile[2], number = Math.floor(i / each);
  let image = sheets.get(number);
  if (!image) {
    image = new Image();
    image.src = "data:image/webp;base64," + data.sheets[number];
    sheets.set(number, image);
  }
  if (image.complete && image.naturalWidth) ready(image);
  else image.addEventListener("load", () => ready(image), { once: true });
}

function thumbnail(i) {
  thumb.hidden = i >= data.thumbnails;
  if (thumb.hidden) return;
  const [w, h, columns] = data.tile, place = i % (columns * columns);
  thumb.width = w; thumb.height = h;
  sheetOf(i, (image) => {
    if (i !== chosen) return;
    const from = [w * (place % columns), h * Math.floor(place / columns)];
    thumb.getContext("2d", IN_MEMORY).drawImage(image, from[0], from[1], w, h, 0, 0, w, h);
    thumb.dataset.drawn = i;
  });
}

function choose(i) {
  if (i === chosen) return;
  chosen = i;
  if (i >= 0) {
    $("class").textContent = data.labels === null ? "" : data.classes[labels[i]];
    $("name").textContent = data.names[i];
    $("said").textContent = [$("class").textContent, data.names[i]].filter(Boolean).join(", ");
    card.hidden = false;
    thumbnail(i);
  }
  mark();
}

function nearest(x, y, reach) {
  let best = -1, least = reach * reach;
  for (let i = 0; i < n; i++) {
    if (!shown[labels[i]]) continue;
    const dx = screenX(i) - x, dy = screenY(i) - y, d = dx * dx + dy * dy;
    if (d <= least) { least = d; best = i; }
  }
  return best;
}

// The nearest visible point within 45 degrees of the direction of an arrow key.
function next(dx, dy) {
  if (chosen < 0) return nearest(width / 2, height / 2, Infinity);
  const x = screenX(chosen), y = screenY(chosen);
  let best = chosen, least = Infinity;
  for (let i = 0; i < n; i++) {
    if (i === chosen || !shown[labels[i]]) continue;
    const ax = screenX(i) - x, ay = screenY(i) - y, along = ax * dx + ay * dy, aside = Math.abs(ax * dy) + Math.abs(ay * dx);
    if (along < 3 || aside > along) continue;
    const cost = along + 2 * aside;
    if (cost < least) { least = cost; best = i; }
  }
  return best;
}

function zoom(factor, x = width / 2, y = height / 2) {
  const k = Math.min(home * 400, Math.max(home / 4, view.k * factor)), by = k / view.k;
  view.left = x - (x - view.left) * by;
  view.bottom = y + (view.bottom - y) * by;
  view.k = k;
  draw();
}
function move(dx, dy) { view.left += dx; view.bottom += dy; draw(); }
function bringIn() {
  if (chosen < 0) return;
  const x = screenX(chosen), y = screenY(chosen), edge = 30;
  move(Math.max(0, edge - x) - Math.max(0, x - width + edge), Math.max(0, edge - y) - Math.max(0, y - height + edge));
}

const fingers = new Map();
let travelled = 0;
const at = (event) => { const box = marks.getBoundingClientRect(); return [event.clientX - box.left, event.clientY - box.top]; };
marks.addEventListener("pointerdown", (event) => {
  try { marks.setPointerCapture(event.pointerId); } catch (_) { /* the pointer is already gone */ }
  fingers.set(event.pointerId, at(event));
  if (fingers.size === 1) travelled = 0;
});
marks.addEventListener("pointermove", (event) => {
  const now = at(event), before = fingers.get(event.pointerId);
  if (!before) { if (event.pointerType !== "touch") choose(nearest(now[0], now[1], 12)); return; }
  if (fingers.size === 1) {
    travelled += Math.hypot(now[0] - before[0], now[1] - before[1]);
    if (travelled > 4) move(now[0] - before[0], now[1] - before[1]);
  } else {
    travelled = Infinity;
    const other = [...fingers].find(([id]) => id !== event.pointerId)[1];
    const spread = (a) => Math.max(10, Math.hypot(a[0] - other[0], a[1] - other[1]));
    move((now[0] - before[0]) / 2, (now[1] - before[1]) / 2);
    zoom(spread(now) / spread(before), (now[0] + other[0]) / 2, (now[1] + other[1]) / 2);
  }
  fingers.set(event.pointerId, now);
});
function lifted(event) {
  if (!fingers.delete(event.pointerId) || fingers.size) return;
  if (event.type === "pointerup" && travelled <= 4) {
    const [x, y] = at(event);
    choose(nearest(x, y, event.pointerType === "touch" ? 24 : 12));
  }
}
marks.addEventListener("pointerup", lifted);
marks.addEventListener("pointercancel", lifted);
marks.addEventListener("pointerleave", (event) => { if (event.pointerType !== "touch" && !fingers.size) choose(-1); });
marks.addEventListener("wheel", (event) => {
  event.preventDefault();
  const [x, y] = at(event), lines = event.deltaMode === 1 ? 16 : 1;
  zoom(Math.exp(-event.deltaY * lines * (event.ctrlKey ? 0.01 : 0.0015)), x, y);
}, { passive: false });
const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
marks.addEventListener("keydown", (event) => {
  const arrow = ARROWS[event.key];
  if (event.ctrlKey || event.altKey || event.metaKey) return;
  if (arrow && event.shiftKey) move(-60 * arrow[0], -60 * arrow[1]);
  else if (arrow) { choose(next(...arrow)); bringIn(); }
  else if (event.key === "+" || event.key === "=") zoom(1.5);
  else if (event.key === "-") zoom(1 / 1.5);
  else if (event.key === "0" || event.key === "Home") { showAll(); draw(); }
  else if (event.key === "Escape") choose(-1);
  else return;
  event.preventDefault();
});
$("in").addEventListener("click", () => zoom(1.5));
$("out").addEventListener("click", () => zoom(1 / 1.5));
$("all").addEventListener("click", () => { showAll(); draw(); });

function legend() {
  if (data.labels === null) return;
  const counts = data.classes.map(() => 0);
  for (let i = 0; i < n; i++) counts[labels[i]]++;
  const space = "http://www.w3.org/2000/svg", buttons = [];
  const refresh = () => {
    buttons.forEach(([button, c]) => button.setAttribute("aria-pressed", shown[c]));
    if (chosen >= 0 && !shown[labels[chosen]]) choose(-1);
    draw();
  };
  data.classes.forEach((name, c) => {
    if (!counts[c]) return;
    const button = document.createElement("button"), dot = document.createElementNS(space, "svg");
    const circle = document.createElementNS(space, "circle");
    button.type = "button";
    dot.setAttribute("viewBox", "0 0 10 10"); dot.setAttribute("aria-hidden", "true");
    circle.setAttribute("cx", 5); circle.setAttribute("cy", 5); circle.setAttribute("r", 5); circle.setAttribute("fill", data.colours[c]);
    dot.append(circle);
    button.append(dot, name + " (" + counts[c].toLocaleString("en") + ")");
    button.title = "click: show or hide; double-click: show only this class";
    button.addEventListener("click", () => { shown[c] = !shown[c]; refresh(); });
    button.addEventListener("dblclick", () => { shown.forEach((_, other) => { shown[other] = other === c; }); refresh(); });
    buttons.push([button, c]);
    $("legend").append(button);
  });
  const every = document.createElement("button");
  every.type = "button"; every.textContent = "all classes";
  every.addEventListener("click", () => { shown.fill(true); refresh(); });
  $("legend").append(every);
  buttons.forEach(([button]) => button.setAttribute("aria-pressed", "true"));
}

$("across").textContent = data.axes[0] + " →";
$("up").textContent = data.axes[1] + " →";
legend();
readPaper();
new ResizeObserver(resize).observe(stage);
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", readPaper);
// For tests and for the browser console: the selection, positions on screen, and the time of a frame.
window.map = { view, drawn, shown, get chosen() { return chosen; }, place: (i) => [screenX(i), screenY(i)], zoom };
})();
