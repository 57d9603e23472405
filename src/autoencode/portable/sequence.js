// Runs a network that reads what it has written (`autoencode.portable.SequenceProgram`), a token at a time.
//
//   const decoder = new SequenceDecoder(program, weights);
//   decoder.run(code, context, choose)               tokens, a new Uint32Array; `choose` takes logits and gives a token

class SequenceDecoder {
  constructor(program, weights, options) {
    this.program = program;
    this.start = new Decoder(program.start, weights.subarray(0, program.startWeights), options);
    this.step = new Decoder(program.step, weights.subarray(program.startWeights), options);
    this.row = new Float32Array(program.state + program.features + 1);  // state, features of a place, token before
  }

  get fast() { return this.step.fast; }

  run(code, context = 0, choose = likeliest) {
    const { state, features, length, end } = this.program, { row } = this, tokens = new Uint32Array(length).fill(end);
    const begun = this.start.run(code, context), placed = begun.length > state + features;
    row.set(begun.subarray(0, state));
    for (let place = 0, before = end; place < length - 1; place++) {
      const from = state + (placed ? place * features : 0);
      row.set(begun.subarray(from, from + features), state);
      row[state + features] = before;
      const next = this.step.run(row);
      row.set(next.subarray(0, state));
      before = tokens[place] = choose(next.subarray(state));
      if (before === end) break;
    }
    return tokens;
  }
}

function likeliest(logits, without) {
  let best = without === 0 ? 1 : 0;
  for (let i = 1; i < logits.length; i++) if (logits[i] > logits[best] && i !== without) best = i;
  return best;
}

// Draws from the likeliest tokens that together have a probability of `nucleus`, or takes the likeliest where the
// temperature is 0; never the token `without`.
function drawer({ temperature, nucleus, without, random }) {
  if (!temperature) return (logits) => likeliest(logits, without);
  return (logits) => {
    const order = [...logits.keys()].filter((token) => token !== without).sort((a, b) => logits[b] - logits[a]);
    const weights = order.map((token) => Math.exp((logits[token] - logits[order[0]]) / temperature));
    const all = weights.reduce((sum, weight) => sum + weight, 0);
    let kept = 0, mass = 0;
    while (kept < order.length && mass < nucleus * all) mass += weights[kept++];
    let left = random() * mass, at = 0;
    while (at + 1 < kept && (left -= weights[at]) > 0) at++;
    return order[at];
  };
}

if (typeof module !== "undefined") module.exports = { SequenceDecoder, likeliest, drawer };
