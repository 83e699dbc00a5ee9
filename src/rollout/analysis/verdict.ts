import type { BadCounts } from './judged-tick.ts';

/** What one metric says so far. */
export interface Evidence {
  /** errors, latency, or the name of a further source. */
  metric: string;
  /** The e-value against "the candidate's odds are at most margin × the stable release's". */
  e: number;
  eLog: number;
  /** Observed ratio of the rates, each tick compared with itself (Mantel & Haenszel); null: nothing bad in the stable release. */
  ratio: number | null;
  /** Of latency: at the cut point that says most. */
  candidate: BadCounts;
  stable: BadCounts;
  /** The dispersion that the evidence was divided by. */
  phi: number;
}

export interface Verdict {
  /** wait: one of the arms has had no traffic at all yet. */
  action: 'go on' | 'hold' | 'roll back' | 'wait';
  healthProven: boolean;
  worst: Evidence | null;
  evidence: Evidence[];
  sampleRatio: { ok: boolean; p: number };
  /** Why, in one or two sentences. */
  words: string;
  /** A release that failed every request so far would have been rolled back by now. */
  couldSeeTotalFailure: boolean;
}
