import { instances } from '../environments/environment-rows.ts';
import type { Verdict } from './analysis/verdict.ts';
import type { Lane } from './lane.ts';

/** So many bad answers of so many need no statistics, whatever the router does. */
const hopeless = { requests: 20, share: 0.2 };

/**
 * What condemns a release without any comparison: most of its answers are bad while the old release's are not. Pure.
 * null: nothing.
 */
export function plainlyBad({ evidence }: Pick<Verdict, 'evidence'>): string | null {
  const errors = evidence.find(({ metric }) => metric === 'errors');
  if (errors === undefined) return null;
  const { candidate, stable } = errors;
  if (candidate.requests < hopeless.requests || stable.requests === 0) return null;
  const share = candidate.bad / candidate.requests;
  // An incident of both is nobody's fault.
  if (share < hopeless.share || stable.bad / stable.requests > share / 4) return null;
  return `${candidate.bad} of its ${candidate.requests} answers were bad, of the stable release ${stable.bad} of ${stable.requests}.`;
}

const mostCrashes = 3;

/**
 * Why the new release cannot go on: an instance of it that is meant to serve keeps ending, or is gone. What nobody
 * answers is in no count of the gateway's, so the counts alone would wait for ever. null: all run. Reads only.
 */
export async function deadInstance({ world, order, deploy }: Lane): Promise<string | null> {
  const mine = (await instances.of(world.db, order.environment)).filter(
    (row) => row.deployId === deploy && row.state === 'serving',
  );
  for (const { id, service, ordinal } of mine) {
    const instance = await world.runtime.instance(id);
    const which = `instance ${ordinal} of ${service}`;
    if (instance === null || instance.state === 'stopped') return `${which} is gone.`;
    if (instance.restarts >= mostCrashes)
      return `${which} ended ${instance.restarts} times, the last time with exit code ${instance.lastExitCode}.`;
  }
  return null;
}
