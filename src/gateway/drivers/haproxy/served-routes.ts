import type { CertificatePair } from '../../certificate.ts';
import { placeKey } from '../../data-plane/place-key.ts';
import { type SavedCertificates, savedCertificates } from '../../data-plane/saved-certificates.ts';
import { readCertificate } from '../../data-plane/tls/read-certificate.ts';
import { SignalboxError } from '../../../kernel/signalbox-error.ts';
import type { HaproxySettings } from './haproxy-settings.ts';
import { heldPauses } from './held-pauses.ts';
import type { KeptHaproxy } from './kept-haproxy.ts';
import { type KeptRoutes, keptRoutes, noteReload } from './kept-routes.ts';
import type { KnownNames } from './known-names.ts';
import { readSavedState } from './saved-state.ts';
import { firstSlotsOf, usedSlots } from './used-slots.ts';
import { writeFiles } from './write-files.ts';

/** The saved state and the HAProxy that serves it. No two calls may be under way at once. */
export interface ServedRoutes extends KeptRoutes {
  /** HAProxy, started if it was dead, serves the whole state when it resolves. */
  reload(): Promise<void>;
  /** Refuses with `gateway/bad-certificate`, and then all stay as they were. */
  setCertificates(all: readonly CertificatePair[]): Promise<void>;
}

interface Parts {
  haproxy: KeptHaproxy;
  settings: HaproxySettings;
  key: Buffer;
  names: KnownNames;
  /** All that has ended is counted when it resolves. */
  sync: () => Promise<void>;
}

/** Nothing is served before the first `reload`. */
export function servedRoutes({ haproxy, settings, key, names, sync }: Parts): ServedRoutes {
  const certificates = savedCertificates();
  const slots = usedSlots();
  const pauses = heldPauses();

  async function reload(): Promise<void> {
    const state = routes.state();
    writeFiles({
      settings,
      key,
      state,
      pauses: pauses.lines(state.placed),
      certificates: settings.listenTls === null ? [] : certificates.all(),
    });
    if (haproxy.isAlive()) await sync();
    await haproxy.refresh();
    noteReload(state, { slots, pauses });
  }

  const routes = keptRoutes({
    saved: readSavedState(placeKey, firstSlotsOf()),
    slots,
    pauses,
    reload,
    learn: (placed) => names.learn(placed),
  });
  names.learn(routes.state().placed.values());

  return {
    ...routes,
    reload,
    async setCertificates(all) {
      for (const pair of all) readCertificate(pair);
      await replaceOrNot(certificates, { all, reload });
    },
  };
}

async function replaceOrNot(
  certificates: SavedCertificates,
  { all, reload }: { all: readonly CertificatePair[]; reload: () => Promise<void> },
): Promise<void> {
  const before = certificates.all();
  await certificates.replace(all);
  try {
    await reload();
  } catch (cause) {
    await certificates.replace(before);
    await reload();
    throw new SignalboxError({
      code: 'gateway/bad-certificate',
      what: 'The certificates were not changed.',
      why: 'HAProxy cannot use one of them; the end of haproxy.log in its directory says which.',
      fix: ['Leave that one out, or have it made again, and set them all again.'],
      cause,
    });
  }
}
