import type { TwoArms } from './hypergeometric-step.ts';
import type { OddsGrid } from './odds-grid.ts';

/**
 * What one tick adds to ln L of each alternative in the binomial form (GRID): each bad request is the candidate's with
 * probability θ = ρw / (ρw + 1 − ρ), ρ being the observed share of the tick. The same as HYP for rare events
 * and only weaker otherwise, because the hypergeometric law lies below the binomial one in convex order
 * (Hoeffding 1963). For a null of odds ≥ 1 and alternatives above it.
 */
export function gridStep(
  { candidate, stable }: TwoArms,
  nullOdds: number,
  { ratios }: OddsGrid,
): number[] {
  if (candidate.requests === 0 || stable.requests === 0) return ratios.map(() => 0);
  const odds = candidate.requests / stable.requests;
  const nullShare = (odds * nullOdds) / (odds * nullOdds + 1);
  return ratios.map((ratio) => {
    const share = (odds * nullOdds * ratio) / (odds * nullOdds * ratio + 1);
    return (
      candidate.bad * Math.log(share / nullShare) +
      stable.bad * Math.log((1 - share) / (1 - nullShare))
    );
  });
}
