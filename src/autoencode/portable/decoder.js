"use strict";
// Runs a decoder that `autoencode.portable` exported: a list of steps on row-major arrays.
//
//   const decoder = new Decoder(program, weights);   program: the parsed JSON; weights: a Float32Array
//   decoder.run(code, context)                       a Float32Array of program.shape, overwritten by the next run
//
// All arrays lie in one memory. The one kernel that matters for speed, the product of a matrix with eight columns of
// another, is WebAssembly with SIMD where the browser has that, and plain JavaScript where it has not.

// The product kernel ---------------------------------------------------------------------------------------------------
//
// product(a, b, along, c, m, k): rows of `a` come in groups of four that lie side by side, (m, k, 4); row i of the eight
// columns lies at b + along[i], wherever that is, so that windows of a picture need not be copied; the result `c` is
// (m, 4, 8). Addresses are in bytes, `along` holds 32-bit integers, and m is a number of groups.

function productModule() {
  const number = (n) => { const out = []; do { out.push((n & 127) | (n > 127 ? 128 : 0)); n >>>= 7; } while (n); return out; };
  const signed = (n) => { const out = []; for (;;) { const low = n & 127; n >>= 7; if ((n === 0 && !(low & 64)) || (n === -1 && low & 64)) { out.push(low); return out; } out.push(low | 128); } };
  const list = (items) => [...number(items.length), ...items.flat()];
  const section = (id, bytes) => [id, ...number(bytes.length), ...bytes];
  const word = (text) => list([...text].map((letter) => letter.charCodeAt(0)));
  const get = (i) => [0x20, ...number(i)], set = (i) => [0x21, ...number(i)];
  const simd = (code) => [0xfd, ...number(code)];
  const at = (offset) => [2, ...number(offset)];
  const step = (i, by) => [...get(i), 0x41, ...signed(by), 0x6a, ...set(i)];
  const again = (i, depth) => [...get(i), 0x41, 1, 0x6b, 0x22, ...number(i), 0x0d, ...number(depth)];
  const [A, B, ALONG, C, M, K, NEXT, N] = [0, 1, 2, 3, 4, 5, 6, 7], SUM = 8, LEFT = 16, RIGHT = 17, ROW = 18, AT = 19;
  const zero = [...simd(12), ...Array(16).fill(0)];
  const sums = [0, 1, 2, 3, 4, 5, 6, 7];
  const addOne = (row, half) => [...get(SUM + 2 * row + half), ...get(ROW), ...get(half ? RIGHT : LEFT), ...simd(230), ...simd(228), ...set(SUM + 2 * row + half)];
  const body = [
    0x03, 0x40,
    ...sums.flatMap((i) => [...zero, ...set(SUM + i)]),
    ...get(ALONG), ...set(NEXT), ...get(K), ...set(N),
    0x03, 0x40,
    ...get(B), ...get(NEXT), 0x28, ...at(0), 0x6a, ...set(AT),
    ...get(AT), ...simd(0), ...at(0), ...set(LEFT), ...get(AT), ...simd(0), ...at(16), ...set(RIGHT),
    ...[0, 1, 2, 3].flatMap((row) => [...get(A), ...simd(9), ...at(4 * row), ...set(ROW), ...addOne(row, 0), ...addOne(row, 1)]),
    ...step(A, 16), ...step(NEXT, 4), ...again(N, 0),
    0x0b,
    ...sums.flatMap((i) => [...get(C), ...get(SUM + i), ...simd(11), ...at(16 * i)]),
    ...step(C, 128), ...again(M, 0),
    0x0b, 0x0b,
  ];
  const code = [3, 2, 0x7f, 11, 0x7b, 1, 0x7f, ...body];  // besides the arguments three integers and eleven vectors
  return new Uint8Array([
    0, 0x61, 0x73, 0x6d, 1, 0, 0, 0,
    ...section(1, list([[0x60, 6, 0x7f, 0x7f, 0x7f, 0x7f, 0x7f, 0x7f, 0]])),
    ...section(2, list([[...word("m"), ...word("m"), 2, 0, 1]])),
    ...section(3, list([[0]])),
    ...section(7, list([[...word("product"), 0, 0]])),
    ...section(10, list([[...number(code.length), ...code]])),
  ]);
}

