// Lines of text: tokens as words with spaces where they belong, or as characters.

function textMedium({ data, decoder, choice }) {
  const { entries, signs, unknownText, end, unknown } = data.medium.parameters, first = Math.max(end, unknown) + 1;
  const all = readWeights(data.examples.tokens, "float32"), { length } = data.program;

  function lineOf(tokens) {
    const ended = tokens.indexOf(end), kept = ended < 0 ? tokens : tokens.subarray(0, ended);
    const words = Array.from(kept, (token) => entries[token - first] ?? unknownText);
    return signs ? joined(words) : words.join("");
  }

  function joined(words) {
    let text = "", glued = true, quoted = false;
    for (const word of words) {
      const quote = signs.quotes.includes(word), closes = signs.closing.includes(word) || (quote && quoted);
      text += glued || closes ? word : ` ${word}`;
      glued = signs.opening.includes(word) || (quote && !quoted);
      quoted = quoted !== quote;
    }
    return text;
  }

  const paint = (element, line) => { element.textContent = line || "(nothing)"; };

  return {
    element: "p", paint, lineOf,
    compute: (code, context = 0) => lineOf(decoder.run(code, context, choice())),
    example: (element, i) => paint(element, lineOf(all.subarray(i * length, (i + 1) * length))),
    save: (line) => Promise.resolve({ blob: new Blob([`${line}\n`], { type: "text/plain" }), suffix: "txt" }),
    label: (line) => line,
  };
}
