import {
  type Cleanup,
  cleanup,
  freePort,
  freshDirectory,
} from '../../../../test/support/gateway-rig.ts';
import type { ProcessIdentity } from '../../data-plane/process-identity.ts';
import { isAlive } from '../../data-plane/process-identity.ts';
import { type HaproxyGateway, haproxyGateway } from './haproxy-gateway.ts';
import { haproxyProgram } from './haproxy-program.ts';
import type { HaproxyPlace } from './start-keeper.ts';
import { stopHaproxyGateway } from './stop-haproxy-gateway.ts';

/** Why there is no HAProxy to test with; false: there is. For the `skip` of a test. */
export const withoutHaproxy: string | false = await haproxyProgram('haproxy').then(
  () => false,
  (error: Error) => error.message,
);

export interface HaproxyRig {
  gateway: HaproxyGateway;
  place: HaproxyPlace;
  port: number;
  undo: Cleanup;
}

/** A real HAProxy in a directory of its own, ended and removed with `undo`. */
export async function haproxyRig(settings: HaproxyPlace['settings'] = {}): Promise<HaproxyRig> {
  const undo = cleanup();
  try {
    const directory = await freshDirectory(undo);
    const port = await freePort();
    const place = { directory, listen: `127.0.0.1:${port}`, settings: { threads: 2, ...settings } };
    undo.add(() => stopHaproxyGateway(directory, 200));
    return { gateway: await haproxyGateway(place), place, port, undo };
  } catch (error) {
    await undo.run();
    throw error;
  }
}

/** Ended at once, and buried. */
export async function kill(...all: (ProcessIdentity | null)[]): Promise<void> {
  const living = all.filter((one) => one !== null);
  for (const { pid } of living) process.kill(pid, 'SIGKILL');
  while (living.some(isAlive)) await new Promise((resolve) => setTimeout(resolve, 5));
}
