// Tunes: a piano roll with time to the right and pitch upwards, sound by a few sine waves, and MIDI.

const NAMES = 26;  // pixels beside the piano roll, for the names of notes

function tuneMedium({ data, decoder, colour, choice }) {
  const { parameters: p } = data.medium, { length } = data.program, second = 60 / p.beatsAMinute / p.stepsAQuarter;
  const all = readWeights(data.examples.tokens, "float32"), nExamples = all.length / length;
  const tokensOf = (i) => all.subarray(i * length, (i + 1) * length);

  // Notes as [begin, end, pitch], times in steps, and how many steps there are.
  function notesOf(tokens) {
    const ended = tokens.indexOf(p.end), steps = ended < 0 ? tokens.length : ended, notes = [];
    for (let place = 0; place < steps; place++) {
      const last = notes[notes.length - 1];
      if (tokens[place] >= p.firstNote) notes.push([place, place + 1, tokens[place] - p.firstNote + p.lowest]);
      else if (tokens[place] === p.hold && last?.[1] === place) last[1] = place + 1;
    }
    return { notes, steps };
  }

  const compute = (code, context = 0) => notesOf(decoder.run(code, context, choice()));

  // From the lowest to the highest of these notes, at least so many keys; few notes of many may lie outside, at the edge.
  function pitchRange(pitches, least, outside = 0) {
    const seen = [...pitches].sort((a, b) => a - b), [low, high] = [outside, 1 - outside].map((share) => seen[Math.floor(share * (seen.length - 1))] ?? 60);
    const spare = Math.max(1, Math.ceil((least - (high - low)) / 2));
    return [low - spare, high + spare];
  }

  const pitchesOf = ({ notes }) => notes.map(([, , pitch]) => pitch);
  const range = pitchRange([...Array(nExamples).keys()].flatMap((i) => pitchesOf(notesOf(tokensOf(i)))), 24, 0.005);

  const name = (pitch) => ["C", "C♯", "D", "D♯", "E", "F", "F♯", "G", "G♯", "A", "A♯", "B"][pitch % 12] + (Math.floor(pitch / 12) - 1);
  const isBlack = (pitch) => [1, 3, 6, 8, 10].includes(pitch % 12);

  // The large one has the same pitches for every tune, a small one its own.
  function paint(canvas, made) {
    const { notes, steps } = made, large = canvas.id === "picture", [low, high] = large ? range : pitchRange(pitchesOf(made), 14);
    const ratio = large ? devicePixelRatio || 1 : 2, wide = large ? canvas.clientWidth || 352 : 96;
    const size = { width: Math.round(wide * ratio), height: Math.round((large ? 0.72 : 0.75) * wide * ratio) };
    if (canvas.width !== size.width || canvas.height !== size.height) Object.assign(canvas, size);
    const pen = canvas.getContext("2d"), left = large ? NAMES * ratio : 0;
    const across = (size.width - left) / (length - 1), up = size.height / (high - low + 1);
    const x = (step) => left + step * across, y = (pitch) => size.height - (Math.min(high, Math.max(low, pitch)) - low + 1) * up;
    pen.fillStyle = colour("--paper");
    pen.fillRect(0, 0, size.width, size.height);
    pen.fillStyle = colour("--dim");
    for (let pitch = low; large && pitch <= high; pitch++) if (isBlack(pitch)) pen.fillRect(left, y(pitch), size.width, up);
    pen.fillStyle = colour("--rule");
    for (let step = 0; large && step <= length - 1; step += p.stepsAQuarter) pen.fillRect(Math.round(x(step)), 0, Math.max(1, ratio / 2), size.height);
    for (let pitch = low + ((1200 - low) % 12); pitch <= high; pitch += 12) pen.fillRect(left, Math.round(y(pitch) + up), size.width, Math.max(1, ratio / 2));
    if (steps < length - 1) pen.fillRect(x(steps), 0, size.width - x(steps), size.height);  // past the end
    for (let pitch = low + ((1200 - low) % 12); large && pitch <= high; pitch += 12) drawName(pen, pitch, y(pitch) + up / 2, ratio);
    for (const [begin, end, pitch] of notes) drawNote(pen, x(begin), x(end), y(pitch), up, ratio);
  }

  function drawName(pen, pitch, middle, ratio) {
    pen.fillStyle = colour("--muted");
    pen.font = `${11 * ratio}px system-ui, sans-serif`;
    pen.textBaseline = "middle";
    pen.fillText(name(pitch), 3 * ratio, Math.max(7 * ratio, middle));
  }

  function drawNote(pen, from, to, top, up, ratio) {
    const gap = 0.5 * ratio, tall = Math.max(2 * ratio, up - gap);
    pen.globalAlpha = 0.72;
    pen.fillStyle = colour("--accent");
    pen.fillRect(from + gap, top, Math.max(1, to - from - 2 * gap), tall);
    pen.globalAlpha = 1;
    pen.fillRect(from + gap, top, Math.min(3 * ratio, to - from - 2 * gap), tall);  // where it begins
  }

  // As autoencode.data.music.sound makes it.
  function sound({ notes, steps }) {
    const samples = new Float64Array(Math.floor((steps * second + 2 * p.release) * p.rate) + 1);
    for (const [begin, end, pitch] of notes) {
      const long = (end - begin) * second + p.release, at = Math.floor(begin * second * p.rate), count = Math.floor(long * p.rate);
      const frequency = p.a4[0] * 2 ** ((pitch - p.a4[1]) / 12), audible = p.overtones.filter(([times]) => times * frequency < p.rate / 2);
      for (let i = 0; i < count && at + i < samples.length; i++) {
        const time = i / p.rate, shape = Math.min(1, time / p.attack) * Math.exp(-time / p.decay) * Math.min(1, (long - time) / p.release);
        let wave = 0;
        for (const [times, loud] of audible) wave += loud * Math.sin(2 * Math.PI * times * frequency * time);
        samples[at + i] += wave * shape;
      }
    }
    return { samples: levelled(samples, p.peak), rate: p.rate, seconds: Math.max(0.1, steps * second) };
  }

  // A file of MIDI with one track, played by a piano.
  function midiBytes({ notes }) {
    const ticks = p.ticks / p.stepsAQuarter, tempo = Math.round(60e6 / p.beatsAMinute), events = [];
    for (const [begin, end, pitch] of notes) events.push([begin * ticks, 1, [0x90, pitch, p.loud]], [end * ticks, 0, [0x80, pitch, 0]]);
    events.sort((a, b) => a[0] - b[0] || a[1] - b[1]);  // where a note ends and one begins, the end is first
    const late = (n) => (n < 128 ? [n] : [...late(n >> 7).map((byte) => byte | 128), n & 127]);  // seven bits a byte
    const track = [0, ...p.midiMark, 0, 0xff, 0x51, 3, tempo >> 16, (tempo >> 8) & 255, tempo & 255, 0, 0xc0, 0];
    events.forEach(([at, , bytes], i) => track.push(...late(at - (events[i - 1]?.[0] ?? 0)), ...bytes));
    track.push(0, 0xff, 0x2f, 0);
    const long = (n) => [n >> 24, (n >> 16) & 255, (n >> 8) & 255, n & 255], word = (text) => [...text].map((c) => c.charCodeAt(0));
    return Uint8Array.from([...word("MThd"), ...long(6), 0, 0, 0, 1, p.ticks >> 8, p.ticks & 255, ...word("MTrk"), ...long(track.length), ...track]);
  }

  return {
    element: "canvas", compute, paint, sound, midiBytes, pause: 120, margin: { left: NAMES },
    example: (canvas, i) => paint(canvas, notesOf(tokensOf(i))),
    save: (made) => Promise.resolve({ blob: new Blob([midiBytes(made)], { type: "audio/midi" }), suffix: "mid" }),
    label: ({ notes, steps }) => `${notes.length} notes in ${steps} steps${notes.length ? `: ${notes.slice(0, 32).map(([, , pitch]) => name(pitch)).join(" ")}` : ""}`,
  };
}
