import { logMeanExp } from './special-functions.ts';

/**
 * ln L of each alternative of a grid, added up tick by tick. Its mean E starts at 1 and, while the null is true,
 * has P(E ever ≥ 1/α) ≤ α (Ville), so it may be read after every tick. Plain JSON.
 */
export type EProcess = readonly number[];

/** Nothing known yet: E = 1. */
export function newEProcess(): EProcess {
  return Array.from({ length: 24 }, () => 0);
}

/** With one more tick, whose logarithms come from hypergeometricStep or gridStep. */
export function grown(process: EProcess, step: readonly number[]): EProcess {
  return process.map((log, j) => log + step[j]!);
}

/** ln E, with each ln L divided by the dispersion phi (≥ 1) of the counts. */
export function logE(process: EProcess, phi = 1): number {
  return logMeanExp(phi === 1 ? process : process.map((log) => log / phi));
}

/** E for people and rows: finite, also where the evidence is out of a number's range. */
export function finiteE(log: number): number {
  return Math.exp(Math.min(log, 700));
}
