import type { Share } from '../../data-plane/choose/chooser.ts';
import type { Place, Route } from '../../route.ts';

/**
 * A route as HAProxy has it. Nothing that HAProxy looks up is ever changed: a change makes a new record, and
 * one line that names the record decides what a request sees.
 */
export interface PlacedRoute {
  route: Route;
  shares: readonly Share[];
  /** Names the place in cookies, signed visits and counts; another one when it goes to another service. */
  id: number;
  /** Everything of this route as it is now. */
  record: number;
  lanes: readonly Lane[];
}

/** One version of a place. */
export interface Lane {
  version: string;
  /** Names the version in cookies, for as long as it is here. */
  id: number;
  /** The backend that has these instances and no others; null: it has no instances. */
  slot: number | null;
  servers: readonly LaneServer[];
}

export interface LaneServer {
  /** Names the instance in cookies, for as long as the version has it. */
  id: number;
  instance: string;
  /** Address and port as HAProxy reads them. */
  address: string;
  state: 'serving' | 'hidden' | 'draining';
}

/** One of HAProxy's backends, made before it is needed: at run time servers can be added, backends cannot. */
export interface Slot {
  /** How long its checks of health may take; null: they only knock at the port. */
  checkMs: number | null;
}

export const backendName = (slot: number | null): string =>
  slot === null ? 'nothing' : `b${slot}`;
export const laneName = (id: number): string => `l${id}`;
export const serverName = (id: number): string => `s${id}`;

/** What `places.map` finds a place by: whole segments, so the key ends with a slash. */
export const mapKey = ({ host, path }: Place): string => `${host}${path === '/' ? '' : path}/`;
