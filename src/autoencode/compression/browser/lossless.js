// Photographs without loss: each pass's distributions from what is known around its pixels. See lossless.py, linear.py
// and network.py.

const WEIGHT_BITS = 10, AROUND_BITS = 2, OWN = 12, NEAREST = 4, OTHERS = 8, BINS = 64;
const MOST_INPUT = 127, MOST_HIDDEN = 2047, NETWORK_BITS = 8, INPUT_BITS = 5, HIDDEN_BITS = 7, SIZE_BITS = 10;
const OUTPUT_BITS = HIDDEN_BITS + NETWORK_BITS, EXACT = 1 << 24;
const LEVELS = 3, PREDICTION_SHIFT = 9;

// Four times log2 of a whole number, plus 1, by comparing fourth powers.
const BINS_OF = (() => {
  const table = new Uint8Array(1 << 15);
  let bin = 0;
  for (let value = 1; value < table.length; value++) {
    while (BigInt(value) ** 4n >= 1n << BigInt(bin + 1)) bin++;
    table[value] = Math.min(bin + 1, BINS - 1);
  }
  return table;
})();
const COMPANDED = (() => {
  const table = new Uint8Array(1 << 9);
  let value = 0;
  for (let x = 0; x < table.length; x++) {
    while (value < MOST_INPUT && BigInt(8 + x) ** 24n >= 8n ** 24n << BigInt(value + 1)) value++;
    table[x] = value;
  }
  return table;
})();
const SIZES = Int32Array.from({ length: BINS }, (_, bin) => 16 * powerOfTwo(bin >> 2) * [1, 1.189, 1.414, 1.682][bin & 3] + 0.5);
const RATIOS = SIZES.map((size) => Math.floor((1 << 20) / size));
const SIZE_STEPS = Int32Array.from({ length: BINS }, (_, bin) => (
  ((((bin >> 2) + 4 - SIZE_BITS - SMALLEST) * 4 + (bin & 3)) * STEPS_PER_OCTAVE * (1 << OUTPUT_BITS)) >> 2
));

const binOf = (activity) => BINS_OF[Math.min(activity >> AROUND_BITS, BINS_OF.length - 1) & 0x7fff];

// What a linear predictor says of the pixels of a pass: predictions in eighths, and bins of what goes on around.
class Linear {
  constructor(weights, activity) {
    this.weights = Int32Array.from(weights);
    this.activity = Int32Array.from(activity);
  }

  apply(grid, step, channel, predictions, bins) {
    const offsets = new Int32Array(OWN);
    let at = 0;
    grid.rows(step, (start, columns, row) => {
      for (let i = 0; i < OWN; i++) offsets[i] = step.known[i][0] * row + step.known[i][1];
      linearRow(grid.planes, channel, offsets, this.weights, this.activity, start, columns, predictions, bins, at);
      at += columns;
    });
  }
}

// Without a branch, which a processor could not predict.
const absolute = (x) => (x ^ (x >> 31)) - (x >> 31);

function linearRow(planes, channel, offsets, weights, activity, start, columns, predictions, bins, at) {
  const plane = planes[channel], [o0, o1, o2, o3] = offsets, end = start + 2 * columns;
  for (let p = start; p < end; p += 2, at++) {
    const base = plane[p + o0] + plane[p + o1] + plane[p + o2] + plane[p + o3];
    let total = 0, around = 0;
    for (let i = 0; i < OWN; i++) {
      const part = (plane[p + offsets[i]] << 2) - base;
      total = (total + Math.imul(part, weights[i])) | 0;
      around = (around + Math.imul(absolute(part), activity[i])) | 0;
    }
    for (let other = 0; other < channel; other++) {
      const q = planes[other], part = (q[p] << 2) - (q[p + o0] + q[p + o1] + q[p + o2] + q[p + o3]);
      total = (total + Math.imul(part, weights[OWN + other])) | 0;
      around = (around + Math.imul(absolute(part), activity[OWN + other])) | 0;
    }
    predictions[at] = 2 * base + ((total + (1 << PREDICTION_SHIFT >> 1)) >> PREDICTION_SHIFT);
    bins[at] = binOf(around);
  }
}

// Chooses whole numbers that residuals count from, and tables, from predictions in eighths.
function placeAll(count, predictions, steps, tails, whole, which) {
  const { first, phaseBits } = ladder();
  for (let i = 0; i < count; i++) {
    const step = steps[i], bits = phaseBits[step], shift = 3 - bits;
    const rounded = (predictions[i] + ((1 << shift) >> 1)) >> shift, floor = rounded >> bits;
    whole[i] = floor;
    which[i] = first[step] + (tails[i] << bits) + rounded - (floor << bits);
  }
}

class FastPredictor {
  constructor(linear, steps, tails) {
    Object.assign(this, { linear, steps, tails });
  }

  place(grid, step, channel, count, whole, which) {
    const predictions = new Int32Array(count), bins = new Uint8Array(count);
    this.linear.apply(grid, step, channel, predictions, bins);
    placeAll(count, predictions, bins.map((bin) => this.steps[bin]), bins.map((bin) => this.tails[bin]), whole, which);
  }
}

// A linear prediction that a network of whole numbers corrects; the network gives the distribution, too.
class SmallPredictor {
  constructor(linear, network) {
    Object.assign(this, { linear, network });
  }

