// What is played: one sound at a time; where the code changes, the new one goes on from the same place.

const SLOWEST = 3000;  // samples a second, below which browsers play nothing

// `render` gives { samples, rate, seconds }, and `changed` is called where playing begins or ends.
function speaker(render, changed) {
  let audio = null, source = null, gain = null, from = 0, length = 0, repeat = false;

  const position = () => {
    const at = audio.currentTime - from;
    return repeat ? at % length : Math.min(at, length);
  };

  function begin(at) {
    const { samples, rate, seconds } = audible(render());
    const buffer = audio.createBuffer(1, samples.length, rate), now = audio.currentTime;
    buffer.copyToChannel(samples, 0);
    source = new AudioBufferSourceNode(audio, { buffer, loop: repeat, loopEnd: seconds });
    gain = new GainNode(audio, { gain: 0 });
    gain.gain.linearRampToValueAtTime(1, now + 0.01);
    source.connect(gain).connect(audio.destination);
    source.start(now, Math.min(at, samples.length / rate));
    [from, length] = [now - at, seconds];
    const own = source;
    source.onended = () => { if (source === own) end(); };
  }

  function fade() {  // softly, so that nothing clicks
    source.onended = null;
    gain.gain.cancelScheduledValues(audio.currentTime);
    gain.gain.setTargetAtTime(0, audio.currentTime, 0.01);
    source.stop(audio.currentTime + 0.06);
  }

  function end() {
    source = null;
    changed(false);
  }

  return {
    get playing() { return source !== null; },
    get share() { return source === null ? 0 : Math.min(1, position() / length); },
    play() {
      audio ??= new AudioContext();
      audio.resume();
      begin(0);
      changed(true);
    },
    stop() {
      if (!source) return;
      fade();
      end();
    },
    refresh() {
      if (!source) return;
      const at = position();
      if (!repeat && at >= length) return;
      fade();
      begin(at);
    },
    set repeat(wanted) {
      const at = source ? position() : 0;
      repeat = wanted;
      if (!source) return;
      from = audio.currentTime - at;
      source.loop = wanted;
    },
  };
}

// The same sound at a rate that browsers play.
function audible({ samples, rate, seconds }) {
  const times = Math.ceil(SLOWEST / rate);
  if (times <= 1) return { samples, rate, seconds };
  const more = Float32Array.from({ length: samples.length * times }, (_, i) => {
    const at = Math.floor(i / times), share = i / times - at;
    return samples[at] + share * ((samples[at + 1] ?? samples[at]) - samples[at]);
  });
  return { samples: more, rate: rate * times, seconds };
}

// Samples with a loudest one of `peak`.
function levelled(samples, peak) {
  const most = samples.reduce((most, value) => Math.max(most, Math.abs(value)), 1e-9);
  return Float32Array.from(samples, (value) => (value / most) * peak);
}

// One channel of 16 bits, with the mark of the program that wrote it.
function wavBytes(samples, rate, mark) {
  const letters = (text) => [...text].map((letter) => letter.charCodeAt(0));
  const long = (n) => [n & 255, (n >> 8) & 255, (n >> 16) & 255, (n >> 24) & 255], short = (n) => [n & 255, n >> 8];
  const info = [...letters("INFO"), ...mark], size = 2 * samples.length;
  const head = [
    ...letters("RIFF"), ...long(36 + size + 8 + info.length), ...letters("WAVEfmt "), ...long(16), ...short(1), ...short(1),
    ...long(rate), ...long(2 * rate), ...short(2), ...short(16), ...letters("data"), ...long(size),
  ];
  const file = new Uint8Array(head.length + size + 8 + info.length), view = new DataView(file.buffer);
  file.set(head);
  samples.forEach((value, i) => view.setInt16(head.length + 2 * i, Math.round(Math.min(1, Math.max(-1, value)) * 32767), true));
  file.set([...letters("LIST"), ...long(info.length), ...info], head.length + size);
  return file;
}
