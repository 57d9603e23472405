// The ready-made models, from the files of arrays that Python reads, too: a zip archive of .npy files.

const MOST_ARRAYS = 1 << 24;
const ARRAY_TYPES = { "<i2": Int16Array, "<i4": Int32Array, "|u1": Uint8Array };

async function readArrays(bytes) {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length), found = {};
  let end = bytes.length - 22;
  while (end >= 0 && view.getUint32(end, true) !== 0x06054b50) end--;
  if (end < 0) throw new DamagedError("the ready-made model is damaged");
  let at = view.getUint32(end + 16, true);
  for (let left = view.getUint16(end + 10, true); left; left--) {
    const [method, size, nameLength, extra, comment, local] = [
      view.getUint16(at + 10, true), view.getUint32(at + 20, true), view.getUint16(at + 28, true), view.getUint16(at + 30, true),
      view.getUint16(at + 32, true), view.getUint32(at + 42, true),
    ];
    const name = new TextDecoder().decode(bytes.subarray(at + 46, at + 46 + nameLength)).replace(/\.npy$/, "");
    const from = local + 30 + view.getUint16(local + 26, true) + view.getUint16(local + 28, true), content = bytes.subarray(from, from + size);
    found[name] = arrayOf(method ? await inflate(content, "deflate-raw", MOST_ARRAYS) : content.slice());
    at += 46 + nameLength + extra + comment;
  }
  return found;
}

// The numbers of a .npy file, row by row.
function arrayOf(content) {
  const view = new DataView(content.buffer, content.byteOffset, content.length), length = view.getUint16(8, true);
  const header = new TextDecoder().decode(content.subarray(10, 10 + length));
  const [, type] = /'descr': '([^']*)'/.exec(header), [, sides] = /'shape': \(([^)]*)\)/.exec(header);
  const numbers = new ARRAY_TYPES[type](content.slice(10 + length).buffer);
  const [rows, columns] = sides.split(",").map(Number);
  if (!header.includes("'fortran_order': True") || !columns) return numbers;
  return numbers.map((_, i) => numbers[(i % columns) * rows + Math.floor(i / columns)]);
}

// The codecs of both models, and the digests by which a file names them.
class Models {
  static async load(lossless, lossy, options) {
    const models = new Models(), arrays = await readArrays(lossless), name = digest([lossless]), memory = new NetworkMemory(options);
    models.fast = new LosslessCodec(predictorsOf(arrays, (key, linear) => new FastPredictor(linear, arrays[`steps${key}`], arrays[`tails${key}`])));
    models.small = new LosslessCodec(predictorsOf(arrays, (key, linear) => new SmallPredictor(linear, networkOf(arrays, key, memory))));
    models.lossy = new LossyCodec(contextsOf(await readArrays(lossy)), models.fast);
    models.names = { fast: name, small: name, lossy: digest([lossy]) + name };
    return models;
  }

  // Decodes a picture that is known, in the profile that the page was made for: a browser that computes other numbers is found out.
  check(probe) {
    this.probe = probe;
    const payload = fromBase64(probe.payload), codec = isWhole(probe.quality) ? this.lossy : this[probe.profile];
    if (digest(codec.decode(payload, [probe.shape])) !== probe.digest) {
      throw new DamagedError("this browser computes other numbers with the model than the computer that wrote the page: nothing is shown, as it would be wrong");
    }
  }

  // The codec that a file with this header needs.
  codecOf({ codec, profile, quality, model, probe }) {
    if (codec !== "photographs") throw new DamagedError("it needs the trained model that compressed it, which a page cannot hold");
    const kind = isWhole(quality) ? "lossy" : profile;
    if (!["fast", "small", "lossy"].includes(kind)) throw new DamagedError("it was compressed with a profile that this page has not");
    if (model !== this.names[kind]) throw new DamagedError("it was compressed with another version of the ready-made model than this page holds");
    if (this.probe?.profile === profile && this.probe.name !== probe) {
      throw new DamagedError("the computer that compressed it computed other numbers with the model: nothing is shown, as it would be wrong");
    }
    return this[kind];
  }
}

function predictorsOf(arrays, make) {
  const keys = Object.keys(arrays).filter((name) => name.startsWith("weights")).map((name) => name.slice("weights".length));
  return Object.fromEntries(keys.map((key) => [key, make(key, new Linear(arrays[`weights${key}`], arrays[`activity${key}`]))]));
}

function networkOf(arrays, key, memory) {
  return new Network([0, 1, 2].map((layer) => ({ weights: arrays[`layer${key}_${layer}`], biases: arrays[`bias${key}_${layer}`] })), memory);
}

function contextsOf(arrays) {
  const keys = Object.keys(arrays).filter((name) => name.startsWith("activity")).map((name) => name.slice("activity".length));
  return Object.fromEntries(keys.map((key) => [key, { activity: arrays[`activity${key}`], steps: arrays[`steps${key}`], tails: arrays[`tails${key}`] }]));
}
