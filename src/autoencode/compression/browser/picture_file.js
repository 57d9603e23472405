// Pixels as the bytes of a file: of the file that was compressed, where they follow from its pixels, or of a PNG.

const PNG_SIGNATURE = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];
const PIXELS_A_METRE = 3780, BMP_HEAD = 54;
const CRC_TABLE = Int32Array.from({ length: 256 }, (_, n) => {
  for (let bit = 0; bit < 8; bit++) n = n & 1 ? (n >>> 1) ^ 0xedb88320 : n >>> 1;
  return n;
});

const ascii = (text) => Uint8Array.from(text, (letter) => letter.charCodeAt(0));
const fromBase64 = (text) => ascii(atob(text));

async function deflate(bytes) {
  return new Uint8Array(await new Response(new Blob([bytes]).stream().pipeThrough(new CompressionStream("deflate"))).arrayBuffer());
}

// The bytes of the file that was compressed, or null where they do not follow from its pixels: those of a PNG depend on the
// program that wrote it, and those of a TIFF on more than a page holds.
function originalBytes({ form, shape, size }, pixels) {
  const made = form.format === "PPM" ? portablePixmap(shape, pixels) : form.format === "BMP" ? bitmap(shape, pixels) : null;
  if (!made || made.length !== size) return null;
  if (typeof form.start === "string") made.set(fromBase64(form.start).subarray(0, made.length));
  return made;
}

function portablePixmap([height, width, channels], pixels) {
  const head = ascii(`${channels ? "P6" : "P5"}\n${width} ${height}\n255\n`);
  return joined([head, pixels], head.length + pixels.length);
}

// Rows from the last to the first, of a multiple of four bytes, blue before green before red.
function bitmap([height, width, channels = 1], pixels) {
  const row = (width * channels + 3) & ~3, colours = channels === 1 ? 256 : 0, start = BMP_HEAD + 4 * colours;
  const made = new Uint8Array(start + row * height), view = new DataView(made.buffer);
  made.set(ascii("BM"));
  [[2, made.length], [10, start], [14, 40], [18, width], [22, height], [34, row * height], [38, PIXELS_A_METRE], [42, PIXELS_A_METRE], [46, colours], [50, colours]]
    .forEach(([at, value]) => view.setUint32(at, value, true));
  view.setUint16(26, 1, true);
  view.setUint16(28, 8 * channels, true);
  for (let colour = 0; colour < colours; colour++) made.fill(colour, BMP_HEAD + 4 * colour, BMP_HEAD + 4 * colour + 3);
  for (let y = 0; y < height; y++) {
    const from = y * width * channels, to = start + (height - 1 - y) * row;
    for (let x = 0; x < width * channels; x++) made[to + x] = pixels[from + (channels === 1 ? x : x + 2 - 2 * (x % 3))];
  }
  return made;
}

// A PNG of exactly these pixels; a canvas would change them in browsers that protect from being recognised.
async function pngBytes({ form, shape }, pixels) {
  const [height, width, channels = 1] = shape, head = new Uint8Array(13), view = new DataView(head.buffer);
  view.setUint32(0, width);
  view.setUint32(4, height);
  head.set([8, channels === 1 ? 0 : 2, 0, 0, 0], 8);
  const parts = [Uint8Array.from(PNG_SIGNATURE), pngChunk("IHDR", head)];
  if (typeof form.profile === "string") {
    const name = ascii("ICC profile\0\0"), profile = await deflate(fromBase64(form.profile));
    parts.push(pngChunk("iCCP", joined([name, profile], name.length + profile.length)));
  }
  parts.push(pngChunk("IDAT", await deflate(filtered(height, width * channels, channels, pixels))), pngChunk("IEND", new Uint8Array(0)));
  return joined(parts, sum(parts.map(({ length }) => length)));
}

function pngChunk(kind, content) {
  const made = new Uint8Array(content.length + 12), view = new DataView(made.buffer);
  view.setUint32(0, content.length);
  made.set(ascii(kind), 4);
  made.set(content, 8);
  let crc = -1;
  for (let i = 4; i < made.length - 4; i++) crc = CRC_TABLE[(crc ^ made[i]) & 255] ^ (crc >>> 8);
  view.setInt32(made.length - 4, ~crc);
  return made;
}

// Each row as its differences from what is to the left and above, by the predictor of PNG's filter 4 (Paeth).
function filtered(height, row, channels, pixels) {
  const made = new Uint8Array(height * (row + 1));
  for (let y = 0; y < height; y++) {
    const from = y * row, to = y * (row + 1) + 1;
    made[to - 1] = 4;
    for (let x = 0; x < row; x++) {
      const left = x < channels ? 0 : pixels[from + x - channels], above = y ? pixels[from + x - row] : 0;
      const corner = y && x >= channels ? pixels[from + x - row - channels] : 0;
      const a = Math.abs(above - corner), b = Math.abs(left - corner), c = Math.abs(left + above - 2 * corner);
      made[to + x] = pixels[from + x] - (a <= b && a <= c ? left : b <= c ? above : corner);
    }
  }
  return made;
}

// Pixels with red, green, blue and opacity, as a canvas takes them, made smaller until no side is longer than `most`.
function shownPixels([height, width, channels = 1], pixels, most) {
  const factor = Math.min(1, most / Math.max(height, width));
  const high = Math.max(1, Math.round(height * factor)), wide = Math.max(1, Math.round(width * factor));
  const made = new Uint8ClampedArray(4 * high * wide).fill(255);
  for (let y = 0; y < high; y++) {
    const top = Math.floor((y * height) / high), bottom = Math.floor(((y + 1) * height) / high);
    for (let x = 0; x < wide; x++) {
      const left = Math.floor((x * width) / wide), right = Math.floor(((x + 1) * width) / wide), count = (bottom - top) * (right - left);
      for (let c = 0; c < 3; c++) {
        let total = 0;
        for (let v = top; v < bottom; v++) {
          for (let u = left; u < right; u++) total += pixels[(v * width + u) * channels + (channels === 1 ? 0 : c)];
        }
        made[4 * (y * wide + x) + c] = total / count;
      }
    }
  }
  return { width: wide, height: high, rgba: made };
}
