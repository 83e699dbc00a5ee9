import { isDeepStrictEqual } from 'node:util';
import type { Route } from '../gateway/route.ts';
import { routeFor } from './conclude-deploy.ts';
import type { Environment, ServiceInstance } from './environment.ts';
import { about, type Finding } from './finding.ts';
import { deploys, instances, stores } from './tables.ts';
import type { World } from './world.ts';

type Say = ReturnType<typeof about>;

const soon = 'The reconciler mends it within a minute; if not: signalbox status';

/** What is to be said of a living environment: its state, what runs, its route, its stores. Reads only. */
export async function examineEnvironment(
  world: World,
  environment: Environment,
  routes: readonly Route[],
): Promise<Finding[]> {
  const say = about(`${environment.app}/${environment.name}`);
  return [
    ...stateFindings(say, environment),
    ...(await deployFindings(world, say, environment)),
    ...(await instanceFindings(world, say, environment)),
    ...(await routeFindings(world, say, { environment, routes })),
    ...(await storeFindings(world, say, environment)),
  ];
}

function stateFindings(say: Say, environment: Environment): Finding[] {
  const { state, reason, createdAt, host } = environment;
  const why = reason ? `: ${reason}` : '.';
  switch (state) {
    case 'queued':
      return [say.note('queued', `It waits${why}`, 'signalbox env list')];
    case 'creating':
      return [
        say.note(
          'creating',
          `It is being made since ${createdAt.toISOString()}${why}`,
          `signalbox follow ${environment.branch}`,
        ),
      ];
    case 'failed':
      return [
        say.trouble(
          'failed',
          `Its first deploy failed, so nothing serves${why}`,
          'Mend it and push again.',
          logs(environment),
        ),
      ];
    case 'destroying':
      return [say.note('destroying', `It is being destroyed${why}`)];
    case 'live':
      return reason
        ? [
            say.trouble(
              'older-deploy-serves',
              `It is live at ${host}, but ${reason}`,
              'Mend it and push again.',
            ),
          ]
        : [say.fine('live', `It is live at ${host}.`)];
    case 'destroyed':
      return [];
  }
}

async function deployFindings(world: World, say: Say, { id }: Environment): Promise<Finding[]> {
  const [newest] = await deploys.of(world.db, id, 1);
  if (!newest) return [];
  const { number, state, commit, reason, logTail } = newest;
  const text = `Deploy ${number} of ${commit.slice(0, 7)} is ${state}${reason ? `: ${reason}` : '.'}`;
  if (state !== 'failed') return [say.fine('deploy', text)];
  const last = logTail?.trimEnd().split('\n').at(-1);
  return [
    say.trouble(
      'deploy-failed',
      last ? `${text} Its log ends: ${last.slice(0, 300)}` : text,
      'Mend it and push again.',
    ),
  ];
}

async function instanceFindings(
  world: World,
  say: Say,
  environment: Environment,
): Promise<Finding[]> {
  const all = await instances.of(world.db, environment.id);
  return Promise.all(all.map((row) => instanceFinding(world, say, { environment, row })));
}

async function instanceFinding(
  world: World,
  say: Say,
  { environment, row }: { environment: Environment; row: ServiceInstance },
): Promise<Finding> {
  const instance = await world.runtime.instance(row.id);
  const who = `${row.service} ${row.ordinal}`;
  if (!instance)
    return say.trouble(
      'instance-missing',
      `${who} should run, and the runtime does not know it.`,
      soon,
    );
  const { state, restarts, lastExitCode } = instance;
  if (state === 'crashing') {
    const text = `${who} crashes again and again: ${restarts} restarts, the last exit code ${lastExitCode}.`;
    return say.trouble(
      'instance-crashing',
      text,
      `${logs(environment)} --service ${row.service} --tail 50`,
    );
  }
  if (state === 'stopped')
    return say.trouble('instance-stopped', `${who} should run and is stopped.`, soon);
  const often = restarts > 0 ? `, restarted ${restarts} times` : '';
  return say.fine('instance-running', `${who} runs${often}.`);
}

const logs = ({ kind, branch, name }: Environment): string =>
  `signalbox logs ${kind === 'preview' ? branch : name}`;

async function routeFindings(
  world: World,
  say: Say,
  { environment, routes }: { environment: Environment; routes: readonly Route[] },
): Promise<Finding[]> {
  const { host, id, deployId, state } = environment;
  if (state !== 'live' || deployId === null) return [];
  const route = routes.find((known) => known.host === host && known.path === '/');
  if (!route) return [say.trouble('route-missing', `The gateway has no route for ${host}.`, soon)];
  if (route.environment !== id) {
    return [
      say.trouble(
        'route-of-another',
        `The gateway sends ${host} to another environment (${route.environment}).`,
        soon,
      ),
    ];
  }
  const wanted = routeFor(environment, {
    deploy: deployId,
    instances: await instances.of(world.db, id),
  });
  return isDeepStrictEqual(route, wanted)
    ? [say.fine('route', `The gateway sends ${host} to the deploy that serves.`)]
    : [
        say.trouble(
          'route-outdated',
          `The gateway sends ${host} to another deploy than the one that serves.`,
          soon,
        ),
      ];
}

async function storeFindings(world: World, say: Say, { id }: Environment): Promise<Finding[]> {
  const found: Finding[] = [];
  for (const { name, database, seedReason } of await stores.of(world.db, id)) {
    found.push(
      (await world.stores.exists(database))
        ? say.fine('store', `Its store ${name} is there (${seedReason}).`)
        : say.trouble(
            'store-missing',
            `Its store ${name} has lost its database ${database}.`,
            'Was it dropped by hand? signalbox env reset-data BRANCH makes it anew.',
          ),
    );
  }
  return found;
}
