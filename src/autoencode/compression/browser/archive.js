// The files in a compressed file, and their pixels: see contents.py and tiles.py.

const TILE_SIDE = 1024, MOST_VALUES = 1 << 30, MOST_SHARED = 1 << 24, MOST_CHUNK = 1 << 23, MOST_NAME = 4096;
const MOST_PAGE = 1 << 28;  // values of a picture that a page decodes
const OTHER_PIXELS = "it gives other pixels than those that were compressed: it is damaged, or this browser computes other numbers";

// Where the parts of a side begin and end.
function partsOf(side) {
  const count = Math.ceil(side / TILE_SIDE);
  return Array.from({ length: count }, (_, i) => [Math.floor((side * i) / count), Math.floor((side * (i + 1)) / count)]);
}

const tilesOf = ([height, width]) => partsOf(height).flatMap((rows) => partsOf(width).map((columns) => [rows, columns]));

function shapeOf(form) {
  const shape = form?.shape;
  const sides = Array.isArray(shape) && (shape.length === 2 || (shape.length === 3 && shape[2] === 3));
  if (sides && shape.every((side) => isWhole(side) && side > 0) && shape[0] * shape[1] * 3 <= MOST_VALUES) return shape;
  throw new DamagedError("the form of a picture is damaged");
}

function fileOf(meta) {
  const { file, name, size, form = {} } = meta ?? {};
  if (isWhole(file) && typeof name === "string" && isName(name) && isWhole(size)) {
    return { number: file, name, size, form: typeof form === "object" && form ? form : {}, blocks: [], error: "" };
  }
  throw new DamagedError("the description of a file in it is damaged");
}

// Whether a name stays inside of the folder that it is written to.
function isName(name) {
  const parts = name.split("/");
  return name.length <= MOST_NAME && parts.every((part) => part && part !== "." && part !== "..") && !/[\p{Cc}\p{Cs}]/u.test(name);
}

class Archive {
  static async open(bytes, models) {
    const container = await Container.open(bytes), codec = models.codecOf(container.header);
    const archive = new Archive(container.header, codec), { blocks, cut } = await container.blocks();
    blocks.forEach((block) => archive.add(block));
    archive.check();
    archive.cut = cut;
    return archive;
  }

  constructor(header, codec) {
    Object.assign(this, { header, codec, byNumber: new Map(), lost: 0 });
  }

  // All files in their order.
  get files() {
    return [...this.byNumber.values()].sort((a, b) => a.number - b.number);
  }

  add(block) {
    const { meta } = block;
    try {
      if (meta.kind === "file") this.declare(meta, "picture", block);
      else if (meta.kind === "tile") this.byNumber.get(meta.file)?.blocks.push(block);
      else if (meta.kind === "stored") this.addStored(block);
      else if (meta.kind === "pictures") this.addPictures(block);
      else this.lost += 1;
    } catch (error) {
      if (!(error instanceof DamagedError)) throw error;
      this.lost += 1;
    }
  }

  declare(meta, kind, block) {
    const file = { ...fileOf(meta), kind };
    if (this.byNumber.has(file.number)) return null;
    if (kind === "picture") file.shape = shapeOf(file.form);
    if (block.damaged) file.error = "it is damaged";
    this.byNumber.set(file.number, file);
    return file;
  }

  addStored(block) {
    if (block.meta.at === 0) this.declare(block.meta, "stored", block);
    this.byNumber.get(block.meta.file)?.blocks.push(block);
  }

  // Pictures that share a block keep their place in it.
  addPictures(block) {
    const metas = block.meta.files;
    if (!Array.isArray(metas) || !metas.length) throw new DamagedError("the description of a block of pictures is damaged");
    const shapes = metas.map((meta) => shapeOf(meta?.form));
    if (new Set(shapes.map((shape) => shape.length)).size > 1 || sum(shapes.map(valuesOf)) > MOST_SHARED) {
      throw new DamagedError("the description of a block of pictures is damaged");
    }
    const shared = { block, shapes };
    metas.forEach((meta, place) => {
      const file = this.declare(meta, "picture", block);
      if (file) Object.assign(file, { shared, place });
    });
  }

  // What is missing is known before anything is decoded, or memory is taken for it.
  check() {
    for (const file of this.byNumber.values()) {
      if (file.error || file.shared) continue;
      const whole = file.kind === "picture" ? hasAllTiles(file) : isStoredWhole(file);
      if (!whole) file.error = "a part of it is missing";
      else if (file.blocks.some(({ damaged }) => damaged)) file.error = "it is damaged";
    }
  }

  // Pixels of a picture, (height, width) or (height, width, 3); those that share its block are kept until another is decoded.
  pixels(file) {
    if (file.error) throw new DamagedError(file.error);
    if (file.shared) return this.sharedPixels(file.shared)[file.place];
    if (valuesOf(file.shape) > MOST_PAGE) throw new DamagedError("it is too large for a page");
    const [height, width, channels = 1] = file.shape, whole = new Uint8Array(height * width * channels);
    tilesOf(file.shape).forEach(([rows, columns], i) => {
      const high = rows[1] - rows[0], row = (columns[1] - columns[0]) * channels;
      const [tile] = this.decode(file.blocks[i], [[high, columns[1] - columns[0], ...file.shape.slice(2)]]);
      for (let y = 0; y < high; y++) whole.set(tile.subarray(y * row, (y + 1) * row), ((rows[0] + y) * width + columns[0]) * channels);
    });
    return whole;
  }

  sharedPixels(shared) {
    if (this.last?.shared !== shared) this.last = { shared, pictures: this.decode(shared.block, shared.shapes) };
    return this.last.pictures;
  }

  decode({ meta, payload, damaged }, shapes) {
    if (damaged) throw new DamagedError("it is damaged");
    const pictures = meta.plain === true ? plainPictures(payload, shapes) : this.codec.decode(payload, shapes);
    if (digest(pictures) !== meta.digest) throw new DamagedError(OTHER_PIXELS);
    return pictures;
  }

  // The bytes of a file that is stored as it is.
  stored(file) {
    if (file.error) throw new DamagedError(file.error);
    return joined(file.blocks.map(({ meta, payload }) => (meta.packed ? unpackXz(payload, meta.length) : payload)), file.size);
  }
}

function hasAllTiles({ shape, blocks }) {
  const count = Math.ceil(shape[0] / TILE_SIDE) * Math.ceil(shape[1] / TILE_SIDE);
  return blocks.length === count && blocks.every(({ meta }, i) => meta.tile === i);
}

function isStoredWhole({ size, blocks }) {
  let at = 0;
  for (const { meta, payload } of blocks) {
    if (meta.at !== at || !isWhole(meta.length) || meta.length > MOST_CHUNK || (!meta.packed && payload.length !== meta.length)) return false;
    at += meta.length;
  }
  return at === size;
}

function plainPictures(payload, shapes) {
  if (payload.length !== sum(shapes.map(valuesOf))) throw new DamagedError("a part of a picture has another size than it should");
  let at = 0;
  return shapes.map((shape) => payload.subarray(at, (at += valuesOf(shape))));
}
