import type { Fence } from '../kernel/fence.ts';
import type { CertificatePair } from './certificate.ts';
import type { Activity, Place, Route, RouteChange } from './route.ts';
import type { Ticks, TrafficCount } from './traffic.ts';

/**
 * Whatever stands in front of the instances and decides who gets the next request. It serves on from its
 * own disk when every controller is dead.
 */
export interface Gateway {
  /** What this driver can do beyond what all can. */
  readonly abilities: Abilities;
  /**
   * All changes or none: a request sees the routes before or after, never between. In effect and on disk
   * when it resolves (pauses are in memory). Repeatable. A fence with a lower epoch than the highest seen of
   * its scope is refused with `gateway/fenced`, what the driver cannot do with `gateway/cannot`.
   */
  apply(changes: readonly RouteChange[], fence?: Fence): Promise<void>;
  /** The whole table as it is in effect; what it says of a place is what the next request gets. */
  routes(): Promise<Route[]>;
  /**
   * Resolves when none of the instances has an open request or WebSocket and, with `sessionIdleMs`, no user
   * whose cookie names it has come for so long; or at the limit (what is still open is then closed, unless it is
   * to be left). Call it after a change that no longer names them or calls them draining. Repeatable.
   */
  drain(instances: readonly string[], limit: DrainLimit): Promise<{ cutOff: number }>;
  /**
   * What a smoke test or tester sends to reach one version or instance of a place, hidden or not, until it
   * expires. Every call gives one that works.
   */
  signedVisit(to: VisitTarget, forMs: number): Promise<SignedVisit>;
  /**
   * The whole set, for all names they prove; new handshakes get them when it resolves, and the gateway keeps
   * them. Repeatable. A pair it cannot use is refused with `gateway/bad-certificate`, and nothing changes.
   */
  setCertificates(all: readonly CertificatePair[]): Promise<void>;
  /** One line per place that has a route or had requests lately. */
  activity(): Promise<Activity[]>;
  /** What has been counted since the tick of this number (null: all that is kept), at most some hundreds at a time. */
  ticks(after: number | null): Promise<Ticks>;
  /** The counts of everything since the gateway's state began, for metrics that only grow. */
  totals(): Promise<TrafficCount[]>;
  /** Where people reach it: scheme and port for URLs. */
  entrance(): Promise<{ scheme: 'http' | 'https'; port: number }>;
}

export interface Abilities {
  mirror: boolean;
  /** Words for what it cannot do and how to have it; empty: nothing. */
  cannot: readonly string[];
}

export interface DrainLimit {
  limitMs: number;
  sessionIdleMs?: number | undefined;
  /**
   * What becomes of what is open then; 'cut' if not given. 'leave' where users may still come, for among them one
   * always has a request under way: take the instances from them first, and cut after a second limit.
   */
  atLimit?: 'cut' | 'leave' | undefined;
}

export type VisitTarget = Place & ({ version: string } | { instance: string });

export interface SignedVisit {
  /** For programs. */
  header: { name: string; value: string };
  /** For browsers: name=value. */
  cookie: string;
  expiresAt: Date;
}
