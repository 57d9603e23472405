// Lines of text: tokens as words with spaces where they belong, as characters, or as bytes of UTF-8 in hexadecimal.

function textMedium({ data, decoder, choice }) {
  const { entries, inBytes, signs, unknownText, end, unknown } = data.medium.parameters;
  const first = Math.max(end, unknown) + 1;
  const unknownBytes = Array.from(unknownText, (sign) => sign.charCodeAt(0).toString(16)).join("");
  const all = readWeights(data.examples.tokens, "float32"), { length } = data.program;

  function lineOf(tokens) {
    const ended = tokens.indexOf(end), kept = ended < 0 ? tokens : tokens.subarray(0, ended);
    if (inBytes) return decoded(Array.from(kept, (token) => entries[token - first] ?? unknownBytes).join(""));
    const words = Array.from(kept, (token) => entries[token - first] ?? unknownText);
    return signs ? joined(words) : words.join("");
  }

  // What is no UTF-8 is U+FFFD, and what cannot be printed is a space, as in Python.
  function decoded(hex) {
    const bytes = Uint8Array.from(hex.match(/../g) ?? [], (two) => parseInt(two, 16));
    const text = new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes);
    return text.replace(/[\p{C}\p{Z}]+/gu, " ").trim();
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
