// One code is shown as a picture (or a tune, a line, a sound), as a point on the map and as sliders; every change of the
// code requests a frame. What depends on the kind is in the medium, which picture.js describes.

(() => {
  const byId = (id) => document.getElementById(id);
  const data = JSON.parse(byId("data").textContent);
  const weights = readWeights(byId("weights").textContent.trim(), data.precision);
  const decoder = data.program.step ? new SequenceDecoder(data.program, weights) : new Decoder(data.program, weights);
  const floats = (text) => readWeights(text, "float32");

  const dims = data.latent.mean.length, { noun, parameters } = data.medium;
  const origin = floats(data.latent.origin), directions = floats(data.latent.directions);
  const places = floats(data.places), codes = floats(data.examples.codes);
  const nExamples = codes.length / dims, nPlaces = places.length / 2;
  const codeOf = (i) => codes.slice(i * dims, (i + 1) * dims);
  const random = generator(data.prior.seed >>> 0);

  // Codes --------------------------------------------------------------------------------------------------------------

  // The nearest valid code: sliders and map can give a point outside the support.
  function allowed(code) {
    const kind = data.latent.support;
    if (kind === "unit") return code.map((v) => Math.min(1, Math.max(0, v)));
    if (kind === "positive" || kind === "simplex") code = code.map((v) => Math.max(0, v));
    if (kind === "simplex") return scaled(code, code.reduce((sum, v) => sum + v, 0));
    if (kind === "sphere") return scaled(code, Math.hypot(...code));
    return code;
  }

  function scaled(code, by) {
    return by > 0 ? code.map((v) => v / by) : code.map(() => (data.latent.support === "simplex" ? 1 / dims : 1 / Math.sqrt(dims)));
  }

  function onPlane(code) {
    let x = 0, y = 0;
    for (let i = 0; i < dims; i++) {
      x += (code[i] - origin[i]) * directions[2 * i];
      y += (code[i] - origin[i]) * directions[2 * i + 1];
    }
    return [x, y];
  }

  function movedTo(code, [x, y]) {
    const [u, v] = onPlane(code);
    return code.map((value, i) => value + (x - u) * directions[2 * i] + (y - v) * directions[2 * i + 1]);
  }

  const inverseScale = data.latent.scale.map((scale) => (scale > 0 ? 1 / scale : 0));  // a constant dimension is ignored

  function nearest(code, count) {
    const far = new Float64Array(nExamples);
    for (let i = 0; i < nExamples; i++) {
      for (let j = 0; j < dims; j++) far[i] += ((codes[i * dims + j] - code[j]) * inverseScale[j]) ** 2;
    }
    return [...far.keys()].sort((a, b) => far[a] - far[b]).slice(0, count);
  }

  function generator(seed) {  // mulberry32: the same samples whenever the page is opened
    return () => {
      seed = (seed + 0x6d2b79f5) | 0;
      let t = Math.imul(seed ^ (seed >>> 15), 1 | seed);
      t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
      return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
    };
  }

  // The page opens on an example near the mean whose neighbours are of its class. Without classes on one at the median
  // distance, where codes of many dimensions are: at the mean itself decoders draw the mean of the data, without detail.
  function typical() {
    const all = nearest(Float32Array.from(data.latent.mean), nExamples), near = all.slice(0, 60);
    return !data.examples.labels ? all[all.length >> 1] : near.reduce((best, i) => (purity(i) > purity(best) ? i : best));
  }

  function purity(i) {
    const { labels } = data.examples;
    return labels ? nearest(codeOf(i), 8).filter((j) => labels[j] === labels[i]).length : 0;
  }

  const normal = () => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());

  const draw = {
    normal: () => Float32Array.from({ length: dims }, normal),
    mixture: (prior) => {
      const weights = floats(prior.weights), locs = floats(prior.locs), factors = floats(prior.factors);
      const shift = floats(prior.shift), scale = floats(prior.scale);
      let k = 0;
      for (let left = random() - weights[0]; left > 0 && k + 1 < weights.length; left -= weights[k]) k++;
      const noise = Float32Array.from({ length: dims }, normal);
      return Float32Array.from({ length: dims }, (_, i) => {
        let value = locs[k * dims + i];
        for (let j = 0; j <= i; j++) value += factors[(k * dims + i) * dims + j] * noise[j];
        return value * scale[i] + shift[i];
      });
    },
    draws: (prior) => {
      const all = floats(prior.codes), each = all.length / dims / (prior.byContext ? data.contexts.length : 1);
      const i = (prior.byContext ? state.context * each : 0) + Math.floor(random() * each);
      return all.slice(i * dims, (i + 1) * dims);
    },
  };
  const drawn = () => draw[data.prior.kind](data.prior);

  // State and frames ---------------------------------------------------------------------------------------------------

  const start = typical();
  const state = { code: codeOf(start), context: 0, choosing: null, alone: null, frameRequested: false, times: [], saved: 0, made: null, temperature: 0, seed: 0 };
  const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
  const medium = makeMedium({ data, decoder, colour, choice });

  // How a token is chosen: the likeliest, or drawn; each time from the same random numbers, so that a drag shows what changes.
  function choice() {
    const { temperature, seed } = state;
    return drawer({ temperature, nucleus: data.nucleus, without: parameters.unknown, random: generator(seed) });
  }

  function show(code, { keepMorph = false } = {}) {
    state.code = Float32Array.from(allowed(Float32Array.from(code)));
    if (!keepMorph) stop();
    requestFrame();
  }

  function requestFrame() {
    if (state.frameRequested) return;
    state.frameRequested = true;
    requestAnimationFrame(frame);
  }

  function frame() {
    state.frameRequested = false;
    const began = performance.now();
    state.made = medium.compute(state.code, state.context);
    medium.paint(byId("picture"), state.made);
    const took = performance.now() - began;
    state.times.push(took);
    if (state.times.length > 240) state.times.shift();
    showTiming();
    drawPad();
    for (const slider of sliders) slider.update();
    later();
    listenAgain();
  }

  const paint = (element, code) => medium.paint(element, medium.compute(code, state.context));

  const number = (value) => (Math.abs(value) < 0.005 ? "0.00" : value.toFixed(2).replace("-", "−"));
  const median = (values) => [...values].sort((a, b) => a - b)[values.length >> 1];
  const nameOf = (i) => (data.examples.labels ? data.classes[data.examples.labels[i]] ?? String(data.examples.labels[i]) : "");
  const fileOf = (i) => data.examples.names?.[i] ?? "";
  const fullNameOf = (i) => [nameOf(i), fileOf(i)].filter(Boolean).join(", ");

  function showTiming() {
    if (state.times.length >= 8) byId("time").textContent = `${median(state.times).toFixed(1)} ms per frame`;
  }

  // Texts and nearest examples, which are updated less often than the picture.
  let timer = 0;
  function later() {
    if (timer) return;
    timer = setTimeout(() => {
      timer = 0;
      describe();
    }, 90);
  }

  // The number and height of lines is constant, so that nothing below moves while a finger is on the map.
  function describe() {
    const near = nearest(state.code, 8), label = nameOf(near[0]), full = fullNameOf(near[0]), place = onPlane(state.code).map(number).join(", ");
    const at = dims === 1 ? number(state.code[0]) : dims === 2 ? `(${place})` : `(${place}) on the map`;
    byId("where").replaceChildren(line("Code ", at), ...(data.examples.labels || data.examples.names ? [line("Nearest example: ", full)] : []));
    const words = medium.label && state.made ? `: ${medium.label(state.made)}` : "";
    if (medium.element === "canvas") byId("picture").setAttribute("aria-label", `${noun} decoded from ${at}${label ? `, near an example of ${label}` : ""}${words}`);
    fillStrip(near);
  }

  function line(words, strong) {
    const element = document.createElement("span"), bold = document.createElement("b");
    bold.textContent = strong;
    element.append(words, bold);
    return element;
  }

  // The map ------------------------------------------------------------------------------------------------------------

  const pad = byId("pad"), dots = document.createElement("canvas");
  const bounds = findBounds();
  let side = 0, dotsAre = "";

  function findBounds() {
    const axis = (offset) => Array.from({ length: nPlaces }, (_, i) => places[2 * i + offset]).sort((a, b) => a - b);
    const [low, high] = [0.002, 0.998].map((q) => [0, 1].map((offset) => axis(offset)[Math.min(nPlaces - 1, Math.floor(q * nPlaces))]));
    const reach = data.latent.circles ? 2.15 : 0;
    const ends = [0, 1].map((i) => [Math.min(low[i], -reach), Math.max(high[i], reach)]);
    const half = 0.54 * Math.max(...ends.map(([a, b]) => b - a), 1e-6);
    return { x: (ends[0][0] + ends[0][1]) / 2, y: (ends[1][0] + ends[1][1]) / 2, half };
  }

  const toPad = ([x, y]) => [(0.5 + (x - bounds.x) / (2 * bounds.half)) * side, (0.5 - (y - bounds.y) / (2 * bounds.half)) * side];
  const fromPad = (px, py) => [bounds.x + (px / side - 0.5) * 2 * bounds.half, bounds.y - (py / side - 0.5) * 2 * bounds.half];

  function drawDots() {
    const ratio = devicePixelRatio || 1, dark = matchMedia("(prefers-color-scheme: dark)").matches;
    side = pad.clientWidth;
    const now = [side, ratio, dark, state.alone].join();
    if (now === dotsAre) return;
    dotsAre = now;
    for (const canvas of [pad, dots]) Object.assign(canvas, { width: side * ratio, height: side * ratio });
    const pen = dots.getContext("2d");
    pen.setTransform(ratio, 0, 0, ratio, 0, 0);
    pen.clearRect(0, 0, side, side);
    if (data.latent.circles) circles(pen);
    const radius = Math.max(1.1, Math.min(3.2, (side / 2) * Math.sqrt(0.12 / nPlaces)));
    for (let i = 0; i < nPlaces; i++) {
      const label = data.placeLabels?.[i];
      const faded = state.alone !== null && label !== state.alone;
      pen.fillStyle = faded ? colourMuted : label == null ? colourAccent : data.colours[label] ?? colourAccent;
      pen.globalAlpha = faded ? 0.12 : 0.62;
      const [x, y] = toPad([places[2 * i], places[2 * i + 1]]);
      pen.beginPath();
      pen.arc(x, y, radius, 0, 7);
      pen.fill();
    }
  }

  let colourMuted, colourAccent, colourInk, colourPaper;
  function readColours() {
    [colourMuted, colourAccent, colourInk, colourPaper] = ["--muted", "--accent", "--ink", "--paper"].map(colour);
    dotsAre = "";
  }

  function circles(pen) {
    pen.strokeStyle = colourMuted;
    pen.setLineDash([5, 4]);
    for (const radius of [1, 2]) {
      const [x, y] = toPad([0, 0]), [edge] = toPad([radius, 0]);
      pen.beginPath();
      pen.arc(x, y, edge - x, 0, 7);
      pen.stroke();
    }
    pen.setLineDash([]);
  }

  function drawPad() {
    drawDots();
    const pen = pad.getContext("2d"), ratio = devicePixelRatio || 1;
    pen.setTransform(1, 0, 0, 1, 0, 0);
    pen.clearRect(0, 0, pad.width, pad.height);
    pen.drawImage(dots, 0, 0);
    pen.setTransform(ratio, 0, 0, ratio, 0, 0);
    const [a, b] = ends.map((end) => toPad(onPlane(end.code)));
    pen.strokeStyle = colourInk;
    pen.lineWidth = 1.2;
    pen.globalAlpha = 0.55;
    pen.beginPath();
    pen.moveTo(...a);
    pen.lineTo(...b);
    pen.stroke();
    pen.globalAlpha = 1;
    [["A", a], ["B", b]].forEach(([letter, place]) => badge(pen, letter, place));
    const [x, y] = toPad(onPlane(state.code));
    for (const [line, shade] of [[5, colourPaper], [2.2, colourInk]]) {
      pen.lineWidth = line;
      pen.strokeStyle = shade;
      pen.beginPath();
      pen.arc(x, y, 9, 0, 7);
      pen.stroke();
    }
  }

  function badge(pen, letter, [x, y]) {
    pen.fillStyle = colourPaper;
    pen.strokeStyle = colourInk;
    pen.lineWidth = 1;
    pen.beginPath();
    pen.arc(x, y, 8, 0, 7);
    pen.fill();
    pen.stroke();
    pen.fillStyle = colourInk;
    pen.font = "600 11px system-ui, sans-serif";
    pen.textAlign = "center";
    pen.textBaseline = "middle";
    pen.fillText(letter, x, y + 0.5);
  }

  function nearestOnMap(point) {
    let best = 0, far = Infinity;
    for (let i = 0; i < nExamples; i++) {
      const [x, y] = onPlane(codeOf(i)), distance = (x - point[0]) ** 2 + (y - point[1]) ** 2;
      if (distance < far) [best, far] = [i, distance];
    }
    return best;
  }

  const inside = (value) => Math.min(side, Math.max(0, value));
  const pointOf = (event) => {
    const box = pad.getBoundingClientRect();
    return fromPad(inside(event.clientX - box.left), inside(event.clientY - box.top));
  };

  let holding = null;  // the one mouse or finger that moves the point
  pad.addEventListener("pointerdown", (event) => {
    if (event.button !== 0 || holding !== null) return;
    event.preventDefault();
    pad.focus({ preventScroll: true });
    if (state.choosing !== null) return choose(nearestOnMap(pointOf(event)));
    holding = event.pointerId;
    pad.setPointerCapture(event.pointerId);
    show(movedTo(state.code, pointOf(event)));
  });
  pad.addEventListener("pointermove", (event) => {
    if (event.pointerId === holding) show(movedTo(state.code, pointOf(event)));
  });
  for (const end of ["pointerup", "pointercancel"]) pad.addEventListener(end, (event) => { if (event.pointerId === holding) holding = null; });
  pad.addEventListener("keydown", (event) => {
    const way = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] }[event.key];
    if (!way || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    const [x, y] = onPlane(state.code), step = (bounds.half / 50) * (event.shiftKey ? 5 : 1);
    const held = ([u, v]) => fromPad(...toPad([u, v]).map(inside));
    show(movedTo(state.code, held([x + way[0] * step, y + way[1] * step])));
  });

  function fillLegend() {
    data.classes.forEach((name, i) => {
      const button = document.createElement("button"), spot = document.createElement("i");
      spot.style.background = data.colours[i];
      button.append(spot, name);
      button.setAttribute("aria-pressed", "false");
      button.addEventListener("click", () => {
        state.alone = state.alone === i ? null : i;
        [...byId("legend").children].forEach((other, j) => other.setAttribute("aria-pressed", String(state.alone === j)));
        requestFrame();
      });
      byId("legend").append(button);
    });
  }

  // Examples -----------------------------------------------------------------------------------------------------------

  const tiles = Array.from({ length: Math.min(8, nExamples) }, () => {
    const button = document.createElement("button"), shown = document.createElement(medium.element), words = document.createElement("span");
    if (medium.element === "canvas") shown.setAttribute("aria-hidden", "true");
    button.append(shown, words);
    button.addEventListener("click", () => {
      const i = Number(button.dataset.example);
      if (state.choosing !== null) choose(i);
      else goTo(i);
    });
    byId("strip").append(button);
    return { button, shown, words };
  });

  function fillStrip(near) {
    tiles.forEach(({ button, shown, words }, rank) => {
      const i = near[rank];
      if (button.dataset.example === String(i)) return;
      button.dataset.example = i;
      words.textContent = nameOf(i) || shortened(fileOf(i)) || (medium.element === "canvas" ? `no. ${i + 1}` : "");
      button.title = fileOf(i);
      medium.example(shown, i);
      const said = medium.element === "canvas" ? "" : `: ${shown.textContent}`;
      button.setAttribute("aria-label", `go to example ${i + 1}${fullNameOf(i) ? `, ${fullNameOf(i)}` : ""}${said}`);
    });
  }

  // Files of one folder differ at their ends.
  function shortened(file) {
    const stem = file.replace(/\.\w{2,5}(?=#|$)/, "");
    return stem.length > 9 ? `…${stem.slice(-8)}` : stem;
  }

  function goTo(i) {
    if (data.examples.contexts) setContext(data.examples.contexts[i]);
    show(codeOf(i));
  }

  // Morphing -----------------------------------------------------------------------------------------------------------

  const ends = ["end-a", "end-b"].map((id) => ({ button: byId(id), code: state.code }));
  const morph = byId("morph");

  function setEnd(which, code) {
    ends[which].code = Float32Array.from(code);
    paintEnd(ends[which]);
    requestFrame();
  }

  const paintEnd = ({ button, code }) => paint(button.firstElementChild, code);

  function choose(i) {
    const which = state.choosing;
    setChoosing(null);
    setEnd(which, codeOf(i));
    goTo(i);
    morph.value = which;
  }

  function setChoosing(which) {
    state.choosing = which;
    ends.forEach((end, i) => end.button.setAttribute("aria-pressed", String(which === i)));
    byId("morph-help").textContent = which === null
      ? "To choose an end, press A or B, then a dot on the map or an example."
      : `Choose ${"AB"[which]}: press a dot on the map or one of the examples.`;
  }

  function between(t) {
    return ends[0].code.map((value, i) => value + t * (ends[1].code[i] - value));
  }

  let playing = 0, began = 0;
  function stop() {
    if (!playing) return;
    playing = 0;
    byId("play").setAttribute("aria-pressed", "false");
    byId("play").textContent = "Play";
  }

  function play(now) {
    if (!playing) return;
    began ||= now;
    const phase = ((now - began) / 2400) % 2, t = phase < 1 ? phase : 2 - phase;
    morph.value = t;
    show(between(t * t * (3 - 2 * t)), { keepMorph: true });
    playing = requestAnimationFrame(play);
  }

  ends.forEach((end, i) => end.button.addEventListener("click", () => setChoosing(state.choosing === i ? null : i)));
  morph.addEventListener("input", () => show(between(Number(morph.value))));
  byId("play").addEventListener("click", () => {
    if (playing) return stop();
    began = 0;
    byId("play").setAttribute("aria-pressed", "true");
    byId("play").textContent = "Stop";
    playing = requestAnimationFrame(play);
  });
  ["take-a", "take-b"].forEach((id, i) => byId(id).addEventListener("click", () => {
    setEnd(i, state.code);
    morph.value = i;
  }));

  // Sliders ------------------------------------------------------------------------------------------------------------

  const FIRST = 16;
  const sliders = [];

  function addSlider(i) {
    const { mean, scale, relevance, support } = data.latent, row = document.createElement("div");
    const spread = Math.max(scale[i], 1e-6), clip = support === "unit" || support === "simplex";
    let [low, high] = [mean[i] - 3 * spread, mean[i] + 3 * spread];
    if (clip) [low, high] = [0, 1];
    if (support === "positive") low = 0;
    if (support === "sphere") [low, high] = [-1, 1];
    row.className = "slider";
    const label = document.createElement("label"), sub = document.createElement("sub");
    sub.textContent = i + 1;
    label.append("z", sub);
    const input = Object.assign(document.createElement("input"), { type: "range", min: low, max: high, step: (high - low) / 400, id: `z${i}` });
    label.htmlFor = input.id;
    const output = document.createElement("output"), measure = document.createElement("div"), bar = document.createElement("i");
    output.htmlFor = input.id;
    measure.className = "measure";
    bar.style.width = `${Math.max(1, 60 * (relevance[i] / Math.max(...relevance, 1e-9)))}%`;
    measure.append(bar, `${relevance[i] < 0.005 ? "0" : relevance[i].toPrecision(2)}${data.latent.measure === "KL" ? " nats" : ""}`);
    input.addEventListener("input", () => {
      const code = state.code.slice();
      code[i] = Number(input.value);
      show(code);
    });
    const middle = () => { const code = state.code.slice(); code[i] = mean[i]; show(code); };
    row.addEventListener("dblclick", middle);
    row.append(label, input, output, measure);
    byId("sliders").append(row);
    sliders.push({
      update() {
        if (Number(input.value) !== state.code[i]) input.value = state.code[i];
        const words = number(state.code[i]);
        if (output.value !== words) output.value = words;
      },
    });
  }

  function fillSliders() {
    const order = data.latent.order;
    order.slice(0, FIRST).forEach(addSlider);
    const rank = data.latent.measure === "KL" ? "KL" : "variance over the data";
    const ranked = order.length > FIRST ? `The first ${FIRST} of ${dims}, in order of ${rank}. ` : dims > 1 ? `In order of ${rank}. ` : "";
    byId("numbers-help").textContent = `${ranked}Double-click a slider to set it to its mean.`;
    const more = byId("more");
    more.hidden = order.length <= FIRST;
    more.textContent = `Show all ${dims}`;
    more.addEventListener("click", () => {
      order.slice(FIRST).forEach(addSlider);
      more.hidden = true;
      requestFrame();
    });
  }

  // Listening ----------------------------------------------------------------------------------------------------------

  const speaks = medium.sound ? speaker(() => medium.sound(state.made ?? medium.compute(state.code, state.context)), showListening) : null;
  const still = matchMedia("(prefers-reduced-motion: reduce)");

  function showListening(playing) {
    byId("listen").textContent = playing ? "■ Stop" : "▶ Listen";
    byId("listen").setAttribute("aria-pressed", String(playing));
    byId("playhead").hidden = !playing || still.matches;
    if (playing && !still.matches) requestAnimationFrame(movePlayhead);
  }

  function movePlayhead() {
    if (!speaks.playing) return;
    const { left = 0 } = medium.margin ?? {}, width = byId("picture").clientWidth - left;
    byId("playhead").style.transform = `translateX(${left + speaks.share * width}px)`;
    requestAnimationFrame(movePlayhead);
  }

  const listen = () => { if (speaks?.playing) speaks.stop(); else speaks?.play(); };

  // What is playing follows the code, after a moment.
  let soon = 0;
  function listenAgain() {
    if (!speaks?.playing || soon) return;
    soon = setTimeout(() => { soon = 0; speaks.refresh(); }, medium.pause);
  }

  function fillListening() {
    byId("listening").hidden = !speaks;
    byId("listen").addEventListener("click", listen);
    byId("repeat").addEventListener("change", (event) => { speaks.repeat = event.target.checked; });
  }

  // Drawing tokens -----------------------------------------------------------------------------------------------------

  function fillDrawing() {
    byId("drawing").hidden = !data.program.step;
    const slider = byId("temperature"), again = byId("again"), words = byId("temperature-words");
    const refresh = () => {
      [...ends].forEach(paintEnd);
      words.value = state.temperature ? state.temperature.toFixed(2) : "likeliest";
      again.disabled = !state.temperature;
      requestFrame();
    };
    slider.addEventListener("input", () => { state.temperature = Number(slider.value); refresh(); });
    again.addEventListener("click", () => { state.seed++; refresh(); });
  }

  // Buttons and keys ---------------------------------------------------------------------------------------------------

  function setContext(i) {
    if (!data.contexts.length) return;
    state.context = i;
    byId("context").value = i;
    ends.forEach(paintEnd);
    requestFrame();
  }

  async function save() {
    const { blob, suffix } = await medium.save(medium.compute(state.code, state.context)), link = document.createElement("a");
    link.href = URL.createObjectURL(blob);
    const at = dims <= 4 ? [...state.code].map((v) => v.toFixed(2)).join("_") : ++state.saved;
    link.download = `${data.name}_${at}.${suffix}`;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 10000);
  }

  const actions = {
    n: () => show(drawn()),
    r: () => { setContext(data.examples.contexts ? data.examples.contexts[start] : 0); show(codeOf(start)); },
    s: save,
    ...(speaks ? { l: listen } : {}),
  };
  byId("random").addEventListener("click", actions.n);
  byId("reset").addEventListener("click", actions.r);
  byId("save").addEventListener("click", actions.s);
  byId("random").title = `Sample ${data.prior.words} (N)`;
  document.addEventListener("keydown", (event) => {
    const action = actions[event.key.toLowerCase()];
    if (!action || event.ctrlKey || event.metaKey || event.altKey || event.target.matches("select")) return;
    event.preventDefault();
    action();
  });

  // A medium that is read has text in place of each canvas.
  function placeElements() {
    document.body.dataset.medium = data.medium.name;
    if (medium.element === "canvas") return;
    for (const canvas of document.querySelectorAll("#picture, .end canvas")) {
      const shown = document.createElement(medium.element);
      if (canvas.id) Object.assign(shown, { id: canvas.id, ariaLive: "polite", tabIndex: 0 });
      canvas.replaceWith(shown);
    }
  }

  // Start --------------------------------------------------------------------------------------------------------------

  placeElements();
  if (data.contexts.length) {
    byId("condition").hidden = false;
    data.contexts.forEach((name, i) => byId("context").append(new Option(name, i)));
    byId("context").addEventListener("change", (event) => setContext(Number(event.target.value)));
    setContext(data.examples.contexts ? data.examples.contexts[start] : 0);
  }
  byId("pad-help").textContent += ` Each dot is the code of one of ${nPlaces.toLocaleString("en")} ${data.examples.noun}.`;
  if (data.latent.circles) byId("pad-help").textContent += " The dashed circles are at one and two standard deviations of the prior.";
  byId("axes").textContent = `→ ${data.latent.axes[0]}${data.latent.axes[1] ? `, ↑ ${data.latent.axes[1]}` : ""}`;
  byId("near-help").textContent = `Out of ${nExamples.toLocaleString("en")} ${data.examples.noun} in this page; press one to go to its code.`;
  fillLegend();
  fillSliders();
  fillListening();
  fillDrawing();
  const other = furthest(start);
  readColours();
  for (const until = performance.now() + 60; performance.now() < until;) medium.compute(state.code, state.context);  // warms up
  setEnd(0, codeOf(start));
  setEnd(1, codeOf(other));
  setChoosing(null);
  describe();
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => { readColours(); ends.forEach(paintEnd); paintExamples(); });
  new ResizeObserver(requestFrame).observe(pad);
  medium.ready?.then(paintExamples);
  requestFrame();

  function paintExamples() {
    tiles.forEach(({ button }) => delete button.dataset.example);
    requestFrame();
  }

  // An example for B: of another class and at some distance, so that the interpolation shows something.
  function furthest(from) {
    const { labels } = data.examples;
    const others = nearest(codeOf(from), nExamples).filter((i) => !labels || labels[i] !== labels[from]);
    const some = others.slice(Math.floor(0.4 * others.length), Math.floor(0.8 * others.length) + 1).slice(0, 60);
    return some.reduce((best, i) => (purity(i) > purity(best) ? i : best), some[0] ?? from);
  }

  // For tests and for the browser console.
  globalThis.explorer = {
    decode: medium.compute, decoder, medium, get made() { return state.made; }, get playing() { return Boolean(speaks?.playing); }, get code() { return [...state.code]; }, get context() { return state.context; }, get times() { return [...state.times]; },
    get ends() { return ends.map((end) => [...end.code]); }, get fast() { return decoder.fast; }, show, nearest, setContext, codeOf,
    onPlane: () => onPlane(state.code), toPad: (point) => toPad(point), draw: () => [...drawn()],
  };
})();
