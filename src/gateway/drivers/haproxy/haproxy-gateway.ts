import { resolve } from 'node:path';
import type { Gateway } from '../../gateway.ts';
import { gatewayOverControl } from '../control/gateway-over-control.ts';
import { abilities } from './abilities.ts';
import { askKeeper, ensureKept, ensureSettings, isKept } from './ensure-kept.ts';
import type { HaproxyPlace } from './start-keeper.ts';

export interface HaproxyGateway extends Gateway {
  /**
   * HAProxy and its keeper live when it resolves; 'restarted' when the keeper did not before. Cheap enough for
   * every second: the keeper itself brings a dead HAProxy back.
   */
  tend(): Promise<'alive' | 'restarted'>;
}

/**
 * A HAProxy of this directory's own serves when it resolves, with a keeper beside it that counts, changes and
 * mends; both outlive this process. Those that live are adopted, with other settings another keeper takes over.
 * Repeatable, also by several controllers at once. Refuses with `gateway/no-haproxy`, `gateway/old-haproxy`,
 * `gateway/port-taken`, `gateway/cannot-listen`, `gateway/bad-listen-address`, `gateway/bad-trust`,
 * `gateway/out-of-reach`, `gateway/did-not-start` and `gateway/not-answering`.
 */
export async function haproxyGateway(place: HaproxyPlace): Promise<HaproxyGateway> {
  const here = { ...place, directory: resolve(place.directory) };
  await ensureKept(here);
  await ensureSettings(here);
  return driver(here);
}

function driver(place: HaproxyPlace): HaproxyGateway {
  const { directory } = place;
  return {
    ...gatewayOverControl({
      abilities,
      ask: (call, body, timeoutMs) => askKeeper(directory, call, { body, timeoutMs }),
      revive: () => ensureKept(place),
    }),

    async tend() {
      return (await isKept(place)) ? 'alive' : ensureKept(place);
    },
  };
}
