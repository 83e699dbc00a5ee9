import type { Config } from './config.ts';
import type { Problem } from './problem.ts';
import { nearestKey } from './nearest-key.ts';
import { shown } from './problem.ts';

/** What is wrong with a file whose sections are right each for itself. */
export function brokenReferences(config: Config): Problem[] {
  return [
    ...unknownSizes(config),
    ...unknownServices(config),
    ...unknownRollouts(config),
    ...silentWeb(config),
    ...smokeWithoutAddress(config),
    ...useOfItself(config),
    ...variablesOfTwo(config),
  ];
}

function unknownSizes({ sizes, environments }: Config): Problem[] {
  const known = [...Object.keys(sizes), 'none'];
  return Object.entries(environments).flatMap(([kind, { size, services }]) => [
    ...unknown(size, known, ['environments', kind, 'size'], 'size'),
    ...Object.entries(services).flatMap(([name, { size }]) =>
      size === null
        ? []
        : unknown(size, known, ['environments', kind, 'services', name, 'size'], 'size'),
    ),
  ]);
}

function unknownServices({ services, environments }: Config): Problem[] {
  return Object.entries(environments).flatMap(([kind, settings]) =>
    Object.keys(settings.services).flatMap((name) =>
      unknown(name, Object.keys(services), ['environments', kind, 'services', name], 'service'),
    ),
  );
}

function unknownRollouts({ pipeline, rollouts }: Config): Problem[] {
  return pipeline.stages.flatMap(({ name, rollout }, at) =>
    rollout === null
      ? []
      : unknown(
          rollout,
          Object.keys(rollouts),
          ['pipeline', 'stages', at, name, 'rollout'],
          'rollout',
        ),
  );
}

function unknown(
  name: string,
  known: readonly string[],
  path: Problem['path'],
  what: string,
): Problem[] {
  if (known.includes(name)) return [];
  const near = nearestKey(name, known);
  const instead = near
    ? `Did you mean "${near}"?`
    : `There is: ${known.join(', ') || 'none at all'}.`;
  return [{ path, message: `there is no ${what} called "${shown(name)}"\n${instead}` }];
}

function silentWeb({ environments }: Config): Problem[] {
  return Object.entries(environments).flatMap(([kind, { services }]) => {
    const web = Object.hasOwn(services, 'web') ? services['web'] : undefined;
    if (web?.instances !== 0) return [];
    const path = ['environments', kind, 'services', 'web', 'instances'];
    return [{ path, message: 'web takes the traffic, so it needs at least 1' }];
  });
}

function smokeWithoutAddress({ services }: Config): Problem[] {
  return Object.entries(services).flatMap(([name, { smoke, listens }]) => {
    if (smoke === null || listens) return [];
    const message =
      'a smoke test needs an address to ask\nGive the service a health path, or move the test to web.';
    return [{ path: ['services', name, 'smoke'], message }];
  });
}

function useOfItself({ app, uses }: Config): Problem[] {
  if (!Object.hasOwn(uses, app)) return [];
  const message = 'an app cannot use itself\nIts own address is in SIGNALBOX_URL.';
  return [{ path: ['uses', app], message, atKey: true }];
}

function variablesOfTwo({ stores, uses, variables, secrets }: Config): Problem[] {
  const all: [string, (string | number)[]][] = [
    ...Object.entries(stores).map(([name, { kind, variable }]): [string, string[]] => [
      variable,
      ['stores', name, kind, 'variable'],
    ]),
    ...Object.entries(uses).map(([name, { variable }]): [string, string[]] => [
      variable,
      ['uses', name, 'variable'],
    ]),
    ...Object.keys(variables).map((name): [string, string[]] => [name, ['variables', name]]),
    ...secrets.map((name, at): [string, (string | number)[]] => [name, ['secrets', at]]),
  ];
  const owners = new Map<string, string>();
  return all.flatMap(([variable, path]) => {
    const owner = owners.get(variable);
    if (owner === undefined) owners.set(variable, path.join('.'));
    return owner === undefined ? [] : [{ path, message: `${variable} is already set by ${owner}` }];
  });
}
