// A small network of whole numbers: each sum is below 2^24, which is checked. See network.py.
//
// layer(inputs, weights, biases, outputs, pixels, pairs, shift): of each pixel, so many pairs of 16-bit numbers. Weights are
// (pairs, outputs, 2), so that one of WebAssembly's instructions multiplies a pair of inputs by the weights of four outputs.
// Addresses are in bytes. A hidden layer shifts its sums to the right and clips them to 0 .. 2047, as 16-bit numbers; the last
// one gives its four sums, 32 bits each. A browser without WebAssembly computes the same in plain JavaScript.

const NETWORK_CHUNK = 128;

// The WebAssembly of a layer of 4 x `vectors` outputs.
function layerModule(vectors, isLast) {
  const number = (n) => { const out = []; do { out.push((n & 127) | (n > 127 ? 128 : 0)); n >>>= 7; } while (n); return out; };
  const list = (items) => [...number(items.length), ...items.flat()];
  const section = (id, bytes) => [id, ...number(bytes.length), ...bytes];
  const word = (text) => list([...text].map((letter) => letter.charCodeAt(0)));
  const get = (i) => [0x20, ...number(i)], set = (i) => [0x21, ...number(i)], simd = (code) => [0xfd, ...number(code)];
  const load = (offset) => [...simd(0), 2, ...number(offset)], store = (offset) => [...simd(11), 2, ...number(offset)];
  const step = (i, by) => [...get(i), 0x41, ...signedNumber(by), 0x6a, ...set(i)];
  const again = (i) => [...get(i), 0x41, 1, 0x6b, 0x22, ...number(i), 0x0d, 0];
  const [INPUTS, WEIGHTS, BIASES, OUTPUTS, PIXELS, PAIRS, SHIFT, AT, LEFT, PAIR, SUM] = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10];
  const LOAD_SPLAT = [...simd(9), 2, 0], DOT = simd(186), ADD = simd(174), SHIFT_RIGHT = simd(172), NARROW = simd(133), MIN = simd(150), MAX = simd(152);
  const shorts = (value) => [...simd(12), ...Array(8).fill([value & 255, value >> 8]).flat()];
  const sums = Array.from({ length: vectors }, (_, i) => i), shifted = (i) => [...get(SUM + i), ...get(SHIFT), ...SHIFT_RIGHT];
  const hidden = sums.filter((i) => i % 2 === 0).flatMap((i) => [
    ...get(OUTPUTS), ...shifted(i), ...shifted(i + 1), ...NARROW, ...shorts(0), ...MAX, ...shorts(MOST_HIDDEN), ...MIN, ...store(8 * i),
  ]);
  const body = [
    0x03, 0x40,
    ...sums.flatMap((i) => [...get(BIASES), ...load(16 * i), ...set(SUM + i)]),
    ...get(WEIGHTS), ...set(AT), ...get(PAIRS), ...set(LEFT),
    0x03, 0x40,
    ...get(INPUTS), ...LOAD_SPLAT, ...set(PAIR),
    ...sums.flatMap((i) => [...get(PAIR), ...get(AT), ...load(16 * i), ...DOT, ...get(SUM + i), ...ADD, ...set(SUM + i)]),
    ...step(INPUTS, 4), ...step(AT, 16 * vectors), ...again(LEFT),
    0x0b,
    ...(isLast ? sums.flatMap((i) => [...get(OUTPUTS), ...get(SUM + i), ...store(16 * i)]) : hidden),
    ...step(OUTPUTS, (isLast ? 16 : 8) * vectors), ...again(PIXELS),
    0x0b, 0x0b,
  ];
  const code = [2, 2, 0x7f, ...number(1 + vectors), 0x7b, ...body];  // besides the arguments two integers, and vectors
  return new Uint8Array([
    0, 0x61, 0x73, 0x6d, 1, 0, 0, 0,
    ...section(1, list([[0x60, 7, ...Array(7).fill(0x7f), 0]])),
    ...section(2, list([[...word("m"), ...word("m"), 2, 0, 1]])),
    ...section(3, list([[0]])),
    ...section(7, list([[...word("layer"), 0, 0]])),
    ...section(10, list([[...number(code.length), ...code]])),
  ]);
}

function signedNumber(n) {
  const out = [];
  for (; n > 63; n >>= 7) out.push((n & 127) | 128);
  return [...out, n];
}

