import type { Allowed } from './limits.ts';

/** Lets so many events pass at once and so many each second after. */
export class Allowance {
  private readonly allowed: Allowed;
  private left: number;
  private filledAtMs = performance.now();

  constructor(allowed: Allowed) {
    this.allowed = allowed;
    this.left = allowed.burst;
  }

  /** One more; false: too many. */
  take(): boolean {
    const nowMs = performance.now();
    const gained = ((nowMs - this.filledAtMs) / 1000) * this.allowed.perSecond;
    this.left = Math.min(this.allowed.burst, this.left + gained) - 1;
    this.filledAtMs = nowMs;
    return this.left >= 0;
  }
}