function plainProduct(heap, ints) {
  return (a, b, along, c, m, k) => {
    let place = a >> 2;
    for (let group = 0; group < m; group++) {
      for (let row = 0; row < 4; row++) {
        let s0 = 0, s1 = 0, s2 = 0, s3 = 0, s4 = 0, s5 = 0, s6 = 0, s7 = 0;
        for (let i = 0, w = place + row; i < k; i++, w += 4) {
          const weight = heap[w], x = (b + ints[(along >> 2) + i]) >> 2;
          s0 += weight * heap[x]; s1 += weight * heap[x + 1]; s2 += weight * heap[x + 2]; s3 += weight * heap[x + 3];
          s4 += weight * heap[x + 4]; s5 += weight * heap[x + 5]; s6 += weight * heap[x + 6]; s7 += weight * heap[x + 7];
        }
        const to = (c >> 2) + 32 * group + 8 * row;
        heap[to] = s0; heap[to + 1] = s1; heap[to + 2] = s2; heap[to + 3] = s3;
        heap[to + 4] = s4; heap[to + 5] = s5; heap[to + 6] = s6; heap[to + 7] = s7;
      }
      place += 4 * k;
    }
  };
}

// One value at a time --------------------------------------------------------------------------------------------------

function erf(x) {  // Abramowitz and Stegun, 7.1.26: off by 1.5e-7 at most
  const t = 1 / (1 + 0.3275911 * Math.abs(x));
  const tail = t * (0.254829592 + t * (-0.284496736 + t * (1.421413741 + t * (-1.453152027 + t * 1.061405429))));
  return Math.sign(x) * (1 - tail * Math.exp(-x * x));
}

const sigmoid = (x) => 1 / (1 + Math.exp(-x));
const softplus = (x, beta, threshold) => (x * beta > threshold ? x : Math.log1p(Math.exp(x * beta)) / beta);
const bound = (x, low, high) => Math.min(Math.max(x, low ?? -Infinity), high ?? Infinity);
const gelu = (x) => 0.5 * x * (1 + erf(x * Math.SQRT1_2));

const MAPS = {
  relu: (x) => (x > 0 ? x : 0), sigmoid, tanh: Math.tanh, silu: (x) => x * sigmoid(x), exp: Math.exp, log: Math.log,
  neg: (x) => -x, abs: Math.abs, sqrt: Math.sqrt, rsqrt: (x) => 1 / Math.sqrt(x), erf, reciprocal: (x) => 1 / x,
  log1p: Math.log1p, expm1: Math.expm1, sin: Math.sin, cos: Math.cos, square: (x) => x * x, bitwise_not: (x) => (x ? 0 : 1),
  mish: (x) => x * Math.tanh(softplus(x, 1, 20)), hardsigmoid: (x) => bound(x / 6 + 0.5, 0, 1),
  hardswish: (x) => x * bound(x / 6 + 0.5, 0, 1), leaky_relu: (x, slope) => (x > 0 ? x : slope * x),
  elu: (x, alpha, scale, inner) => scale * (x > 0 ? x : alpha * Math.expm1(inner * x)), softplus,
  hardtanh: bound, clamp: bound, clamp_min: (x, low) => bound(x, low), clamp_max: (x, high) => bound(x, null, high),
  pow: Math.pow, trunc: Math.trunc, gelu,
  gelu_tanh: (x) => 0.5 * x * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (x + 0.044715 * x * x * x))),
};

const PAIRS = {
  add: (a, b, alpha) => a + alpha * b, sub: (a, b, alpha) => a - alpha * b, rsub: (a, b, alpha) => b - alpha * a,
  mul: (a, b) => a * b, div: (a, b) => a / b, max: (a, b) => Math.max(a, b), min: (a, b) => Math.min(a, b), ge: (a, b) => +(a >= b),
  gt: (a, b) => +(a > b), le: (a, b) => +(a <= b), lt: (a, b) => +(a < b),
};

const FOLDS = {
  sum: [0, (sum, x) => sum + x, (sum) => sum], mean: [0, (sum, x) => sum + x, (sum, n) => sum / n],
  amax: [-Infinity, Math.max, (most) => most], amin: [Infinity, Math.min, (least) => least],
  length: [0, (sum, x) => sum + x * x, Math.sqrt],
};

