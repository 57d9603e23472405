// Distributions of whole numbers around a prediction, and the coder that pops them: see ladder.py and lanes.py.

const PRECISION = 16, LOWEST = 1 << PRECISION;
const SCALES = 36, STEPS_PER_OCTAVE = 3, SMALLEST = -5;
const TAILS = [0.01, 0.034, 0.117, 0.4], TAIL_WIDTH = 3;
const ROOTS = [1, 1.2599210498948732, 1.5874010519681994];
const PHASES = 8, MOST_REACH = 320, RAW_BITS = 6, ESCAPE_BITS = 11;
const BUCKET_BITS = 10;

const SIXTEENTHS_PER_NAT = 23.083120654223414;
const SIXTEENTH_HIGH = 0.04332166910171509, SIXTEENTH_LOW = 2.9683281493947953e-08;
const POWERS = [
  1, 1.0442737824274138, 1.0905077326652577, 1.1387886347566916, 1.189207115002721, 1.241857812073484, 1.2968395546510096,
  1.3542555469368927, 1.4142135623730951, 1.4768261459394993, 1.5422108254079407, 1.6104903319492543, 1.681792830507429,
  1.7562521603732995, 1.8340080864093424, 1.9152065613971474,
];
const TAYLOR = [1 / 120, 1 / 24, 1 / 6, 0.5, 1];
const powerWords = new Int32Array(2), powerValue = new Float64Array(powerWords.buffer);

// 2 to a whole power from -1022 to 1023, by its bits: a library's power might have others.
function powerOfTwo(exponent) {
  powerWords[1] = (exponent + 1023) << 20;
  return powerValue[0];
}

// e to the power of x by operations whose bits IEEE 754 fixes, in the order of exact_functions.py.
function exactExp(x) {
  x = Math.min(Math.max(x, -700), 700);
  const sixteenths = Math.floor(x * SIXTEENTHS_PER_NAT + 0.5);
  const r = (x - sixteenths * SIXTEENTH_HIGH) - sixteenths * SIXTEENTH_LOW;
  let y = r * (1 / 720);
  for (const coefficient of TAYLOR) {
    y += coefficient;
    y *= r;
  }
  y += 1;
  return y * POWERS[sixteenths & 15] * powerOfTwo(sixteenths >> 4);
}

const sigmoid = (x) => 1 / (1 + exactExp(-x));
const scaleOf = (step) => powerOfTwo(SMALLEST + Math.floor(step / STEPS_PER_OCTAVE)) * ROOTS[step % STEPS_PER_OCTAVE];
const phasesOf = (scale) => (scale < 1.5 ? PHASES : scale < 4 ? 4 : 1);
const reachOf = (scale) => Math.min(MOST_REACH, Math.ceil(24 * scale) + 3);

// Cumulative frequencies of -reach, ..., reach and the escape.
function cumulativeOf(scale, tail, middle, reach) {
  const room = (1 << PRECISION) - (2 * reach + 2), found = [0];
  const below = (edge) => {
    const share = (1 - tail) * sigmoid(edge / scale) + tail * sigmoid(edge / (TAIL_WIDTH * scale));
    return Math.floor(share * room);
  };
  let before = below(-reach - (0.5 + middle));
  for (let value = -reach + 1; value <= reach + 1; value++) {
    const next = below(value - (0.5 + middle));
    found.push(found[found.length - 1] + next - before + 1);
    before = next;
  }
  return [...found, 1 << PRECISION];
}

class Ladder {
  constructor() {
    const tables = [], reaches = [], scales = Array.from({ length: SCALES }, (_, step) => scaleOf(step));
    this.first = new Int32Array(SCALES);
    this.phaseBits = Uint8Array.from(scales, (scale) => Math.log2(phasesOf(scale)));
    for (let step = 0; step < SCALES; step++) {
      const phases = phasesOf(scales[step]), reach = reachOf(scales[step]);
      this.first[step] = tables.length;
      for (const tail of TAILS) {
        for (let phase = 0; phase < phases; phase++) {
          tables.push(cumulativeOf(scales[step], tail, phase / phases, reach));
          reaches.push(reach);
        }
      }
    }
    this.reach = Int32Array.from(reaches);
    this.start = new Int32Array(tables.length);
    tables.forEach((table, i) => { this.start[i] = i ? this.start[i - 1] + tables[i - 1].length : 0; });
    this.cumulative = Int32Array.from(tables.flat());
    this.buckets = this.makeBuckets(tables);
  }

