// Unpacks what Python's lzma.compress wrote: one block of LZMA2 in the format of xz, whose length is known.
//
// References: "The .xz file format", version 1.2.1, 2024; Pavlov, "LZMA specification", 2015. Check sums are passed over, as
// the digest of a block has seen any change by then.

const XZ_START = [0xfd, 0x37, 0x7a, 0x58, 0x5a, 0], XZ_HEAD = 12, LZMA2 = 0x21;
const EVEN = 1 << 10, TOP = 1 << 24;  // a probability of a half, and the range below which a byte is read
const STATES = 12, POSITIONS = 16, SLOTS = 64, SPECIAL = 115, ALIGNED = 16, LENGTHS = 2 + 2 * 8 * POSITIONS + 256;
const [IS_MATCH, IS_REP, IS_LATER, IS_LONG, IS_SECOND, IS_THIRD, SLOT, SPECIAL_BITS, ALIGN_BITS, LENGTH, REP_LENGTH, LITERAL] = [
  STATES * POSITIONS, STATES, STATES, STATES * POSITIONS, STATES, STATES, 4 * SLOTS, SPECIAL, ALIGNED, LENGTHS, LENGTHS, 0,
].reduce(({ found, at }, size) => ({ found: [...found, at], at: at + size }), { found: [], at: 0 }).found;
const LITERAL_SIZE = 0x300;

function unpackXz(packed, length) {
  if (XZ_START.some((byte, i) => packed[i] !== byte)) throw new DamagedError("a stored file is damaged");
  const flags = packed[XZ_HEAD + 1];
  if (!packed[XZ_HEAD] || flags || packed[XZ_HEAD + 2] !== LZMA2) throw new DamagedError("a stored file is packed in another way than xz of Python");
  return new Lzma(packed, XZ_HEAD + 4 * (packed[XZ_HEAD] + 1), length).unpack();
}

class Lzma {
  constructor(packed, from, length) {
    Object.assign(this, { packed, from, made: new Uint8Array(length), at: 0, range: 0, code: 0, state: 0, distances: [0, 0, 0, 0], shape: null });
  }

  unpack() {
    for (let control = this.byte(); control; control = this.byte()) {
      if (control < 0x80) this.copyChunk();
      else this.readChunk(control);
    }
    if (this.at !== this.made.length) throw new DamagedError("a stored file has another length than it should");
    return this.made;
  }

  byte() {
    if (this.from >= this.packed.length) throw new DamagedError("a stored file ends too early");
    return this.packed[this.from++];
  }

  copyChunk() {
    const count = this.byte() * 256 + this.byte() + 1;
    this.check(count);
    if (this.from + count > this.packed.length) throw new DamagedError("a stored file ends too early");
    this.made.set(this.packed.subarray(this.from, this.from + count), this.at);
    this.from += count;
    this.at += count;
  }

  check(count) {
    if (this.at + count > this.made.length) throw new DamagedError("a stored file has another length than it should");
  }

  readChunk(control) {
    const count = (control & 0x1f) * 65536 + this.byte() * 256 + this.byte() + 1, reset = (control >> 5) & 3;
    this.from += 2;  // how many bytes it takes
    if (reset >= 2) this.setShape(this.byte());
    if (!this.shape) throw new DamagedError("a stored file is damaged");
    if (reset) this.reset();
    this.check(count);
    this.byte();
    this.range = 0xffffffff;
    this.code = 0;
    for (let i = 0; i < 4; i++) this.code = ((this.code << 8) | this.byte()) >>> 0;
    for (const end = this.at + count; this.at < end;) this.step(end);
    this.normalise();  // a chunk ends with a byte that only the next bit would have asked for
  }

  setShape(value) {
    const contextBits = value % 9, positionBits = Math.floor(value / 9) % 5, shape = Math.floor(value / 45);
    if (value > 224 || contextBits + positionBits > 4) throw new DamagedError("a stored file is damaged");
    this.shape = { contextBits, literalMask: (1 << positionBits) - 1, mask: (1 << shape) - 1, literals: 1 << (contextBits + positionBits) };
  }

  reset() {
    this.odds = new Uint16Array(LITERAL + LITERAL_SIZE * this.shape.literals).fill(EVEN);
    this.state = 0;
    this.distances = [0, 0, 0, 0];
  }

