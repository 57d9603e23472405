// The .aec file: a header, blocks that are whole by themselves, and an index. See container.py.

class DamagedError extends Error {}

const SIGNATURE = [0x93, 0x41, 0x45, 0x43, 0x0d, 0x0a, 0x1a, 0x0a], VERSION = 2;
const BLOCK_MARK = 0x42434541, END_MARK = 0x45434541;  // "AECB" and "AECE", little-endian
const HEADER_SIZE = 20, BLOCK_HEAD = 24, TAIL_SIZE = 12, MOST_JSON = 1 << 26;
const MOST_DESCRIPTIONS = 1 << 28;  // bytes of all descriptions of a file together

// The bytes that `packed` holds, no more than `most`; `format` as DecompressionStream names it.
async function inflate(packed, format, most) {
  const reader = new Blob([packed]).stream().pipeThrough(new DecompressionStream(format)).getReader(), parts = [];
  let length = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return joined(parts, length);
    length += value.length;
    if (length > most) {
      await reader.cancel();
      throw new DamagedError("something packed in it is larger than it may be");
    }
    parts.push(value);
  }
}

function joined(parts, length) {
  const whole = new Uint8Array(length);
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

async function readJson(content, most = MOST_JSON) {
  let value, whole;
  try {
    whole = content[0] === 0x7b ? content : await inflate(content, "deflate", most);
    value = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(whole));
  } catch {
    throw new DamagedError("one of its descriptions is no JSON");
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) throw new DamagedError("one of its descriptions is no JSON object");
  return { value, length: whole.length };
}

const isWhole = (value) => Number.isSafeInteger(value) && value >= 0;

class Container {
  // Reads the header.
  static async open(bytes) {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    if (SIGNATURE.some((byte, i) => bytes[i] !== byte)) throw new DamagedError("not a file of `autoencode compress`: it begins with other bytes");
    if (bytes.length < HEADER_SIZE) throw new DamagedError("it ends within its header");
    const length = view.getUint32(8, true), start = HEADER_SIZE + length;
    if (length > MOST_JSON || start > bytes.length) throw new DamagedError("it ends within its header, or its lengths are damaged");
    const content = bytes.subarray(HEADER_SIZE, start);
    if (digest([content]) !== toHex(bytes.subarray(12, HEADER_SIZE))) throw new DamagedError("its header is damaged, without which nothing in it can be read");
    const { value: header } = await readJson(content);
    if (header.version !== VERSION) throw new DamagedError(`a compressed file of version ${Number(header.version)}, and this page reads version ${VERSION}`);
    return new Container(bytes, view, header, start);
  }

  constructor(bytes, view, header, start) {
    Object.assign(this, { bytes, view, header, start });
    this.toHash = 4 * bytes.length;  // blocks that overlap, or lengths that are made up, cannot make reading take hours
    this.toDescribe = MOST_DESCRIPTIONS;
  }

  // The blocks of the index in order, or, where that is damaged, those found from the front; the latter with `cut` true.
  async blocks() {
    try {
      return { blocks: await this.indexed(), cut: false };
    } catch (error) {
      if (!(error instanceof DamagedError)) throw error;
      return { blocks: await this.scanned(), cut: true };
    }
  }

  async indexed() {
    const size = this.bytes.length, at = size - TAIL_SIZE;
    if (at < this.start || this.view.getUint32(size - 4, true) !== END_MARK) throw new DamagedError("its end is missing or damaged");
    const place = Number(this.view.getBigUint64(at, true));
    if (!(place >= this.start && place < at)) throw new DamagedError("its end is damaged");
    const index = await this.block(place);
    const offsets = index.damaged ? null : index.meta.offsets;
    if (index.meta.kind !== "index" || !Array.isArray(offsets)) throw new DamagedError("its index is damaged");
    if (!offsets.every((offset) => isWhole(offset) && offset >= this.start && offset < place)) throw new DamagedError("its index names places outside of the file");
    const found = [];
    for (const offset of offsets) found.push(await this.block(offset).catch(() => ({ meta: {}, payload: new Uint8Array(0), damaged: true, size: 0 })));
    return found;
  }

  async scanned() {
    const found = [];
    for (let at = this.start; at + BLOCK_HEAD <= this.bytes.length;) {
      const block = this.view.getUint32(at, true) === BLOCK_MARK ? await this.block(at).catch(() => null) : null;
      if (block && !block.damaged && block.meta.kind !== "index") found.push(block);
      at += block && !block.damaged ? block.size : 1;
    }
    return found;
  }

  // The block at an offset. One that is not as it was written is marked as damaged, and its description may be wrong.
  async block(at) {
    const { bytes, view } = this;
    if (at + BLOCK_HEAD > bytes.length || view.getUint32(at, true) !== BLOCK_MARK) throw new DamagedError(`there is no block at byte ${at}`);
    const described = view.getUint32(at + 4, true), length = Number(view.getBigUint64(at + 8, true)), from = at + BLOCK_HEAD;
    if (described > MOST_JSON || from + described + length > bytes.length) throw new DamagedError(`the block at byte ${at} has damaged lengths`);
    const content = bytes.subarray(from, from + described), payload = bytes.subarray(from + described, from + described + length);
    if ((this.toHash -= described + length) < 0) throw new DamagedError("its blocks overlap");
    const damaged = digest([content, payload]) !== toHex(bytes.subarray(at + 16, from));
    const { value: meta, length: taken } = await readJson(content, Math.min(MOST_JSON, this.toDescribe));
    this.toDescribe -= taken;
    return { meta, payload, damaged, size: BLOCK_HEAD + described + length };
  }
}
