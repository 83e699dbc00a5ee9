import { type EProcess, grown } from './e-process.ts';
import { hypergeometricStep, type TwoArms } from './hypergeometric-step.ts';
import { healthyGrid } from './odds-grid.ts';

/**
 * One more tick for the proof that the candidate's odds ratio is below `excludedOdds`: the same e-process seen
 * from the stable arm, whose odds are then at most 1 / excludedOdds times the candidate's. E ≥ 1/α proves it at level α.
 */
export function proveHealth(process: EProcess, tick: TwoArms, excludedOdds: number): EProcess {
  const mirrored = { candidate: tick.stable, stable: tick.candidate };
  return grown(process, hypergeometricStep(mirrored, 1 / excludedOdds, healthyGrid));
}
