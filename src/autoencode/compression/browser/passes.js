// A picture from coarse to fine: three passes double its rows and columns. See passes.py.
//
// A picture is { channels, height, width, planes }, where planes is a row-major Int32Array.

const BORDER = 3, COARSEST = 4;

function around(parities, within) {
  const found = [];
  for (let dy = -BORDER; dy <= BORDER; dy++) {
    for (let dx = -BORDER; dx <= BORDER; dx++) {
      if (parities.some(([y, x]) => (dy & 1) === y && (dx & 1) === x) && dy * dy + dx * dx <= within) found.push([dy, dx]);
    }
  }
  return found.sort((a, b) => a[0] ** 2 + a[1] ** 2 - b[0] ** 2 - b[1] ** 2 || a[0] - b[0] || a[1] - b[1]);
}

const PASSES = [
  { row: 1, column: 1, known: around([[1, 1]], 18) },
  { row: 0, column: 1, known: around([[0, 1], [1, 0]], 13) },
  { row: 1, column: 0, known: around([[1, 0], [0, 1], [1, 1]], 13) },
];

// The strides of the grids that are coded by passes, from coarse to fine.
function stridesOf({ height, width }) {
  const found = [];
  for (let stride = 1; Math.ceil(Math.min(height, width) / (2 * stride)) >= COARSEST; stride *= 2) found.unshift(stride);
  return found;
}

// Things with the same key together, in the order in which the keys appear first.
function grouped(things, keyOf) {
  const groups = new Map();
  for (const thing of things) {
    const key = keyOf(thing);
    if (groups.has(key)) groups.get(key).push(thing);
    else groups.set(key, [thing]);
  }
  return [...groups.values()].flat();
}

// The pixels of pictures at a stride, each picture with a border that mirrors it, one after the other in one row.
class Grid {
  constructor(pictures, stride) {
    let size = 0;
    this.stride = stride;
    this.members = grouped(pictures.map((picture) => {
      const height = Math.ceil(picture.height / stride), width = Math.ceil(picture.width / stride), row = width + 2 * BORDER;
      const member = { picture, height, width, row, start: size + BORDER * row + BORDER };
      size += (height + 2 * BORDER) * row;
      return member;
    }), ({ height, width }) => `${height} ${width}`);
    this.planes = Array.from({ length: pictures[0].channels }, () => new Int32Array(size));
    this.planes.forEach((plane, channel) => {
      for (const member of this.members) this.read(member, channel, plane);
      this.mirror(plane);
    });
  }

  read({ picture, height, width, row, start }, channel, plane) {
    const { planes } = picture, stride = this.stride;
    for (let y = 0; y < height; y++) {
      const from = (channel * picture.height + y * stride) * picture.width, to = start + y * row;
      for (let x = 0; x < width; x++) plane[to + x] = planes[from + x * stride];
    }
  }

  write({ picture, height, width, row, start }, channel, plane) {
    const { planes } = picture, stride = this.stride;
    for (let y = 0; y < height; y++) {
      const to = (channel * picture.height + y * stride) * picture.width, from = start + y * row;
      for (let x = 0; x < width; x++) planes[to + x * stride] = plane[from + x];
    }
  }

  mirror(plane) {
    for (const { height, width, row, start } of this.members) {
      for (let y = 0; y < height; y++) {
        const first = start + y * row, last = first + width - 1;
        for (let away = 1; away <= BORDER; away++) {
          plane[first - away] = plane[first + away];
          plane[last + away] = plane[last - away];
        }
      }
      const top = start - BORDER, bottom = top + (height - 1) * row;
      for (let away = 1; away <= BORDER; away++) {
        plane.copyWithin(top - away * row, top + away * row, top + (away + 1) * row);
        plane.copyWithin(bottom + away * row, bottom - away * row, bottom - (away - 1) * row);
      }
    }
  }

  // Rows and columns of a pass in a member.
  extent(member, step) {
    return [Math.ceil((member.height - step.row) / 2), Math.ceil((member.width - step.column) / 2)];
  }

  count(step) {
    return this.members.reduce((sum, member) => {
      const [rows, columns] = this.extent(member, step);
      return sum + rows * columns;
    }, 0);
  }

  // Calls `each` with where a row of a pass begins, how many pixels it has, and from pixel to the one below.
  rows(step, each) {
    for (const member of this.members) {
      const [rows, columns] = this.extent(member, step);
      for (let y = 0; y < rows; y++) each(member.start + (2 * y + step.row) * member.row + step.column, columns, member.row);
    }
  }

  put(channel, step, values) {
    const plane = this.planes[channel];
    let at = 0;
    this.rows(step, (place, columns) => {
      for (let x = 0; x < columns; x++) plane[place + 2 * x] = values[at++];
    });
    this.mirror(plane);
  }

  // Writes all pixels into the pictures.
  finish() {
    this.planes.forEach((plane, channel) => {
      for (const member of this.members) this.write(member, channel, plane);
    });
  }
}
