// The script runs twice: in a worker, which decodes, and on the page, which shows.

const THUMBNAIL = 480, LARGEST = 4096, AT_ONCE = 1000, TINY = 160, ATOB_PIECE = 1 << 22;
const SHOWN_BY_BROWSERS = [["image/jpeg", [0xff, 0xd8, 0xff]], ["image/png", [0x89, 0x50, 0x4e, 0x47]], ["image/gif", [0x47, 0x49, 0x46, 0x38]], ["image/webp", [0x52, 0x49, 0x46, 0x46]]];

if (typeof document === "undefined") {
  const service = new Service((message, moved) => postMessage(message, moved ?? []));
  onmessage = ({ data }) => service.receive(data);
} else {
  showPage(document.currentScript.textContent);
}

function showPage(script) {
  const byId = (id) => document.getElementById(id);
  const data = JSON.parse(byId("data").textContent);
  const state = { id: 0, name: data.name, bytes: null, files: [], tiles: new Map(), shown: 0, open: null, decoded: 0, values: 0, waiting: 0 };

  // Decoding beside the page ---------------------------------------------------------------------------------------------

  const service = { send: null, inWorker: false };

  function startService() {
    try {
      const worker = new Worker(URL.createObjectURL(new Blob([script], { type: "text/javascript" })));
      worker.onmessage = ({ data: message }) => { service.inWorker = true; receive(message); };
      worker.onerror = (event) => {
        event.preventDefault();
        if (service.inWorker) return;
        decodeOnPage();
        begin();
      };
      service.send = (message) => worker.postMessage(message);
    } catch {
      decodeOnPage();
    }
    begin();
  }

  // A browser that forbids workers decodes on the page, which is slow to answer meanwhile.
  function decodeOnPage() {
    const own = new Service(receive);
    service.send = (message) => own.receive(message);
  }

  async function begin() {
    service.send({ type: "models", lossless: await bytesOf("lossless"), lossy: await bytesOf("lossy"), probe: data.probe });
    open(data.name, await bytesOf("archive"));
  }

  // The bytes of a block of base64, in pieces between which the page can be used.
  async function bytesOf(id) {
    const text = byId(id).textContent, whole = new Uint8Array(Math.floor((text.length * 3) / 4));
    let at = 0;
    for (let from = 0; from < text.length; from += ATOB_PIECE) {
      const piece = atob(text.slice(from, from + ATOB_PIECE));
      for (let i = 0; i < piece.length; i++) whole[at++] = piece.charCodeAt(i);
      if (text.length > ATOB_PIECE) await new Promise((resume) => setTimeout(resume));
    }
    return whole.subarray(0, at);
  }

  // A file ---------------------------------------------------------------------------------------------------------------

  function open(name, bytes) {
    Object.assign(state, { id: state.id + 1, name, bytes, files: [], tiles: new Map(), shown: 0, open: null, decoded: 0, values: 0, waiting: 0, ms: 0 });
    document.querySelector("h1").textContent = name;
    byId("grid").replaceChildren();
    byId("notes").replaceChildren();
    byId("more").hidden = true;
    byId("meter").classList.remove("done");
    byId("meter").value = 0;
    if (byId("large").open) byId("large").close();
    progress("Reading the file …");
    service.send({ type: "open", id: state.id, bytes });
  }

  const answers = {
    listing({ files, lost, cut }) {
      state.files = files;
      if (cut) note("The file was cut, or its end is damaged: what is whole in it is shown.");
      if (lost) note(`${lost === 1 ? "A part of the file is" : `${lost} parts of the file are`} damaged: what was in there is not shown.`);
      showMore();
    },
    failed({ message }) {
      byId("meter").classList.add("done");
      progress("");
      note(`${state.name}: ${message}.`);
    },
    thumbnail({ number, width, height, rgba, values }) {
      const canvas = document.createElement("canvas");
      paint(canvas, width, height, rgba);
      fill(number, canvas);
      count(values);
    },
    stored({ number, bytes, as }) {
      if (as === "large") return showStored(number, bytes);
      const file = fileOf(number);
      count(0);
      drawn(bytes, THUMBNAIL).then((canvas) => fill(number, canvas), () => fill(number, words("ending", endingOf(file.name))));
    },
    broken({ number, message }) {
      if (state.open === number) trouble(reason(number, message));
      const tile = state.tiles.get(number);
      if (!tile?.classList.contains("waiting")) return;
      fill(number, words("why", reason(number, message)));
      count(0);
    },
    done({ ms }) {
      state.ms += ms;
      finished();
    },
    large({ number, width, height, rgba }) {
      if (state.open !== number) return;
      paint(byId("picture"), width, height, rgba);
      byId("view").classList.remove("waiting");
      const [high, wide] = fileOf(number).shape;
      if (high !== height || wide !== width) byId("large-facts").textContent += ` · shown at ${width} × ${height}`;
    },
    saved({ name, bytes }) {
      save(name, bytes);
    },
  };

  function receive(message) {
    if (message.id === state.id) answers[message.type](message);
  }

  const fileOf = (number) => state.files.find((file) => file.number === number);

  // Why a file is not shown, with the command that reads it where the file itself is whole.
  function reason(number, message) {
    const quoted = (name) => (/^[\w./-]+$/.test(name) ? name : `'${name.replaceAll("'", "'\\''")}'`);
    const isWhole = ["another way", "too large", "memory"].some((word) => message.includes(word));
    const command = isWhole ? ` It is read by: autoencode decompress ${quoted(state.name)} --only ${quoted(fileOf(number).name)}` : "";
    return `${message[0].toUpperCase()}${message.slice(1)}.${command}`;
  }

  const endingOf = (name) => (/\.[^./]{1,6}$/.exec(name)?.[0] ?? "file").toLowerCase();
  const lastOf = (name) => name.slice(name.lastIndexOf("/") + 1);

  function words(kind, text) {
    const made = document.createElement("span");
    made.className = kind;
    made.textContent = text;
    return made;
  }

  function note(text) {
    const item = document.createElement("li");
    item.textContent = text;
    byId("notes").append(item);
  }

  // The grid -------------------------------------------------------------------------------------------------------------

  function showMore() {
    const some = state.files.slice(state.shown, state.shown + AT_ONCE);
    state.shown += some.length;
    state.waiting += some.length;
    byId("grid").append(...some.map(tileOf));
    byId("more").hidden = state.shown === state.files.length;
    byId("more").textContent = `Show more (${(state.files.length - state.shown).toLocaleString("en")} left)`;
    byId("meter").classList.remove("done");
    count(0, 0);
    service.send({ type: "thumbnails", id: state.id, numbers: some.map(({ number }) => number), most: THUMBNAIL });
  }

  function tileOf(file) {
    const tile = document.createElement("button"), thumb = document.createElement("div"), caption = document.createElement("div"), name = document.createElement("bdi");
    tile.className = "tile waiting";
    thumb.className = "thumb";
    caption.className = "words";
    name.textContent = lastOf(file.name);
    tile.title = file.name;
    caption.append(name, words("", factsOf(file)));
    tile.append(thumb, caption);
    tile.addEventListener("click", () => enlarge(file.number));
    state.tiles.set(file.number, tile);
    return tile;
  }

  function factsOf({ shape, size }) {
    return `${shape ? `${shape[1]} × ${shape[0]} · ` : ""}${bytesAsWords(size)}`;
  }

  function bytesAsWords(count) {
    const [divisor, unit] = count < 1e3 ? [1, "bytes"] : count < 1e6 ? [1e3, "kB"] : [1e6, "MB"];
    return `${(count / divisor).toLocaleString("en", { maximumFractionDigits: unit === "MB" ? 1 : 0 })} ${unit}`;
  }

  function fill(number, content) {
    const tile = state.tiles.get(number);
    tile.classList.remove("waiting");
    tile.firstChild.replaceChildren(content);
  }

  function paint(canvas, width, height, rgba) {
    Object.assign(canvas, { width, height });
    canvas.classList.toggle("tiny", Math.max(width, height) <= TINY);
    canvas.getContext("2d").putImageData(new ImageData(rgba, width, height), 0, 0);
  }

  function count(values, more = 1) {
    state.decoded += more;
    state.values += values;
    byId("meter").value = state.decoded / Math.max(1, state.waiting);
    progress(`${state.decoded.toLocaleString("en")} of ${state.files.length.toLocaleString("en")}`);
  }

  function finished() {
    byId("meter").classList.add("done");
    const pictures = state.files.filter(({ kind }) => kind === "picture").length, others = state.files.length - pictures;
    const parts = [many(pictures, "picture"), ...(others ? [many(others, "other file")] : []), `${bytesAsWords(state.bytes.length)} compressed`];
    const speed = state.values ? `, decoded in ${(state.ms / 1e3).toFixed(1)} s (${(state.values / 1e3 / state.ms).toFixed(1)} MB of pixels a second)` : "";
    progress(`${parts.join(", ")}${speed}`);
  }

  const many = (count, noun) => `${count.toLocaleString("en")} ${noun}${count === 1 ? "" : "s"}`;

  function progress(text) {
    byId("progress").textContent = text;
  }

  // A picture that the browser itself can read, such as a JPEG that is stored as it is.
  async function drawn(bytes, most) {
    const [type] = SHOWN_BY_BROWSERS.find(([, start]) => start.every((byte, i) => bytes[i] === byte)) ?? [];
    if (!type) throw new TypeError("no picture");
    const bitmap = await createImageBitmap(new Blob([bytes], { type })), factor = Math.min(1, most / Math.max(bitmap.width, bitmap.height));
    const canvas = document.createElement("canvas");
    Object.assign(canvas, { width: Math.max(1, Math.round(bitmap.width * factor)), height: Math.max(1, Math.round(bitmap.height * factor)) });
    canvas.classList.toggle("tiny", Math.max(canvas.width, canvas.height) <= TINY);
    canvas.getContext("2d").drawImage(bitmap, 0, 0, canvas.width, canvas.height);
    return canvas;
  }

  // A large picture --------------------------------------------------------------------------------------------------------

  function enlarge(number) {
    const file = fileOf(number), picture = file.kind === "picture";
    state.open = number;
    trouble("");
    byId("view").classList.add("waiting");
    byId("large-name").textContent = file.name;
    byId("large-facts").textContent = factsOf(file);
    byId("picture").setAttribute("aria-label", file.name);
    const own = state.tiles.get(number)?.querySelector("canvas");
    byId("picture").hidden = !own;
    if (own) copy(own, byId("picture"));
    byId("save-png").hidden = !picture || Boolean(file.error);
    byId("save-file").hidden = Boolean(file.error) || (picture && !["PPM", "BMP"].includes(file.format));
    byId("save-file").textContent = `Save ${picture ? `${file.format === "PPM" && file.shape.length === 2 ? "PGM" : file.format}` : "the file"}`;
    if (!byId("large").open) byId("large").showModal();
    service.send({ type: "large", id: state.id, number, most: LARGEST });
  }

  function copy(from, to) {
    Object.assign(to, { width: from.width, height: from.height });
    to.className = from.className;
    to.getContext("2d").drawImage(from, 0, 0);
  }

  function trouble(text) {
    byId("trouble").textContent = text;
    if (text) byId("picture").hidden = true;
    byId("view").classList.remove("waiting");
  }

  function showStored(number, bytes) {
    drawn(bytes, LARGEST).then((canvas) => {
      if (state.open !== number) return;
      copy(canvas, byId("picture"));
      byId("view").classList.remove("waiting");
    }, () => { if (state.open === number) trouble("This file is no picture that a browser shows. It is whole, and can be saved."); });
  }

  function move(by) {
    const at = state.files.findIndex(({ number }) => number === state.open) + by;
    if (at >= 0 && at < state.shown) enlarge(state.files[at].number);
  }

  // Saving and opening -----------------------------------------------------------------------------------------------------

  function save(name, bytes) {
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob([bytes], { type: "application/octet-stream" }));
    link.download = lastOf(name).replace(/[\p{C}\\:*?"<>|]/gu, "_");
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 10000);
  }

  const ask = (as) => service.send({ type: "save", id: state.id, number: state.open, as });
  byId("save-png").addEventListener("click", () => ask("png"));
  byId("save-file").addEventListener("click", () => ask("file"));
  byId("save-archive").addEventListener("click", () => save(state.name, state.bytes));
  byId("previous").addEventListener("click", () => move(-1));
  byId("next").addEventListener("click", () => move(1));
  byId("close").addEventListener("click", () => byId("large").close());
  byId("large").addEventListener("close", () => { state.open = null; });
  byId("more").addEventListener("click", showMore);
  byId("choose").addEventListener("click", () => byId("file").click());
  byId("file").addEventListener("change", () => openFrom(byId("file").files));
  document.addEventListener("keydown", (event) => {
    if (!byId("large").open || event.ctrlKey || event.metaKey || event.altKey) return;
    const action = { ArrowLeft: () => move(-1), ArrowRight: () => move(1), s: () => !byId("save-png").hidden && ask("png") }[event.key];
    if (!action) return;
    event.preventDefault();
    action();
  });

  async function openFrom(files) {
    if (!files.length) return;
    open(files[0].name, new Uint8Array(await files[0].arrayBuffer()));
    byId("file").value = "";
  }

  const isFile = (event) => [...(event.dataTransfer?.types ?? [])].includes("Files");
  document.addEventListener("dragover", (event) => {
    if (!isFile(event)) return;
    event.preventDefault();
    byId("drop").hidden = false;
  });
  document.addEventListener("dragleave", (event) => { if (!event.relatedTarget) byId("drop").hidden = true; });
  document.addEventListener("drop", (event) => {
    if (!isFile(event)) return;
    event.preventDefault();
    byId("drop").hidden = true;
    openFrom(event.dataTransfer.files);
  });

  startService();

  // For tests and for the browser console.
  globalThis.album = { get decoded() { return state.decoded; }, get files() { return state.files; }, get inWorker() { return service.inWorker; }, get speed() { return state.values / 1e3 / state.ms; }, open };
}
