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
  /** A file for one line per request; null: none. The embedded driver only. */
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

/**
 * The gateway serves as wished when it resolves, and the other driver's does not. After a change of drivers
 * the reconciler sets the routes. Repeatable. Refuses as the drivers do.
 */
export async function openGateway(files: string, wish: GatewayWish): Promise<TendedGateway> {
  const { driver, listen, listenTls, workers, proxyProtocol, trust, accessLog } = wish;
  const { embedded, haproxy } = directories(files);
  const settings = { listenTls, proxyProtocol, trust };
  if (driver === 'embedded') {
    await stopHaproxyGateway(haproxy);
    return embeddedGateway({
      directory: embedded,
      listen,
      settings: { ...settings, workers, accessLog },
    });
  }
  await stopGateway(embedded);
  const { haproxyGateway } = await import('../gateway/drivers/haproxy/haproxy-gateway.ts');
  return haproxyGateway({
    directory: haproxy,
    listen,
    settings: { ...settings, threads: workers },
  });
}

/** No gateway of these files runs when it resolves. Repeatable; routes and counts stay. */
export async function closeGateway(files: string): Promise<void> {
  const { embedded, haproxy } = directories(files);
  await stopGateway(embedded);
  await stopHaproxyGateway(haproxy);
}