// The steps: each function is called once, with all that is known beforehand, and gives what is done for each picture ----

const STEPS = {
  constant(d, s) {
    const y = d.value(s.out);
    return (context) => y.set(d.weight(s.weight, context));
  },

  map(d, s) {
    const x = d.value(s.in[0]), y = d.value(s.out), f = MAPS[s.f], [p, q, r] = s.p;
    if (s.f === "relu") return () => { for (let i = 0; i < y.length; i++) { const v = x[i]; y[i] = v > 0 ? v : 0; } };
    if (s.f === "silu") return () => { for (let i = 0; i < y.length; i++) { const v = x[i]; y[i] = v / (1 + Math.exp(-v)); } };
    return () => { for (let i = 0; i < y.length; i++) y[i] = f(x[i], p, q, r); };
  },

  pair(d, s) {
    const [a, b] = s.in.map((i) => d.value(i)), y = d.value(s.out), f = PAIRS[s.f], alpha = s.alpha;
    const [da, db] = [a, b].map((each) => +(each.length > 1));  // a single number is repeated
    return () => { for (let i = 0; i < y.length; i++) y[i] = f(a[i * da], b[i * db], alpha); };
  },

  where(d, s) {
    const [test, a, b] = s.in.map((i) => d.value(i)), y = d.value(s.out);
    const [dt, da, db] = [test, a, b].map((each) => +(each.length > 1));
    return () => { for (let i = 0; i < y.length; i++) y[i] = test[i * dt] ? a[i * da] : b[i * db]; };
  },

  gather(d, s) {
    const x = d.value(s.in[0]), y = d.value(s.out), from = new Int32Array(y.length);
    for (let i = 0; i < from.length; i++) {
      let place = s.at;
      for (let axis = s.sides.length - 1, rest = i; axis >= 0; axis--) {
        place += (rest % s.sides[axis]) * s.strides[axis];
        rest = Math.floor(rest / s.sides[axis]);
      }
      from[i] = place;
    }
    return () => { for (let i = 0; i < from.length; i++) y[i] = x[from[i]]; };
  },

  lookup(d, s) {
    const x = d.value(s.in[0]), y = d.value(s.out), { width } = s;
    return (context) => {
      const table = d.weight(s.weight, context);
      for (let i = 0; i < x.length; i++) y.set(table.subarray(x[i] * width, (x[i] + 1) * width), i * width);
    };
  },

  cat(d, s) {
    const parts = s.in.map((i) => d.value(i)), y = d.value(s.out);
    return () => {
      for (let row = 0, at = 0; row < s.outer; row++) {
        parts.forEach((part, i) => {
          y.set(part.subarray(row * s.inner[i], (row + 1) * s.inner[i]), at);
          at += s.inner[i];
        });
      }
    };
  },

  pad(d, s) {
    const x = d.value(s.in[0]), y = d.value(s.out), [left, right, top, bottom] = s.sides;
    const width = s.w + left + right, height = s.h + top + bottom;
    return () => {
      y.fill(0);
      for (let map = 0; map < s.maps; map++) {
        for (let row = 0; row < height; row++) {
          if (row < top || row >= top + s.h) continue;
          for (let i = Math.max(0, left); i < Math.min(width, left + s.w); i++) {
            y[(map * height + row) * width + i] = x[(map * s.h + row - top) * s.w + i - left];
          }
        }
      }
    };
  },

  dense(d, s) {
    const x = d.value(s.in[0]), y = d.value(s.out), { n_in, n_out, rows } = s;
    if (rows > 1) {
      const times = d.matrix(s.weight, n_out, n_in);
      return (context) => {
        const bias = d.weight(s.bias, context);
        times(context, 0, rows, (k, j) => x[j * n_in + k], (i, j, value) => { y[j * n_out + i] = value + bias[i]; });
      };
    }
    return (context) => {
      const weight = d.weight(s.weight, context), bias = d.weight(s.bias, context);
      for (let i = 0, w = 0; i < n_out; i++) {
        let s0 = bias[i], s1 = 0, s2 = 0, s3 = 0, k = 0;
        for (; k + 3 < n_in; k += 4, w += 4) {
          s0 += weight[w] * x[k]; s1 += weight[w + 1] * x[k + 1];
          s2 += weight[w + 2] * x[k + 2]; s3 += weight[w + 3] * x[k + 3];
        }
        for (; k < n_in; k++, w++) s0 += weight[w] * x[k];
        y[i] = s0 + s1 + s2 + s3;
      }
    };
  },

  matmul(d, s) {
    const [a, b] = s.in.map((i) => d.value(i)), y = d.value(s.out), { batch, rows, inner, columns } = s;
    return () => {
      for (let n = 0; n < batch; n++) {
        for (let i = 0; i < rows; i++) {
          for (let j = 0; j < columns; j++) {
            let sum = 0;
            for (let k = 0; k < inner; k++) sum += a[(n * rows + i) * inner + k] * b[(n * inner + k) * columns + j];
            y[(n * rows + i) * columns + j] = sum;
          }
        }
      }
    };
  },

  conv(d, s) {
    const x = d.value(s.in[0]), y = d.value(s.out), { n_in, n_out, groups } = s;
    const [[h, w], [oh, ow], [kh, kw], [sh, sw], [ph, pw], [dh, dw]] = [s.size, s.to, s.kernel, s.stride, s.padding, s.dilation];
    const height = h + 2 * ph, width = w + 2 * pw, own = n_in / groups, pixels = oh * ow, taps = own * kh * kw;
    const padded = d.scratch(n_in * height * width);
    const tap = places([own, kh, kw], [height * width, dh * width, dw]), pixel = places([oh, ow], [sh * width, sw]);
    const times = d.matrix(s.weight, n_out / groups, taps, groups).spread(tap, pixel);
    return (context) => {
      const bias = d.weight(s.bias, context);
      for (let row = 0; row < n_in * h; row++) {
        const map = Math.floor(row / h);
        padded.set(x.subarray(row * w, (row + 1) * w), map * height * width + (ph + row - map * h) * width + pw);
      }
      for (let group = 0; group < groups; group++) {
        const first = (group * n_out) / groups, start = group * own * height * width;
        times(context, group, padded, start, (i, at, count, from, heap) => {
          const b = bias[first + i], to = (first + i) * pixels + at;
          for (let j = 0; j < count; j++) y[to + j] = heap[from + j] + b;
        });
      }
    };
  },

  unconv(d, s) {
    const x = d.value(s.in[0]), y = d.value(s.out), { n_in, n_out, groups } = s;
    const [[h, w], [oh, ow], [kh, kw], [sh, sw], [ph, pw], [dh, dw]] = [s.size, s.to, s.kernel, s.stride, s.padding, s.dilation];
    const own = n_in / groups, out = n_out / groups, pixels = h * w;
    const height = Math.max((h - 1) * sh + dh * (kh - 1) + 1, oh + ph), width = Math.max((w - 1) * sw + dw * (kw - 1) + 1, ow + pw);
    const wide = d.scratch(n_out * height * width);
    const tap = places([out, kh, kw], [height * width, dh * width, dw]), pixel = places([h, w], [sh * width, sw]);
    const channel = places([own], [pixels]), inside = places([pixels], [1]);
    const times = d.matrix(s.weight, out * kh * kw, own, groups).spread(channel, inside);
    return (context) => {
      const bias = d.weight(s.bias, context);
      wide.fill(0);
      for (let group = 0; group < groups; group++) {
        const start = group * out * height * width;
        times(context, group, x, group * own * pixels, (i, at, count, from, heap) => {
          const to = start + tap[i];
          for (let j = 0; j < count; j++) wide[to + pixel[at + j]] += heap[from + j];
        });
      }
      for (let i = 0, to = 0; i < n_out; i++) {
        for (let row = 0; row < oh; row++) {
          let from = (i * height + row + ph) * width + pw;
          for (let column = 0; column < ow; column++) y[to++] = wide[from++] + bias[i];
        }
      }
    };
  },

  norm(d, s) {
    const x = d.value(s.in[0]), y = d.value(s.out), size = y.length / s.rows;
    return (context) => {
      const scale = d.weight(s.scale, context), shift = d.weight(s.shift, context);
      for (let row = 0; row < s.rows; row++) {
        const from = row * size;
        let sum = 0, squares = 0;
        for (let i = from; i < from + size; i++) sum += x[i];
        const mean = sum / size;
        for (let i = from; i < from + size; i++) squares += (x[i] - mean) * (x[i] - mean);
        const factor = 1 / Math.sqrt(squares / size + s.eps);
        for (let i = from; i < from + size; i += s.each) {
          const channel = Math.floor(i / s.each) % s.channels, a = factor * scale[channel], b = shift[channel] - mean * a;
          for (let j = i; j < i + s.each; j++) y[j] = x[j] * a + b;
        }
      }
    };
  },

  affine(d, s) {
    const x = d.value(s.in[0]), y = d.value(s.out);
    return (context) => {
      const scale = d.weight(s.scale, context), shift = d.weight(s.shift, context);
      for (let i = 0; i < y.length; i++) {
        const channel = Math.floor(i / s.each) % s.channels;
        y[i] = x[i] * scale[channel] + shift[channel];
      }
    };
  },

  softmax(d, s) {
    const x = d.value(s.in[0]), y = d.value(s.out), { outer, n, inner } = s;
    return () => {
      for (let i = 0; i < outer * inner; i++) {
        const from = Math.floor(i / inner) * n * inner + (i % inner), end = from + n * inner;
        let most = -Infinity, sum = 0;
        for (let j = from; j < end; j += inner) most = Math.max(most, x[j]);
        for (let j = from; j < end; j += inner) sum += Math.exp(x[j] - most);
        for (let j = from; j < end; j += inner) y[j] = s.log ? x[j] - most - Math.log(sum) : Math.exp(x[j] - most) / sum;
      }
    };
  },

  reduce(d, s) {
    const x = d.value(s.in[0]), y = d.value(s.out);
    if (s.f === "logsumexp") {
      return () => {
        for (let i = 0; i < y.length; i++) {
          const row = x.subarray(i * s.n, (i + 1) * s.n), most = row.reduce((a, b) => Math.max(a, b), -Infinity);
          y[i] = most + Math.log(row.reduce((sum, v) => sum + Math.exp(v - most), 0));
        }
      };
    }
    const [start, add, finish] = FOLDS[s.f];
    return () => {
      for (let i = 0; i < y.length; i++) {
        let folded = start;
        for (let j = i * s.n; j < (i + 1) * s.n; j++) folded = add(folded, x[j]);
        y[i] = finish(folded, s.n);
      }
    };
  },

  resize(d, s) {
    const x = d.value(s.in[0]), y = d.value(s.out), [h, w] = s.size, [oh, ow] = s.to;
    const rows = taps(h, oh, s.scale[0], s.kind), columns = taps(w, ow, s.scale[1], s.kind);
    if (s.kind.startsWith("nearest")) {
      const from = Int32Array.from(columns, ([left]) => left);
      return () => {
        for (let map = 0, to = 0; map < s.maps; map++) {
          for (const [top] of rows) {
            const above = (map * h + top) * w;
            for (let i = 0; i < ow; i++) y[to++] = x[above + from[i]];
          }
        }
      };
    }
    return () => {
      for (let map = 0, to = 0; map < s.maps; map++) {
        for (const [top, bottom, down] of rows) {
          const above = (map * h + top) * w, below = (map * h + bottom) * w;
          for (const [left, right, aside] of columns) {
            const high = x[above + left] + aside * (x[above + right] - x[above + left]);
            const low = x[below + left] + aside * (x[below + right] - x[below + left]);
            y[to++] = high + down * (low - high);
          }
        }
      }
    };
  },
};

