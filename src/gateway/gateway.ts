import type { Fence } from '../kernel/fence.ts';
import type { Activity, Route, RouteChange } from './route.ts';

/**
 * Whatever stands in front of the instances and decides who gets the next request. It serves on from its
 * own disk when every controller is dead.
 */
export interface Gateway {
  /**
   * All changes or none: a request sees the routes before or after, never between. In effect and on disk
   * when it resolves. Repeatable. A fence with a lower epoch than the highest seen of its scope is refused
   * with `gateway/fenced`.
   */
  apply(changes: readonly RouteChange[], fence?: Fence): Promise<void>;
  /** The whole table as it is in effect; what it says of a host is what the next request gets. */
  routes(): Promise<Route[]>;
  /**
   * Resolves when none of the instances has an open request or WebSocket, or at the limit (what is still
   * open is then closed). Call it after a change that no longer names them. Repeatable.
   */
  drain(instances: readonly string[], limitMs: number): Promise<{ cutOff: number }>;
  /** One line per host that has a route or had requests lately. */
  activity(): Promise<Activity[]>;
  /** Where people reach it: scheme and port for URLs. */
  entrance(): Promise<{ scheme: 'http' | 'https'; port: number }>;
}
