import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { embeddedGateway } from '../gateway/drivers/embedded/embedded-gateway.ts';
import { stopGateway } from '../gateway/drivers/embedded/stop-gateway.ts';
import { stopHaproxyGateway } from '../gateway/drivers/haproxy/stop-haproxy-gateway.ts';
import type { Gateway } from '../gateway/gateway.ts';

export const gatewayDrivers = ['embedded', 'haproxy'] as const;

/** How the controller wants its gateway to be. */
export interface GatewayWish {
  driver: (typeof gatewayDrivers)[number];
  /** For example `127.0.0.1:8080`. */
  listen: string;
  /** The same for encrypted connections; null: none. */
  listenTls: string | null;
  /** Processes, or threads of HAProxy; null: one per core, at most 8. */
  workers: number | null;
  /** Every connection begins with a PROXY protocol head, believed from trusted addresses only. */
  proxyProtocol: boolean;
  /** Addresses and networks whose forwarding headers are believed. */
  trust: readonly string[];
  /** A file for one line per request, relative to the gateway's directory; null: none. The embedded driver only. */
  accessLog: string | null;
}

export const plainGateway = (listen: string): GatewayWish => ({
  driver: 'embedded',
  listen,
  listenTls: null,
  workers: null,
  proxyProtocol: false,
  trust: [],
  accessLog: null,
});

export type TendedGateway = Gateway & { tend(): Promise<'alive' | 'restarted'> };

/** Each driver has a directory of its own: what one knows means nothing to the other. */
const directories = (files: string) => ({
  embedded: join(files, 'gateway'),
  haproxy: join(files, 'haproxy'),
});

export interface OpenedGateway {
  gateway: TendedGateway;
  /** Another driver served before: this one knows no routes yet. */
  isAnother: boolean;
}

/**
 * The gateway serves as wished when it resolves, and the other driver's does not. Where another driver served
 * before, whatever routes this one had once are forgotten: they may lead to ports that others have by now.
 * Repeatable. Refuses as the drivers do.
 */
export async function openGateway(files: string, wish: GatewayWish): Promise<OpenedGateway> {
  const { embedded, haproxy } = directories(files);
  const note = join(files, 'gateway-driver');
  const before = (await readFile(note, 'utf8').catch(() => gatewayDrivers[0])).trim();
  const isAnother = before !== wish.driver;
  if (wish.driver === 'embedded') await stopHaproxyGateway(haproxy);
  else await stopGateway(embedded);
  if (isAnother) await forgetRoutes(wish.driver === 'embedded' ? embedded : haproxy);
  const gateway = await start(wish, { embedded, haproxy });
  if (isAnother) await writeFile(note, `${wish.driver}\n`, { mode: 0o600 });
  return { gateway, isAnother };
}

async function start(wish: GatewayWish, { embedded, haproxy }: ReturnType<typeof directories>) {
  const { driver, listen, listenTls, workers, proxyProtocol, trust, accessLog } = wish;
  const settings = { listenTls, proxyProtocol, trust };
  if (driver === 'embedded') {
    const own = { ...settings, workers, accessLog };
    return embeddedGateway({ directory: embedded, listen, settings: own });
  }
  const { haproxyGateway } = await import('../gateway/drivers/haproxy/haproxy-gateway.ts');
  const own = { ...settings, threads: workers };
  return haproxyGateway({ directory: haproxy, listen, settings: own });
}

/** Routes only: counts, activity and keys stay. */
async function forgetRoutes(directory: string): Promise<void> {
  const names = await readdir(directory).catch(() => []);
  const gone = names.filter((name) => /^(?:routes\.(?:json|journal\.\d+)|state\.json)$/.test(name));
  await Promise.all(gone.map((name) => rm(join(directory, name), { force: true })));
}

/** No gateway of these files runs when it resolves. Repeatable; routes and counts stay. */
export async function closeGateway(files: string): Promise<void> {
  const { embedded, haproxy } = directories(files);
  await stopGateway(embedded);
  await stopHaproxyGateway(haproxy);
}
