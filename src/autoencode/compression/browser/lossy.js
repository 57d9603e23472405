// Photographs with loss: whole numbers of wavelet coefficients, coded from what is known around them. See lossy.py,
// coefficients.py and wavelet.py. A band of a picture lies in memory with a border of 1 around.

const LIFTING = [-1.586134342059924, -0.052980118572961, 0.882911075530934, 0.443506852043971], GAIN = 1.149604398860241;
const MOST_LEVELS = 4, MODELLED_LEVELS = 3, SHRINK = 0.06, SPARSE = 4, LN_2 = 0.6931471805599453;
const COLOURS = [
  [0.5773502691896257, 0.5773502691896257, 0.5773502691896257],
  [0.7071067811865476, 0, -0.7071067811865476],
  [0.408248290463863, -0.816496580927726, 0.408248290463863],
];
const BAND_PHASES = [[0, 0], [1, 1], [0, 1], [1, 0]], KINDS = [[0, 1], [1, 0], [1, 1]];
const ACROSS = [[0, -1], [0, 1], [-1, 0], [1, 0]], DIAGONAL = [[-1, -1], [-1, 1], [1, -1], [1, 1]];
const KNOWN_BEFORE = [[], DIAGONAL, ACROSS, [...ACROSS, ...DIAGONAL]];

const halves = (side, times) => (times ? halves((side + 1) >> 1, times - 1) : side);
const levelsOf = ({ height, width }) => Math.max(0, Math.min(MOST_LEVELS, 32 - Math.clz32(Math.min(height, width)) - 3));
const stepOf = (quality) => 2 * exactExp((100 - quality) * (LN_2 / 12));

// One kind of differences of one picture at one level, of all channels.
class Band {
  constructor({ channels, height, width }, level, [row, column]) {
    const [high, wide] = [halves(height, level), halves(width, level)], [low, narrow] = [halves(high, 1), halves(wide, 1)];
    this.rows = row ? high - low : low;
    this.columns = column ? wide - narrow : narrow;
    this.top = row ? low : 0;
    this.left = column ? narrow : 0;
    this.width = this.columns + 3;  // another band of the level may have one column more, with its border
    this.values = Array.from({ length: channels }, () => new Int32Array(this.width * (this.rows + 3)));
    this.edged = this.values.map(() => null);
  }

  place(y, x) {
    return (y + 1) * this.width + x + 1;
  }

  // Absolute values, continued beyond the edges.
  withEdges(channel) {
    if (this.edged[channel]) return this.edged[channel];
    const { rows, columns } = this, found = this.values[channel].map(Math.abs);
    for (let y = 0; y < rows; y++) {
      found[this.place(y, -1)] = found[this.place(y, 0)];
      found[this.place(y, columns)] = found[this.place(y, columns - 1)];
    }
    for (let x = -1; x <= columns; x++) {
      found[this.place(-1, x)] = found[this.place(0, x)];
      found[this.place(rows, x)] = found[this.place(rows - 1, x)];
    }
    return (this.edged[channel] = found);
  }
}

const sumAcross = (sizes, p, width) => Math.abs(sizes[p - 1]) + Math.abs(sizes[p + 1]) + Math.abs(sizes[p - width]) + Math.abs(sizes[p + width]);

class LossyCodec {
  // Contexts by level, channel, kind of band and phase: { activity, steps, tails }.
  constructor(contexts, coarsest) {
    Object.assign(this, { contexts, coarsest });
  }

  decode(payload, shapes) {
    const quality = payload[0];
    if (!(quality >= 1 && quality <= 100)) throw new DamagedError("a block of a picture has no quality");
    const pictures = shapes.map(emptyPicture), count = sum(shapes.map(valuesOf));
    const decoder = new LaneDecoder(payload.slice(1), lanesFor(Math.floor(count / SPARSE)));
    const rests = pictures.map((picture) => this.restOf(picture));
    this.coarsest.popPlanes(decoder, rests);
    const members = pictures.map((picture) => this.memberOf(picture));
    for (let level = Math.max(...members.map(({ levels }) => levels)) - 1; level >= 0; level--) this.popLevel(decoder, members, level);
    decoder.checkEnd();
    return members.map((member, i) => restored(member, rests[i], stepOf(quality)));
  }

  restOf(picture) {
    const levels = levelsOf(picture);
    return emptyPicture([halves(picture.height, levels), halves(picture.width, levels), picture.channels]);
  }

  memberOf(picture) {
    const levels = levelsOf(picture);
    return { ...picture, levels, bands: Array.from({ length: levels }, (_, level) => KINDS.map((kind) => new Band(picture, level, kind))) };
  }

  popLevel(decoder, members, level) {
    const there = grouped(members.filter(({ levels }) => level < levels), ({ height, width }) => `${height} ${width}`);
    KINDS.forEach((_, kind) => {
      for (let channel = 0; channel < there[0].channels; channel++) {
        BAND_PHASES.forEach((_, phase) => this.popPhase(decoder, there, level, kind, channel, phase));
      }
    });
  }