  // Where the search begins: the place of the symbol that holds the first slot of each bucket.
  makeBuckets(tables) {
    const buckets = new Int32Array(tables.length << BUCKET_BITS);
    tables.forEach((table, number) => {
      let symbol = 0;
      for (let bucket = 0; bucket < 1 << BUCKET_BITS; bucket++) {
        while (table[symbol + 1] <= bucket << (PRECISION - BUCKET_BITS)) symbol++;
        buckets[(number << BUCKET_BITS) | bucket] = this.start[number] + symbol;
      }
    });
    return buckets;
  }

  // The table of a distribution whose prediction is a whole number.
  tableAt(step, tail) {
    return this.first[step] + (tail << this.phaseBits[step]);
  }

  // Adds the residuals of the tables `which` to `values`.
  pop(decoder, which, values, count) {
    const escaped = decoder.pop(this, which, values, count);
    if (!escaped.length) return;
    const raw = this.popRaw(decoder, escaped.length);
    escaped.forEach((place, i) => { values[place] += raw[i]; });
  }

  // Values without a distribution.
  popRaw(decoder, count) {
    const found = decoder.popUniform(count), low = decoder.popUniform(count);
    for (let i = 0; i < count; i++) found[i] = (found[i] << RAW_BITS) + low[i] - (1 << ESCAPE_BITS);
    return found;
  }
}

let theLadder = null;
const ladder = () => (theLadder ??= new Ladder());

const lanesFor = (symbols) => Math.min(1024, Math.max(1, Math.floor(symbols / 4096)));

// Interleaved stacks of symbols that share one row of 16-bit words.
class LaneDecoder {
  constructor(payload, lanes) {
    if (payload.length < 4 * lanes || payload.length % 2) throw new DamagedError("a block of a picture is too short");
    const view = new DataView(payload.buffer, payload.byteOffset, payload.length);
    this.states = Uint32Array.from({ length: lanes }, (_, i) => view.getUint32(4 * i, true));
    if (this.states.some((state) => state < LOWEST)) throw new DamagedError("a block of a picture begins with a state out of its range");
    this.words = Uint16Array.from({ length: payload.length / 2 - 2 * lanes }, (_, i) => view.getUint16(4 * lanes + 2 * i, true));
    this.at = 0;
  }

  // Adds the residuals to `values`, and gives the places of those that escape.
  pop({ cumulative, buckets, start, reach }, which, values, count) {
    const { states, words } = this, lanes = states.length, escaped = [];
    let at = this.at;
    for (let i = 0, lane = 0; i < count; i++) {
      const state = states[lane], slot = state & 65535, table = which[i];
      let place = buckets[(table << BUCKET_BITS) | (slot >>> (PRECISION - BUCKET_BITS))];
      while (cumulative[place + 1] <= slot) place++;
      const from = cumulative[place];
      let next = (Math.imul(cumulative[place + 1] - from, state >>> PRECISION) + slot - from) >>> 0;
      if (next < LOWEST) next = ((next << PRECISION) | words[at++]) >>> 0;
      states[lane] = next;
      const symbol = place - start[table], most = reach[table];
      if (symbol > 2 * most) escaped.push(i);
      else values[i] += symbol - most;
      if (++lane === lanes) lane = 0;
    }
    this.moveTo(at);
    return escaped;
  }

  popUniform(count) {
    const { states, words } = this, lanes = states.length, found = new Int32Array(count), width = 1 << (PRECISION - RAW_BITS);
    let at = this.at;
    for (let i = 0, lane = 0; i < count; i++) {
      const state = states[lane], slot = state & 65535, symbol = slot >>> (PRECISION - RAW_BITS);
      let next = (Math.imul(width, state >>> PRECISION) + slot - symbol * width) >>> 0;
      if (next < LOWEST) next = ((next << PRECISION) | words[at++]) >>> 0;
      states[lane] = next;
      found[i] = symbol;
      if (++lane === lanes) lane = 0;
    }
    this.moveTo(at);
    return found;
  }

  // Words beyond the end read as zeros until here.
  moveTo(at) {
    if (at > this.words.length) throw new DamagedError("a block of a picture ends too early");
    this.at = at;
  }

  checkEnd() {
    if (this.at !== this.words.length || this.states.some((state) => state !== LOWEST)) {
      throw new DamagedError("a block of a picture holds other symbols than it should");
    }
  }
}