  normalise() {
    if (this.range >= TOP) return;
    this.range = (this.range << 8) >>> 0;
    this.code = ((this.code << 8) | this.byte()) >>> 0;
  }

  bit(place) {
    this.normalise();
    const odds = this.odds[place], bound = (this.range >>> 11) * odds;
    if (this.code < bound) {
      this.range = bound;
      this.odds[place] = odds + ((2048 - odds) >> 5);
      return 0;
    }
    this.range -= bound;
    this.code -= bound;
    this.odds[place] = odds - (odds >> 5);
    return 1;
  }

  // A number of so many bits, from the highest.
  tree(place, bits) {
    let found = 1;
    for (let i = 0; i < bits; i++) found = (found << 1) | this.bit(place + found);
    return found - (1 << bits);
  }

  // A number of so many bits, from the lowest.
  reversed(place, bits) {
    let node = 1, found = 0;
    for (let i = 0; i < bits; i++) {
      const bit = this.bit(place + node);
      node = (node << 1) | bit;
      found |= bit << i;
    }
    return found;
  }

  // A byte, or a copy of bytes before.
  step(end) {
    const position = this.at & this.shape.mask;
    if (!this.bit(IS_MATCH + this.state * POSITIONS + position)) {
      this.literal();
      return;
    }
    const count = this.bit(IS_REP + this.state) ? this.again(position) : this.match(position);
    if (this.distances[0] >= this.at || this.at + count > end) throw new DamagedError("a stored file is damaged");
    for (let i = 0; i < count; i++, this.at++) this.made[this.at] = this.made[this.at - this.distances[0] - 1];
  }

  literal() {
    const { contextBits, literalMask } = this.shape, before = this.at ? this.made[this.at - 1] : 0;
    const place = LITERAL + LITERAL_SIZE * (((this.at & literalMask) << contextBits) + (before >> (8 - contextBits)));
    let found = 1;
    if (this.state >= 7) {
      if (this.distances[0] >= this.at) throw new DamagedError("a stored file is damaged");
      for (let other = this.made[this.at - this.distances[0] - 1]; found < 256; other <<= 1) {
        const expected = (other >> 7) & 1, bit = this.bit(place + ((1 + expected) << 8) + found);
        found = (found << 1) | bit;
        if (bit !== expected) break;
      }
    }
    while (found < 256) found = (found << 1) | this.bit(place + found);
    this.made[this.at++] = found & 255;
    this.state = this.state < 4 ? 0 : this.state < 10 ? this.state - 3 : this.state - 6;
  }

  // How many bytes are copied, from one of the last four distances, which becomes the first.
  again(position) {
    let which = 0;
    if (this.bit(IS_LATER + this.state)) which = !this.bit(IS_SECOND + this.state) ? 1 : 2 + this.bit(IS_THIRD + this.state);
    else if (!this.bit(IS_LONG + this.state * POSITIONS + position)) {
      this.state = this.state < 7 ? 9 : 11;
      return 1;
    }
    this.distances.unshift(...this.distances.splice(which, 1));
    this.state = this.state < 7 ? 8 : 11;
    return this.count(REP_LENGTH, position);
  }

  match(position) {
    this.state = this.state < 7 ? 7 : 10;
    const count = this.count(LENGTH, position);
    this.distances = [this.distance(count), ...this.distances.slice(0, 3)];
    return count;
  }

  count(place, position) {
    if (!this.bit(place)) return 2 + this.tree(place + 2 + 8 * position, 3);
    if (!this.bit(place + 1)) return 10 + this.tree(place + 2 + 8 * (POSITIONS + position), 3);
    return 18 + this.tree(place + 2 + 16 * POSITIONS, 8);
  }

  distance(count) {
    const slot = this.tree(SLOT + SLOTS * Math.min(count - 2, 3), 6);
    if (slot < 4) return slot;
    const bits = (slot >> 1) - 1, start = (2 | (slot & 1)) * 2 ** bits;
    if (slot < 14) return start + this.reversed(SPECIAL_BITS + start - slot, bits);
    let direct = 0;
    for (let i = 4; i < bits; i++) {
      this.normalise();
      this.range >>>= 1;
      const bit = this.code >= this.range ? 1 : 0;
      if (bit) this.code -= this.range;
      direct = direct * 2 + bit;
    }
    return start + direct * 16 + this.reversed(ALIGN_BITS, 4);
  }
}