  popPhase(decoder, members, level, kind, channel, phase) {
    const context = this.contexts[`${Math.min(level, MODELLED_LEVELS - 1)}${Math.min(channel, 1)}${kind}${phase}`];
    const [row, column] = BAND_PHASES[phase], half = (side, first) => Math.max(0, Math.ceil((side - first) / 2));
    const count = sum(members.map(({ bands }) => half(bands[level][kind].rows, row) * half(bands[level][kind].columns, column)));
    const which = new Int32Array(count), values = new Int32Array(count);
    let at = 0;
    for (const member of members) at = tablesOf(member, level, kind, channel, phase, context, which, at);
    ladder().pop(decoder, which, values, count);
    at = 0;
    for (const { bands } of members) {
      const band = bands[level][kind], own = band.values[channel];
      for (let y = row; y < band.rows; y += 2) {
        for (let x = column; x < band.columns; x += 2) own[band.place(y, x)] = values[at++];
      }
    }
  }
}

// Writes the tables of the coefficients of a phase of a picture, from the absolute values that are known around each.
function tablesOf({ levels, bands }, level, kind, channel, phase, { activity, steps, tails }, which, at) {
  const band = bands[level][kind], [row, column] = BAND_PHASES[phase], own = band.values[channel], width = band.width;
  const offsets = KNOWN_BEFORE[phase].map(([dy, dx]) => dy * width + dx), known = offsets.length;
  const above = level + 1 < levels ? bands[level + 1][kind] : null, parent = above?.withEdges(channel);
  const others = [0, 1].filter((other) => other < kind).map((other) => [bands[level][other], bands[level][other].withEdges(channel), activity[known + 2 + other]]);
  const before = band.values.slice(0, Math.min(channel, 2));
  for (let y = row; y < band.rows; y += 2) {
    for (let x = column; x < band.columns; x += 2) {
      const p = band.place(y, x);
      let total = 0;
      for (let i = 0; i < known; i++) total += Math.imul(Math.abs(own[p + offsets[i]]) << 2, activity[i]);
      if (above) {
        const q = above.place(Math.min(y >> 1, above.rows - 1), Math.min(x >> 1, above.columns - 1));
        total += Math.imul(parent[q] << 2, activity[known]) + Math.imul(sumAcross(parent, q, above.width), activity[known + 1]);
      }
      for (const [other, sizes, weight] of others) total += Math.imul(sizes[other.place(y, x)] << 2, weight);
      for (let i = 0; i < before.length; i++) {
        total += Math.imul((Math.abs(before[i][p]) << 1) + (sumAcross(before[i], p, width) >> 1), activity[known + 4 + i]);
      }
      const bin = binOf(total);
      which[at++] = ladder().tableAt(steps[bin], tails[bin]);
    }
  }
  return at;
}

// The pixels of coefficients.
function restored({ channels, height, width, levels, bands }, rest, step) {
  const planes = Array.from({ length: channels }, (_, channel) => {
    const exact = new Float64Array(height * width), size = rest.height * rest.width;
    for (let i = 0; i < size; i++) exact[Math.floor(i / rest.width) * width + (i % rest.width)] = rest.planes[channel * size + i] * step;
    for (const band of bands.flat()) {
      const own = band.values[channel];
      for (let y = 0; y < band.rows; y++) {
        for (let x = 0; x < band.columns; x++) {
          const value = own[band.place(y, x)];
          exact[(band.top + y) * width + band.left + x] = (value - Math.sign(value) * SHRINK) * step;
        }
      }
    }
    for (let level = levels - 1; level >= 0; level--) invert(exact, width, halves(height, level), halves(width, level));
    return exact;
  });
  return coloured(planes, height * width);
}

// One level of the inverse transform, in place: along rows, then along columns.
function invert(values, width, high, wide) {
  const across = new Float64Array(wide);
  for (let y = 0; y < high; y++) liftBack(values, y * width, 1, wide, 1, across);
  const columns = 64, down = new Float64Array(high * columns);
  for (let x = 0; x < wide; x += columns) liftBack(values, x, width, high, Math.min(columns, wide - x), down);
}

// Of `lines` neighbouring lines at once: sums and differences, one after the other, become what they are of.
function liftBack(values, start, stride, count, lines, made) {
  const half = (count + 1) >> 1;
  for (let i = 0; i < count; i++) {
    const to = (i < half ? 2 * i : 2 * (i - half) + 1) * lines, from = start + i * stride;
    for (let line = 0; line < lines; line++) made[to + line] = i < half ? values[from + line] / GAIN : values[from + line] * GAIN;
  }
  for (let number = LIFTING.length - 1; number >= 0; number--) {
    const factor = LIFTING[number];
    for (let i = 1 - (number % 2); i < count; i += 2) {
      const before = (i ? i - 1 : 1) * lines, after = (i + 1 < count ? i + 1 : i - 1) * lines, own = i * lines;
      for (let line = 0; line < lines; line++) made[own + line] -= factor * (made[before + line] + made[after + line]);
    }
  }
  for (let i = 0; i < count; i++) {
    for (let line = 0; line < lines; line++) values[start + i * stride + line] = made[i * lines + line];
  }
}

function coloured(planes, count) {
  const pixels = new Uint8Array(planes.length * count);
  const byte = (value) => Math.max(0, Math.min(255, Math.floor(value + 128.5)));
  if (planes.length === 1) return pixels.map((_, i) => byte(planes[0][i]));
  for (let i = 0; i < count; i++) {
    for (let c = 0; c < 3; c++) pixels[3 * i + c] = byte(COLOURS[0][c] * planes[0][i] + COLOURS[1][c] * planes[1][i] + COLOURS[2][c] * planes[2][i]);
  }
  return pixels;
}
