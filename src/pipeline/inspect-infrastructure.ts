import type { InfrastructureResult } from '../checks/infrastructure/infrastructure-check.ts';
import { announce } from '../environments/conclude-deploy.ts';
import type { Obstacle } from '../environments/deploy-order.ts';
import { instances } from '../environments/environment-rows.ts';
import { placementOf, refusal, type Site } from '../environments/prepare-deploy.ts';
import { unlessUnwanted } from '../environments/still-wanted.ts';
import { askInfrastructure } from './ask-infrastructure.ts';

/**
 * The surroundings of what was started are as the file of the deployed commit wants them, or the deploy stops before any
 * request reaches it. `SIGNALBOX_URL` is one of the new instances meanwhile. Repeatable.
 */
export function inspectInfrastructure(site: Site, path: string): Promise<'ready' | Obstacle> {
  return site.flow.step(`check the infrastructure of ${site.order.environmentName}`, () =>
    inspect(site, path).catch(refusal),
  );
}

async function inspect(site: Site, path: string): Promise<'ready' | Obstacle> {
  const { world, order, deploy, fence } = site;
  const placement = await placementOf(site);
  const url = await newInstanceUrl(site);
  const asked = { placement, path, url, fence, candidate: order.candidate ?? null };
  const results = await unlessUnwanted(world, order, (signal) =>
    askInfrastructure(world, { ...asked, run: `infra-${deploy}` }, signal),
  );
  if ('unwanted' in results) return results;
  const failed = results.filter(({ passed }) => !passed);
  const where = order.environmentName;
  if (failed.length > 0) {
    return {
      failed: `${failed.length} of ${results.length} infrastructure checks failed: ${failed.map(called).join(', ')}`,
      logTail: failed.map(resultInWords).join('\n'),
      fix: [
        'Mend what they found, then push again.',
        `Once it serves, ask at any time: signalbox infra check ${where}`,
      ],
    };
  }
  const text = `Infrastructure of ${where}: ${results.length === 1 ? 'its check' : `all ${results.length} checks`} passed`;
  await announce(world, order, { kind: 'infrastructure-checked', text });
  return 'ready';
}

async function newInstanceUrl({ world, order, deploy }: Site): Promise<string | null> {
  const web = (await instances.of(world.db, order.environment)).find(
    (one) => one.deployId === deploy && one.service === 'web' && one.port !== null,
  );
  return web ? `http://${web.host}:${web.port}` : null;
}

const called = ({ kind, name }: InfrastructureResult): string => `${kind} ${name}`;

/** One line for people. */
export const resultInWords = ({ kind, name, expected, found }: InfrastructureResult): string =>
  `${kind} ${name}: expected ${expected}; found ${found}`;
