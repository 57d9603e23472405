// BLAKE2b with 8 bytes, the digest by which a change of bytes is seen (RFC 7693).

const BLAKE_START = new Int32Array([
  0xf3bcc908, 0x6a09e667, 0x84caa73b, 0xbb67ae85, 0xfe94f82b, 0x3c6ef372, 0x5f1d36f1, 0xa54ff53a,
  0xade682d1, 0x510e527f, 0x2b3e6c1f, 0x9b05688c, 0xfb41bd6b, 0x1f83d9ab, 0x137e2179, 0x5be0cd19,
]);
const BLAKE_ORDERS = [
  [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15], [14, 10, 4, 8, 9, 15, 13, 6, 1, 12, 0, 2, 11, 7, 5, 3],
  [11, 8, 12, 0, 5, 2, 15, 13, 10, 14, 3, 6, 7, 1, 9, 4], [7, 9, 3, 1, 13, 12, 11, 14, 2, 6, 5, 10, 4, 0, 15, 8],
  [9, 0, 5, 7, 2, 4, 10, 15, 14, 1, 11, 12, 6, 8, 3, 13], [2, 12, 6, 10, 0, 11, 8, 3, 4, 13, 7, 5, 15, 14, 1, 9],
  [12, 5, 1, 15, 14, 13, 4, 10, 0, 7, 6, 3, 9, 2, 8, 11], [13, 11, 7, 14, 12, 1, 3, 9, 5, 0, 15, 4, 8, 6, 2, 10],
  [6, 15, 14, 9, 11, 3, 0, 8, 12, 2, 13, 7, 1, 4, 10, 5], [10, 2, 8, 4, 7, 6, 1, 5, 15, 11, 9, 14, 3, 12, 13, 0],
].map((order) => Uint8Array.from(order));
const BLAKE_ROUNDS = 12, BLAKE_BLOCK = 128;

// The lower halves of 64-bit words lie at even places, the upper ones at odd places.
class Blake2b {
  constructor() {
    this.state = BLAKE_START.slice();
    this.state[0] ^= 0x01010008;  // 8 bytes, no key, one leaf
    this.words = new Int32Array(32);
    this.work = new Int32Array(32);
    this.held = new Uint8Array(BLAKE_BLOCK);
    this.filled = 0;
    this.length = 0;
  }

  update(bytes) {
    for (let at = 0; at < bytes.length;) {
      if (this.filled === BLAKE_BLOCK) this.mix(false);
      const count = Math.min(BLAKE_BLOCK - this.filled, bytes.length - at);
      this.held.set(bytes.subarray(at, at + count), this.filled);
      this.filled += count;
      at += count;
    }
    return this;
  }

  mix(last) {
    const { state, words, work, held } = this;
    this.length += this.filled;
    held.fill(0, this.filled);
    for (let i = 0; i < 32; i++) words[i] = held[4 * i] | (held[4 * i + 1] << 8) | (held[4 * i + 2] << 16) | (held[4 * i + 3] << 24);
    work.set(state);
    work.set(BLAKE_START, 16);
    work[24] ^= this.length;
    work[25] ^= this.length / 4294967296;
    if (last) {
      work[28] = ~work[28];
      work[29] = ~work[29];
    }
    for (let round = 0; round < BLAKE_ROUNDS; round++) blakeRound(work, words, BLAKE_ORDERS[round % 10]);
    for (let i = 0; i < 16; i++) state[i] ^= work[i] ^ work[i + 16];
    this.filled = 0;
  }

  // The digest in hexadecimal; nothing can be added after it.
  hex() {
    this.mix(true);
    return toHex(new Uint8Array(Int32Array.of(this.state[0], this.state[1]).buffer));
  }
}

function blakeRound(v, words, order) {
  blakeQuarter(v, words, 0, 8, 16, 24, order[0], order[1]);
  blakeQuarter(v, words, 2, 10, 18, 26, order[2], order[3]);
  blakeQuarter(v, words, 4, 12, 20, 28, order[4], order[5]);
  blakeQuarter(v, words, 6, 14, 22, 30, order[6], order[7]);
  blakeQuarter(v, words, 0, 10, 20, 30, order[8], order[9]);
  blakeQuarter(v, words, 2, 12, 22, 24, order[10], order[11]);
  blakeQuarter(v, words, 4, 14, 16, 26, order[12], order[13]);
  blakeQuarter(v, words, 6, 8, 18, 28, order[14], order[15]);
}

function blakeQuarter(v, words, a, b, c, d, x, y) {
  const firstLow = words[2 * x], firstHigh = words[2 * x + 1], lastLow = words[2 * y], lastHigh = words[2 * y + 1];
  let aLow = v[a], aHigh = v[a + 1], bLow = v[b], bHigh = v[b + 1], cLow = v[c], cHigh = v[c + 1];
  let low = (aLow + bLow) | 0, high = (aHigh + bHigh + carried(low, aLow, bLow)) | 0;
  aLow = (low + firstLow) | 0;
  aHigh = (high + firstHigh + carried(aLow, low, firstLow)) | 0;
  let dHigh = v[d] ^ aLow, dLow = v[d + 1] ^ aHigh;
  low = (cLow + dLow) | 0;
  cHigh = (cHigh + dHigh + carried(low, cLow, dLow)) | 0;
  cLow = low;
  low = bLow ^ cLow;
  high = bHigh ^ cHigh;
  bLow = (low >>> 24) | (high << 8);
  bHigh = (high >>> 24) | (low << 8);
  low = (aLow + bLow) | 0;
  high = (aHigh + bHigh + carried(low, aLow, bLow)) | 0;
  aLow = (low + lastLow) | 0;
  aHigh = (high + lastHigh + carried(aLow, low, lastLow)) | 0;
  low = dLow ^ aLow;
  high = dHigh ^ aHigh;
  dLow = (low >>> 16) | (high << 16);
  dHigh = (high >>> 16) | (low << 16);
  low = (cLow + dLow) | 0;
  cHigh = (cHigh + dHigh + carried(low, cLow, dLow)) | 0;
  cLow = low;
  low = bLow ^ cLow;
  high = bHigh ^ cHigh;
  v[a] = aLow;
  v[a + 1] = aHigh;
  v[b] = (low << 1) | (high >>> 31);
  v[b + 1] = (high << 1) | (low >>> 31);
  v[c] = cLow;
  v[c + 1] = cHigh;
  v[d] = dLow;
  v[d + 1] = dHigh;
}

// 1 where the sum of two numbers of 32 bits is too large for 32 bits; without a branch, which no processor could predict.
const carried = (sum, a, b) => ((a & b) | ((a | b) & ~sum)) >>> 31;

const toHex = (bytes) => [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");

// The digest of some bytes after each other.
const digest = (parts) => parts.reduce((hashed, part) => hashed.update(part), new Blake2b()).hex();
