// Sounds: the picture of a log-spectrogram, and the sound that has it, by the fast Griffin–Lim algorithm.

function spectrogramMedium(kit) {
  const { data, decoder } = kit, shown = pictureMedium(kit), { parameters: p } = data.medium;
  const inverse = readWeights(p.inverse, "float32"), phases = readWeights(p.phases, "float32");
  const half = p.window / 2 + 1, total = (p.frames - 1) * p.hop + p.window;
  const hann = Float64Array.from({ length: p.window }, (_, i) => 0.5 - 0.5 * Math.cos((2 * Math.PI * i) / p.window));
  const overlap = added((frame, i) => hann[i] ** 2).map((value) => Math.max(value, 1e-3));
  const transform = fourier(p.window);

  // Windows laid over each other, where they came from.
  function added(value) {
    const sum = new Float64Array(total);
    for (let frame = 0; frame < p.frames; frame++) for (let i = 0; i < p.window; i++) sum[frame * p.hop + i] += value(frame, i);
    return sum;
  }

  // From values between 0 and 1, the highest band first, to amplitudes of frequencies, (frames, half).
  function amplitudesOf(values) {
    const out = new Float64Array(p.frames * half), loud = new Float64Array(p.bands);
    for (let frame = 0; frame < p.frames; frame++) {
      for (let band = 0; band < p.bands; band++) {
        const value = Math.min(1, Math.max(0, values[(p.bands - 1 - band) * p.frames + frame]));
        loud[band] = value > 0 ? Math.exp((value - 1) * p.nats) : 0;
      }
      for (let k = 0; k < half; k++) for (let band = 0; band < p.bands; band++) out[frame * half + k] += inverse[k * p.bands + band] * loud[band];
    }
    return out;
  }

  // The sound whose windows are nearest to these spectra; two real windows are transformed at once.
  function toSound({ re, im }) {
    const windows = new Float64Array(p.frames * p.window), a = new Float64Array(p.window), b = new Float64Array(p.window);
    for (let frame = 0; frame < p.frames; frame += 2) {
      const one = frame * half, two = frame + 1 < p.frames ? one + half : -1;
      for (let k = 0; k < p.window; k++) {
        const at = k < half ? k : p.window - k, sign = k < half ? 1 : -1, edge = at === 0 || at === half - 1 ? 0 : sign;
        a[k] = re[one + at] - (two < 0 ? 0 : edge * im[two + at]);
        b[k] = edge * im[one + at] + (two < 0 ? 0 : re[two + at]);
      }
      transform(b, a);  // the inverse, by exchanging the parts
      for (let i = 0; i < p.window; i++) {
        windows[frame * p.window + i] = (a[i] / p.window) * hann[i];
        if (two >= 0) windows[(frame + 1) * p.window + i] = (b[i] / p.window) * hann[i];
      }
    }
    const sum = added((frame, i) => windows[frame * p.window + i]);
    return sum.map((value, i) => value / overlap[i]);
  }

  function toSpectra(sound) {
    const re = new Float64Array(p.frames * half), im = new Float64Array(p.frames * half), a = new Float64Array(p.window), b = new Float64Array(p.window);
    for (let frame = 0; frame < p.frames; frame += 2) {
      const both = frame + 1 < p.frames;
      for (let i = 0; i < p.window; i++) {
        a[i] = sound[frame * p.hop + i] * hann[i];
        b[i] = both ? sound[(frame + 1) * p.hop + i] * hann[i] : 0;
      }
      transform(a, b);
      for (let k = 0; k < half; k++) {
        const mirror = (p.window - k) % p.window, one = frame * half + k;
        re[one] = (a[k] + a[mirror]) / 2;
        im[one] = (b[k] - b[mirror]) / 2;
        if (both) [re[one + half], im[one + half]] = [(b[k] + b[mirror]) / 2, (a[mirror] - a[k]) / 2];
      }
    }
    return { re, im };
  }

  // As autoencode.data.sound.spectrogram finds it, from the same first phases.
  function soundOf(values) {
    const loud = amplitudesOf(values), n = loud.length, found = { re: new Float64Array(n), im: new Float64Array(n) };
    let before = { re: new Float64Array(n), im: new Float64Array(n) };
    for (let frame = 0; frame < p.frames; frame++) {
      for (let k = 0; k < half; k++) {
        const i = frame * half + k, angle = 2 * Math.PI * phases[k * p.frames + frame];
        [found.re[i], found.im[i]] = [loud[i] * Math.cos(angle), loud[i] * Math.sin(angle)];
      }
    }
    for (let round = 0; round < p.rounds; round++) {
      const now = toSpectra(toSound(found));
      for (let i = 0; i < n; i++) {
        const x = now.re[i] + p.momentum * (now.re[i] - before.re[i]), y = now.im[i] + p.momentum * (now.im[i] - before.im[i]);
        const factor = loud[i] / Math.max(1e-12, Math.hypot(x, y));
        [found.re[i], found.im[i]] = [x * factor, y * factor];
      }
      before = now;
    }
    return levelled(toSound(found).subarray(p.edge, p.edge + p.hop * p.frames), p.peak);
  }

  let last = { bytes: null, samples: null };  // a sound takes a tenth of a second
  function sound({ bytes, values }) {
    if (last.bytes !== bytes) last = { bytes, samples: soundOf(values) };
    return { samples: last.samples, rate: p.rate, seconds: last.samples.length / p.rate };
  }

  return {
    ...shown, sound, pause: 350,
    compute: (code, context = 0) => ({ bytes: shown.compute(code, context), values: decoder.run(code, context).slice() }),
    paint: (canvas, { bytes }) => shown.paint(canvas, bytes),
    save: (made) => Promise.resolve({ blob: new Blob([wavBytes(sound(made).samples, p.rate, p.wavMark)], { type: "audio/wav" }), suffix: "wav" }),
  };
}

// The fast Fourier transform of n numbers, a power of two, in place.
function fourier(n) {
  const cosine = Float64Array.from({ length: n / 2 }, (_, i) => Math.cos((2 * Math.PI * i) / n));
  const sine = Float64Array.from({ length: n / 2 }, (_, i) => -Math.sin((2 * Math.PI * i) / n));
  const bits = Math.log2(n), mirrored = Int32Array.from({ length: n }, (_, i) => {
    let out = 0;
    for (let bit = 0; bit < bits; bit++) if (i & (1 << bit)) out |= 1 << (bits - 1 - bit);
    return out;
  });
  return (re, im) => {
    for (let i = 0; i < n; i++) {
      const j = mirrored[i];
      if (i < j) [re[i], re[j], im[i], im[j]] = [re[j], re[i], im[j], im[i]];
    }
    for (let size = 2; size <= n; size *= 2) {
      const middle = size / 2, stride = n / size;
      for (let start = 0; start < n; start += size) {
        for (let k = 0; k < middle; k++) {
          const c = cosine[k * stride], s = sine[k * stride], i = start + k, j = i + middle;
          const x = re[j] * c - im[j] * s, y = re[j] * s + im[j] * c;
          re[j] = re[i] - x;
          im[j] = im[i] - y;
          re[i] += x;
          im[i] += y;
        }
      }
    }
  };
}
