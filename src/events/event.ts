/** Something an onlooker may want to know. Domains never act on each other's events. */
export interface Event {
  id: number;
  at: Date;
  /** '<noun>-<what happened>', for example 'build-started'. */
  kind: string;
  app: string | null;
  /** An environment's id. */
  environment: string | null;
  /** A push's id. */
  push: string | null;
  /** A plain sentence. */
  text: string;
  data: Readonly<Record<string, unknown>>;
}

export type NewEvent = Pick<Event, 'kind' | 'text'> &
  Partial<Pick<Event, 'app' | 'environment' | 'push' | 'data'>>;
