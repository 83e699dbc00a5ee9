/** What every gateway is asked to route, in each gateway's own words. */
export interface Scene {
  directory: string;
  /** The place under load; `/api` below it belongs to another service. */
  host: string;
  apiPath: string;
  /** Other places, so that there is something to choose from. */
  otherHosts: readonly string[];
  /** The versions of the host, with their shares of new users in percent. */
  versions: readonly Backend[];
  /** Reached by a secret header alone. */
  hidden: Backend;
  api: Backend;
  certificate: { certificateFile: string; keyFile: string; bothFile: string };
}

export interface Backend {
  name: string;
  weight: number;
  port: number;
  /** What a user's cookie or the header carries where a gateway has no signature of its own. */
  token: string;
}

export const backendNames = ['stable', 'candidate', 'next', 'api'] as const;

export type BackendName = (typeof backendNames)[number];

const weights: Record<BackendName, number> = { stable: 95, candidate: 5, next: 0, api: 100 };

// As long as ours, and of no use to anybody.
const token = (name: BackendName): string =>
  Buffer.from(`${name}:`.repeat(8)).toString('hex', 0, 24);

/** The scene in front of an upstream's ports. */
export function makeScene(
  ports: ReadonlyMap<string, number>,
  directory: string,
  certificate: Scene['certificate'],
): Scene {
  const backend = (name: BackendName): Backend => ({
    name,
    weight: weights[name],
    port: ports.get(name) ?? 0,
    token: token(name),
  });
  return {
    directory,
    host: 'shop.test',
    apiPath: '/api',
    otherHosts: ['one.test', 'two.test', 'three.test', 'four.test'],
    versions: [backend('stable'), backend('candidate')],
    hidden: backend('next'),
    api: backend('api'),
    certificate,
  };
}
