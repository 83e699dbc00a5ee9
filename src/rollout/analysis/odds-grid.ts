/** The alternatives an e-process bets on, as multiples of the odds ratio its null allows; with their logarithms. */
export interface OddsGrid {
  ratios: readonly number[];
  logs: readonly number[];
}

/** 24 ratios in equal steps of their logarithm, each with the weight 1/24. */
export function oddsGrid(from: number, to: number): OddsGrid {
  const step = (Math.log(to) - Math.log(from)) / (size - 1);
  const logs = Array.from({ length: size }, (_, j) => Math.log(from) + j * step);
  return { ratios: logs.map((log) => Math.exp(log)), logs };
}

const size = 24;

/** For "the candidate is worse": 1.1 to 30 times what is tolerated. */
export const worseGrid = oddsGrid(1.1, 30);

/** For "the candidate is healthy": the odds ratio that is to be excluded, divided by 1.1 to 20. */
export const healthyGrid = oddsGrid(1.1, 20);
