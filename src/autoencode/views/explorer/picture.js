// A medium is what the page shows for a code. Each kind has
//   element                     the name of the element that shows it
//   compute(code, context)      what is shown, such as bytes of pixels
//   paint(element, made)        shows it
//   example(element, i)         shows an example of the data
//   save(made)                  a promise of a file, { blob, suffix }
//   label(made)                 what it is, in words; optional
//   sound(made)                 what is played, { samples, rate, seconds }; optional, as is `pause`, the milliseconds
//                               after which what is played follows the code
// and is made of the data of the page, its decoder, and `colour(name)`, which gives a colour of the style.

function pictureMedium({ data, decoder }) {
  const [channels, height, width] = data.program.shape, picture = new ImageData(width, height), sheet = new Image();
  const { uri, columns, width: tileWidth, height: tileHeight } = data.examples.sprite;
  sheet.src = uri;

  // The picture's bytes, one plane per channel; other than one or three channels are shown as their grey mean.
  function compute(code, context = 0) {
    const values = decoder.run(code, context);
    if (channels === 1 || channels === 3) return toBytes(values);
    const area = width * height, grey = new Float32Array(area);
    for (let i = 0; i < values.length; i++) grey[i % area] += values[i] / channels;
    return toBytes(grey);
  }

  function paint(canvas, bytes) {
    const pixels = picture.data, area = width * height;
    for (let i = 0; i < area; i++) {
      for (let c = 0; c < 3; c++) pixels[4 * i + c] = bytes[channels === 3 ? c * area + i : i];
      pixels[4 * i + 3] = 255;
    }
    if (canvas.width !== width || canvas.height !== height) Object.assign(canvas, { width, height });
    canvas.getContext("2d").putImageData(picture, 0, 0);
  }

  function example(canvas, i) {
    Object.assign(canvas, { width: tileWidth, height: tileHeight });
    const from = [(i % columns) * tileWidth, Math.floor(i / columns) * tileHeight];
    canvas.getContext("2d").drawImage(sheet, ...from, tileWidth, tileHeight, 0, 0, tileWidth, tileHeight);
  }

  function save(bytes) {
    const times = Math.max(1, Math.ceil(512 / Math.max(width, height))), [small, large] = [0, 1].map(() => document.createElement("canvas"));
    Object.assign(large, { width: width * times, height: height * times });
    const pen = large.getContext("2d");
    pen.imageSmoothingEnabled = false;
    paint(small, bytes);
    pen.drawImage(small, 0, 0, large.width, large.height);
    return new Promise((done) => large.toBlob((blob) => done({ blob, suffix: "png" }), "image/png"));
  }

  return { element: "canvas", compute, paint, example, save, ready: sheet.decode() };
}