// Where the items of an array with these sizes lie, if a step along each axis is so long.
function places(sizes, strides) {
  let at = [0];
  sizes.forEach((length, axis) => {
    at = at.flatMap((start) => Array.from({ length }, (_, i) => start + i * strides[axis]));
  });
  return Int32Array.from(at);
}

// Columns in panels of eight: such that lie side by side, if need be with some of the panel before, or else gathered.
function panelsOf(across) {
  const panels = [];
  for (let at = 0; at < across.length;) {
    let count = 1;
    while (count < 8 && across[at + count] === across[at] + count) count++;
    const skip = 8 - count, direct = at >= skip && across[at - skip] === across[at] - skip;
    if (!direct) count = Math.min(8, across.length - at);
    panels.push({ at, count, skip: direct ? skip : 0, direct });
    at += count;
  }
  return panels;
}

// For each pixel of a resized side the two that it lies between, and how near it is to the second.
function taps(before, after, scale, kind) {
  return Array.from({ length: after }, (_, i) => {
    if (kind.startsWith("nearest")) {
      const only = Math.min(Math.floor((i + (kind === "nearest" ? 0 : 0.5)) * scale), before - 1);
      return [only, only, 0];
    }
    const place = kind === "corners" ? (after > 1 ? (i * (before - 1)) / (after - 1) : 0) : Math.max(0, (i + 0.5) * scale - 0.5);
    const first = Math.min(Math.floor(place), before - 1);
    return [first, Math.min(first + 1, before - 1), place - first];
  });
}

