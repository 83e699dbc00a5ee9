import { logGamma } from '../../src/rollout/analysis/special-functions.ts';

/** Uniform between 0 and 1, the same ones for the same seed (xoshiro128**, Blackman & Vigna). */
export type Random = () => number;

export function randomFrom(seed: number): Random {
  const state = new Uint32Array(4);
  let mix = seed >>> 0;
  for (let index = 0; index < 4; index += 1) {
    mix = (mix + 0x9e_37_79_b9) >>> 0;
    let word = Math.imul(mix ^ (mix >>> 16), 0x85_eb_ca_6b);
    word = Math.imul(word ^ (word >>> 13), 0xc2_b2_ae_35);
    state[index] = word ^ (word >>> 16);
  }
  const next = (): number => {
    const [a = 0, b = 0, c = 0, d = 0] = state;
    const third = c ^ a;
    const fourth = d ^ b;
    state.set([a ^ fourth, b ^ third, third ^ (b << 9), rotated(fourth, 11)]);
    return Math.imul(rotated(Math.imul(b, 5), 7), 9) >>> 0;
  };
  return () => (next() * 2 ** 21 + (next() >>> 11)) / 2 ** 53;
}

const rotated = (word: number, by: number): number => (word << by) | (word >>> (32 - by));

/** How many of n happen, each with probability p: exact, by walking outwards from the mode until u is used up. */
export function binomial(random: Random, n: number, p: number): number {
  if (n === 0 || p <= 0) return 0;
  if (p >= 1) return n;
  const odds = p / (1 - p);
  const mode = Math.floor((n + 1) * p);
  const atMode = Math.exp(
    logGamma(n + 1) -
      logGamma(mode + 1) -
      logGamma(n - mode + 1) +
      mode * Math.log(p) +
      (n - mode) * Math.log1p(-p),
  );
  let left = random() - atMode;
  let below = mode;
  let above = mode;
  let down = atMode;
  let up = atMode;
  while (left > 0 && (below > 0 || above < n)) {
    if (above < n) {
      up *= (odds * (n - above)) / (above + 1);
      above += 1;
      left -= up;
      if (left <= 0) return above;
    }
    if (below > 0) {
      down *= below / (odds * (n - below + 1));
      below -= 1;
      left -= down;
      if (left <= 0) return below;
    }
  }
  return mode;
}

/** At least 1, with this mean. */
export function geometric(random: Random, mean: number): number {
  return 1 + Math.floor(Math.log1p(-random()) / Math.log1p(-1 / mean));
}
