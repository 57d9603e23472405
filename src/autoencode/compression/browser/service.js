// Decodes in a worker, or, where there is none, on the page itself.
//
//   { type: "models", lossless, lossy, probe }            first
//   { type: "open", id, bytes }                           answered by "listing" or "failed"
//   { type: "thumbnails", id, numbers, most }             answered by a "thumbnail", "stored" or "broken" for each, then "done"
//   { type: "large", id, number, most }                   answered by "large", "stored" or "broken"
//   { type: "save", id, number, as: "png" | "file" }      answered by "saved" or "broken"
//
// `id` is of the compressed file: answers about one that is no longer shown are passed over.

class Service {
  constructor(post) {
    this.post = post;
  }

  async receive(message) {
    try {
      await this[message.type](message);
    } catch (error) {
      this.post({ ...named(message), type: message.type === "open" ? "failed" : "broken", message: reasonOf(error) });
    }
  }

  async models({ lossless, lossy, probe }) {
    this.loading = Models.load(lossless, lossy).then((found) => {
      found.check(probe);
      return found;
    });
    this.loading.catch(() => {});  // said when a file is opened
  }

  async open({ id, bytes }) {
    this.id = id;
    const archive = await Archive.open(bytes, await this.loading);
    if (this.id !== id) return;
    this.archive = archive;
    const files = archive.files.map(({ number, name, size, kind, shape, error, form }) => ({ number, name, size, kind, shape, error, format: form.format }));
    this.post({ type: "listing", id, files, lost: archive.lost, cut: archive.cut, profile: archive.header.profile });
  }

  async thumbnails({ id, numbers, most }) {
    const started = performance.now();
    for (const number of numbers) {
      if (this.id !== id) return;
      await this.receive({ type: "thumbnail", id, number, most });
      await pause();
    }
    this.post({ type: "done", id, ms: performance.now() - started });
  }

  async thumbnail(message) {
    this.show(message, "thumbnail");
  }

  async large(message) {
    this.show(message, "large");
  }

  show({ id, number, most }, type) {
    if (this.id !== id) return;
    const file = this.archive.byNumber.get(number);
    if (file.kind === "stored") {
      const bytes = this.archive.stored(file);
      this.post({ type: "stored", id, number, bytes, as: type });
      return;
    }
    const pixels = this.archive.pixels(file), shown = shownPixels(file.shape, pixels, most);
    this.post({ type, id, number, values: pixels.length, ...shown }, [shown.rgba.buffer]);
  }

  async save({ id, number, as }) {
    if (this.id !== id) return;
    const file = this.archive.byNumber.get(number);
    if (file.kind === "stored") {
      this.post({ type: "saved", id, number, name: file.name, bytes: this.archive.stored(file) });
      return;
    }
    const pixels = this.archive.pixels(file), original = as === "file" ? originalBytes(file, pixels) : null;
    if (as === "file" && !original) throw new DamagedError(`the ${file.form.format} itself is not made in a page: save it as PNG`);
    const name = original ? file.name : file.name.replace(/(\.png)?$/i, ".png");
    this.post({ type: "saved", id, number, name, bytes: original ?? (await pngBytes(file, pixels)) });
  }
}

const named = ({ id, number }) => ({ id, number });
const pause = () => new Promise((resume) => setTimeout(resume));

function reasonOf(error) {
  if (error instanceof DamagedError) return error.message;
  return error instanceof RangeError ? "there is not enough memory for it" : `it cannot be decoded (${error.message})`;
}