class Decoder {
  constructor(program, weights, { plain = false } = {}) {
    this.program = program;
    this.end = 0;
    // First everything gets its place, then there is the memory, then the steps are made ready.
    this.values = program.sizes.map((size) => this.reserve(size));
    this.constants = this.reserve(weights.length);
    this.ready(program, plain);
    this.heap.set(weights, this.constants >> 2);
    this.panel = this.reserve(8 * this.longest);
    this.inPanel = this.table(Int32Array.from({ length: this.longest }, (_, i) => 8 * i));
    this.result = this.reserve(8 * this.tallest);
    this.steps = program.steps.map((step) => STEPS[step.op](this, step));
    if (this.end > this.heap.byteLength) throw new RangeError("the steps asked for more memory than was reserved");
  }

  // An upper limit of what the steps ask for besides values and weights, so that the memory never grows under them.
  ready(program, plain) {
    let extra = 0;
    this.longest = 8;
    this.tallest = 4;
    for (const step of program.steps) {
      if (step.weight === undefined || step.op === "constant" || step.op === "lookup") continue;
      const [, length, variants] = program.weights[step.weight];
      const rows = step.op === "dense" ? step.n_out : step.op === "conv" ? step.n_out / step.groups : (step.n_out / step.groups) * step.kernel[0] * step.kernel[1];
      const inner = length / rows / (step.groups ?? 1);
      extra += 4 * (rows + 5) * inner * (step.groups ?? 1) * variants + 128;
      if (step.kernel) {
        const [h, w] = [0, 1].map((i) => Math.max(step.size[i], step.to[i]) + 2 * step.padding[i] + step.stride[i] + step.dilation[i] * step.kernel[i]);
        extra += 4 * Math.max(step.n_in, step.n_out) * h * w + 64;
      }
      this.longest = Math.max(this.longest, inner);
      this.tallest = Math.max(this.tallest, rows + 4);
    }
    const bytes = this.end + extra + 36 * this.longest + 32 * this.tallest + 4096;
    this.fast = false;
    if (!plain) {
      try {
        const memory = new WebAssembly.Memory({ initial: Math.ceil(bytes / 65536) });
        const instance = new WebAssembly.Instance(new WebAssembly.Module(productModule()), { m: { m: memory } });
        this.heap = new Float32Array(memory.buffer);
        this.product = instance.exports.product;
        this.fast = true;
      } catch { /* an old browser, or one that forbids WebAssembly */ }
    }
    if (!this.fast) {
      this.heap = new Float32Array(Math.ceil(bytes / 4));
      this.product = plainProduct(this.heap, new Int32Array(this.heap.buffer));
    }
    this.ints = new Int32Array(this.heap.buffer);
  }

