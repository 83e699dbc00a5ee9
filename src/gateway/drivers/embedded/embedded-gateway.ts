import { resolve } from 'node:path';
import type { Gateway } from '../../gateway.ts';
import { gatewayOverControl } from '../control/gateway-over-control.ts';
import {
  askOnce,
  ensureRunning,
  ensureSettings,
  isRunning,
  restartGateway as restart,
} from './keep-running.ts';
import type { GatewayPlace } from './start-gateway.ts';

export interface EmbeddedGateway extends Gateway {
  /**
   * The gateway process lives when it resolves; 'restarted' when it did not before. Cheap enough for every
   * second, and needed only to bring a dead gateway back before the next call would.
   */
  tend(): Promise<'alive' | 'restarted'>;
}

/**
 * The gateway of this directory listens when it resolves: one that lives is adopted, however it was started,
 * else one is started that outlives this process. Where it has other settings it is replaced. Repeatable,
 * also by several controllers at once. Refuses with `gateway/port-taken`, `gateway/cannot-listen`,
 * `gateway/bad-listen-address`, `gateway/bad-trust`, `gateway/out-of-reach`, `gateway/did-not-start` and
 * `gateway/not-answering`.
 */
export async function embeddedGateway(place: GatewayPlace): Promise<EmbeddedGateway> {
  const here = { ...place, directory: resolve(place.directory) };
  await ensureRunning(here);
  await ensureSettings(here);
  return driver(here);
}

/** As `restartGateway` in keep-running.ts, for any path of the directory. */
export async function restartGateway(place: GatewayPlace): Promise<void> {
  await restart({ ...place, directory: resolve(place.directory) });
}

function driver(place: GatewayPlace): EmbeddedGateway {
  const { directory } = place;
  return {
    ...gatewayOverControl({
      abilities: { mirror: true, cannot: [] },
      ask: (call, body, timeoutMs) => askOnce({ directory, call, body, timeoutMs }),
      revive: () => ensureRunning(place),
    }),

    async tend() {
      return (await isRunning(place)) ? 'alive' : ensureRunning(place);
    },
  };
}