function plainLayer(shorts, ints, vectors, isLast) {
  const outputs = 4 * vectors;
  return (inputs, weights, biases, results, pixels, pairs, shift) => {
    for (let pixel = 0; pixel < pixels; pixel++) {
      for (let o = 0; o < outputs; o++) {
        let total = ints[(biases >> 2) + o], from = (inputs >> 1) + 2 * pairs * pixel, weight = (weights >> 1) + 2 * o;
        for (let pair = 0; pair < pairs; pair++, from += 2, weight += 2 * outputs) {
          total += Math.imul(shorts[from], shorts[weight]) + Math.imul(shorts[from + 1], shorts[weight + 1]);
        }
        if (isLast) ints[(results >> 2) + outputs * pixel + o] = total;
        else shorts[(results >> 1) + outputs * pixel + o] = Math.max(0, Math.min(MOST_HIDDEN, total >> shift));
      }
    }
  };
}

// The kernels and the one memory of all networks: `plain` does without WebAssembly.
class NetworkMemory {
  constructor({ plain = false } = {}) {
    this.memory = plain || typeof WebAssembly === "undefined" ? null : new WebAssembly.Memory({ initial: 64 });
    this.buffer = this.memory ? this.memory.buffer : new ArrayBuffer(1 << 22);
    Object.assign(this, { shorts: new Int16Array(this.buffer), ints: new Int32Array(this.buffer), end: 0, kernels: {} });
  }

  take(bytes) {
    const start = this.end;
    this.end += (bytes + 15) & ~15;
    if (this.end > this.buffer.byteLength) throw new DamagedError("the ready-made model is too large");
    return start;
  }

  kernel(vectors, isLast) {
    return (this.kernels[`${vectors} ${isLast}`] ??= this.compiled(vectors, isLast) ?? plainLayer(this.shorts, this.ints, vectors, isLast));
  }

  compiled(vectors, isLast) {
    if (!this.memory) return null;
    try {
      return new WebAssembly.Instance(new WebAssembly.Module(layerModule(vectors, isLast)), { m: { m: this.memory } }).exports.layer;
    } catch {
      return null;  // a browser without vectors of WebAssembly, or one that forbids it
    }
  }
}

class Network {
  // Layers are { weights: (outputs, inputs) row by row, biases }, `memory` is shared with other networks.
  constructor(layers, memory) {
    layers.forEach(checkExact);
    this.memory = memory;
    this.layers = layers.map((layer, i) => placed(layer, memory, i === layers.length - 1));
    this.width = 2 * this.layers[0].pairs;
    const [most] = this.layers.map(({ pairs }) => pairs).sort((a, b) => b - a);
    memory.rows ??= [0, 1].map(() => memory.take(NETWORK_CHUNK * 4 * 64));
    if (most > 64) throw new DamagedError("the ready-made model is too large");
    this.inputs = memory.shorts.subarray(memory.rows[0] / 2);
  }

  // From `inputs` of so many pixels to four outputs each.
  apply(count) {
    const [one, two] = this.memory.rows;
    this.layers.forEach(({ weights, biases, pairs, run }, i) => {
      run(i % 2 ? two : one, weights, biases, i % 2 ? one : two, count, pairs, NETWORK_BITS + (i ? 0 : INPUT_BITS - HIDDEN_BITS));
    });
    const start = (this.layers.length % 2 ? two : one) / 4;
    return this.memory.ints.subarray(start, start + 4 * count);
  }
}

// A layer in memory, its outputs made up to a multiple of eight (of four for the last one) by zeros.
function placed({ weights, biases }, memory, isLast) {
  const width = weights.length / biases.length, pairs = Math.ceil(width / 2), vectors = isLast ? Math.ceil(biases.length / 4) : 2 * Math.ceil(biases.length / 8);
  const outputs = 4 * vectors, at = { weights: memory.take(4 * pairs * outputs), biases: memory.take(4 * outputs) };
  for (let o = 0; o < biases.length; o++) {
    memory.ints[at.biases / 4 + o] = biases[o];
    for (let i = 0; i < width; i++) memory.shorts[at.weights / 2 + 2 * ((i >> 1) * outputs + o) + (i & 1)] = weights[o * width + i];
  }
  return { ...at, pairs, run: memory.kernel(vectors, isLast) };
}

function checkExact({ weights, biases }, number) {
  const width = weights.length / biases.length;
  biases.forEach((bias, o) => {
    const row = weights.subarray(o * width, (o + 1) * width);
    const above = row.reduce((total, weight) => total + Math.max(weight, 0), 0), below = row.reduce((total, weight) => total + Math.max(-weight, 0), 0);
    const most = number ? Math.max(above, below) * MOST_HIDDEN : (above + below) * MOST_INPUT;
    if (most + Math.abs(bias) >= EXACT) throw new DamagedError("the ready-made model has weights that are too large");
  });
}