  reserve(count) {
    const at = this.end;
    this.end += (4 * count + 15) & ~15;
    return at;
  }

  // Places of numbers, kept in the memory as distances in bytes.
  table(places) {
    const at = this.reserve(places.length);
    places.forEach((place, i) => { this.ints[(at >> 2) + i] = 4 * place; });
    return at;
  }

  scratch(count) {
    const at = this.reserve(count) >> 2;
    return this.heap.subarray(at, at + count);
  }

  value(i) {
    const at = this.values[i] >> 2;
    return this.heap.subarray(at, at + this.program.sizes[i]);
  }

  weight(i, context) {
    const [at, length, variants] = this.program.weights[i], start = (this.constants >> 2) + at + (variants > 1 ? context * length : 0);
    return this.heap.subarray(start, start + length);
  }

  // A constant matrix, made ready for products with eight columns at a time.
  matrix(i, rows, inner, groups = 1) {
    const variants = this.program.weights[i][2], m = Math.ceil(rows / 4), each = m * 4 * inner;
    const start = this.reserve(each * groups * variants), heap = this.heap;
    for (let context = 0; context < variants; context++) {
      const weight = this.weight(i, context);
      for (let group = 0; group < groups; group++) {
        const to = (start >> 2) + (context * groups + group) * each;
        for (let row = 0; row < rows; row++) {
          for (let k = 0; k < inner; k++) heap[to + ((row >> 2) * inner + k) * 4 + (row & 3)] = weight[(group * rows + row) * inner + k];
        }
      }
    }
    const matrixAt = (context, group) => start + 4 * each * ((variants > 1 ? context : 0) * groups + group);

    const times = (context, group, columns, read, write) => {
      const panel = this.panel >> 2, result = this.result >> 2;
      for (let at = 0; at < columns; at += 8) {
        const count = Math.min(8, columns - at);
        for (let k = 0; k < inner; k++) for (let j = 0; j < 8; j++) heap[panel + 8 * k + j] = j < count ? read(k, at + j) : 0;
        this.product(matrixAt(context, group), this.panel, this.inPanel, this.result, m, inner);
        for (let row = 0; row < rows; row++) for (let j = 0; j < count; j++) write(row, at + j, heap[result + 8 * row + j]);
      }
    };

    // The same where the number in row k and column j lies at start + along[k] + across[j]. Where eight columns lie side
    // by side they are read where they are; `skip` columns that were done before are then done again.
    times.spread = (along, across) => {
      const table = this.table(along), panels = panelsOf(across), panel = this.panel >> 2, result = this.result >> 2;
      return (context, group, x, start, write) => {
        const weights = matrixAt(context, group), base = x.byteOffset + 4 * start;
        for (const { at, count, skip, direct } of panels) {
          if (direct) {
            this.product(weights, base + 4 * across[at - skip], table, this.result, m, inner);
          } else {
            for (let k = 0, to = panel; k < inner; k++, to += 8) {
              for (let j = 0; j < 8; j++) heap[to + j] = j < count ? x[start + along[k] + across[at + j]] : 0;
            }
            this.product(weights, this.panel, this.inPanel, this.result, m, inner);
          }
          for (let row = 0; row < rows; row++) write(row, at, count, result + 8 * row + skip, heap);
        }
      };
    };
    return times;
  }