  place(grid, step, channel, count, whole, which) {
    const predictions = new Int32Array(count), bins = new Uint8Array(count), steps = new Uint8Array(count), tails = new Uint8Array(count);
    this.linear.apply(grid, step, channel, predictions, bins);
    const { inputs, width } = this.network, offsets = new Int32Array(step.known.length);
    let done = 0, filled = 0;
    const flush = () => {
      const outputs = this.network.apply(filled);
      for (let i = 0; i < filled; i++, done++) this.use(outputs, 4 * i, done, predictions, bins, steps, tails);
      filled = 0;
    };
    grid.rows(step, (start, columns, row) => {
      step.known.forEach(([dy, dx], i) => { offsets[i] = dy * row + dx; });
      for (let x = 0; x < columns;) {
        const some = Math.min(columns - x, NETWORK_CHUNK - filled);
        fillInputs(inputs, filled * width, width, grid.planes, channel, start + 2 * x, some, offsets, predictions, bins, done + filled);
        x += some;
        filled += some;
        if (filled === NETWORK_CHUNK) flush();
      }
    });
    if (filled) flush();
    placeAll(count, predictions, steps, tails, whole, which);
  }

  use(outputs, from, at, predictions, bins, steps, tails) {
    const bin = bins[at], shift = OUTPUT_BITS + SIZE_BITS - 3;
    predictions[at] += Math.floor((outputs[from] * SIZES[bin] + 2 ** (shift - 1)) / 2 ** shift);
    const wide = (STEPS_PER_OCTAVE * outputs[from + 1] + SIZE_STEPS[bin] + (1 << OUTPUT_BITS >> 1)) >> OUTPUT_BITS;
    steps[at] = Math.min(Math.max(wide, 0), SCALES - 1);
    tails[at] = Math.min(Math.max((outputs[from + 2] + (1 << OUTPUT_BITS >> 1)) >> OUTPUT_BITS, 0), TAILS.length - 1);
  }
}

// Of so many pixels of a row: neighbours relative to what goes on around, how much that is, and how bright it is.
function fillInputs(inputs, to, width, planes, channel, start, count, offsets, predictions, bins, at) {
  for (let i = 0, p = start; i < count; i++, p += 2, to += width, at++) {
    const middle = (predictions[at] + 4) >> 3, ratio = RATIOS[bins[at]];
    compand(inputs, to, planes[channel], p, offsets, offsets.length, middle, ratio);
    let next = to + offsets.length;
    for (let other = 0; other < channel; other++, next += OTHERS) compand(inputs, next, planes[other], p, offsets, OTHERS, planes[other][p], ratio);
    inputs[next] = 2 * bins[at] - BINS;
    inputs[next + 1] = Math.min(Math.max(middle, -255), 255) >> 1;
  }
}

function compand(inputs, to, plane, p, offsets, count, middle, ratio) {
  for (let i = 0; i < count; i++) {
    const difference = plane[p + offsets[i]] - middle, sign = difference >> 31;
    const scaled = Math.imul((difference ^ sign) - sign, ratio) >>> 8;
    inputs[to + i] = (COMPANDED[scaled < 511 ? scaled : 511] ^ sign) - sign;
  }
}

// Grey or YCoCg-R to bytes, (height, width, channels): see colours.py.
function toPixels({ channels, height, width, planes }) {
  const count = height * width, pixels = new Uint8Array(channels * count);
  if (channels === 1) return pixels.map((_, i) => planes[i]);
  for (let i = 0; i < count; i++) {
    const greenness = planes[2 * count + i], orange = planes[count + i], middle = planes[i] - (greenness >> 1);
    const blue = middle - (orange >> 1);
    pixels[3 * i] = blue + orange;
    pixels[3 * i + 1] = greenness + middle;
    pixels[3 * i + 2] = blue;
  }
  return pixels;
}

const emptyPicture = ([height, width, channels = 1]) => ({ channels, height, width, planes: new Int32Array(channels * height * width) });
const valuesOf = (shape) => shape.reduce((product, side) => product * side, 1);
const sum = (numbers) => numbers.reduce((total, number) => total + number, 0);

class LosslessCodec {
  constructor(predictors) {
    this.predictors = predictors;
  }

  // The pixels of each picture, (height, width) or (height, width, 3).
  decode(payload, shapes) {
    const decoder = new LaneDecoder(payload, lanesFor(sum(shapes.map(valuesOf)))), pictures = shapes.map(emptyPicture);
    this.popPlanes(decoder, pictures);
    decoder.checkEnd();
    return pictures.map(toPixels);
  }

  popPlanes(decoder, pictures) {
    this.popCoarsest(decoder, pictures);
    const strides = pictures.map(stridesOf), longest = strides.reduce((a, b) => (b.length > a.length ? b : a));
    for (const stride of longest) {
      const grid = new Grid(pictures.filter((_, i) => strides[i].includes(stride)), stride);
      PASSES.forEach((step, number) => this.popPass(decoder, grid, step, number));
      grid.finish();
    }
  }

  popCoarsest(decoder, pictures) {
    const known = pictures.map((picture) => 2 * (stridesOf(picture)[0] ?? 0.5));
    const values = ladder().popRaw(decoder, sum(pictures.map(({ channels, height, width }, i) => (
      channels * Math.ceil(height / known[i]) * Math.ceil(width / known[i])
    ))));
    let at = 0;
    pictures.forEach(({ channels, height, width, planes }, i) => {
      for (let channel = 0; channel < channels; channel++) {
        for (let y = 0; y < height; y += known[i]) {
          for (let x = 0; x < width; x += known[i]) planes[(channel * height + y) * width + x] = values[at++];
        }
      }
    });
  }

  popPass(decoder, grid, step, number) {
    const count = grid.count(step), whole = new Int32Array(count), which = new Int32Array(count);
    const level = Math.min(Math.log2(grid.stride), LEVELS - 1);
    grid.planes.forEach((_, channel) => {
      this.predictors[`${level}${number}${channel}`].place(grid, step, channel, count, whole, which);
      ladder().pop(decoder, which, whole, count);
      grid.put(channel, step, whole);
    });
  }
}