  run(code, context = 0) {
    this.value(0).set(code);
    for (const step of this.steps) step(context);
    return this.value(this.program.output);
  }
}

// Weights as they stand in the page: base64 of float32 or float16, little end first.
function readWeights(text, precision) {
  const letters = atob(text), bytes = new Uint8Array(letters.length);
  for (let i = 0; i < bytes.length; i++) bytes[i] = letters.charCodeAt(i);
  if (precision === "float32") return new Float32Array(bytes.buffer);
  const halves = new Uint16Array(bytes.buffer), out = new Float32Array(halves.length);
  for (let i = 0; i < halves.length; i++) {
    const half = halves[i], sign = half & 0x8000 ? -1 : 1, exponent = (half >> 10) & 31, fraction = half & 1023;
    out[i] = sign * (exponent ? 2 ** (exponent - 15) * (1 + fraction / 1024) : (2 ** -14 * fraction) / 1024);
  }
  return out;
}

// A picture's values as bytes, rounded as autoencode rounds them: to the nearest, and halves to even.
function toBytes(values, bytes = new Uint8ClampedArray(values.length)) {
  for (let i = 0; i < values.length; i++) bytes[i] = Math.fround(Math.min(1, Math.max(0, values[i])) * 255);
  return bytes;
}

if (typeof module !== "undefined") module.exports = { Decoder, readWeights, toBytes };
