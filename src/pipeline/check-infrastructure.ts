import type { InfrastructureResult } from '../checks/infrastructure/infrastructure-check.ts';
import type { Config } from '../config/config.ts';
import { deploys, environments } from '../environments/environment-rows.ts';
import type { Environment } from '../environments/environment.ts';
import { notLive } from '../environments/not-usable.ts';
import type { World } from '../environments/world.ts';
import { newId } from '../kernel/id.ts';
import { SignalboxError } from '../kernel/signalbox-error.ts';
import { askInfrastructure } from './ask-infrastructure.ts';
import { stagesOf } from './candidate.ts';

export interface InfrastructureChecked {
  path: string;
  /** The one that serves, whose file it is. */
  commit: string;
  results: InfrastructureResult[];
}

interface Asked {
  environment: Environment;
  path?: string | undefined;
  /** Whoever asks has left: nothing more is asked then. */
  signal?: AbortSignal | undefined;
  /** Ten minutes if absent: somebody waits for the answer. */
  limitMs?: number | undefined;
}

const usualLimitMs = 600_000;

/**
 * The infrastructure checks of what serves an environment, asked now and kept: those of the file that its stage names,
 * or of another file of the same commit. Each call asks anew. Refuses with `environment/not-live` and
 * `infrastructure/…`.
 */
export async function checkInfrastructure(
  world: World,
  { environment, path, signal, limitMs = usualLimitMs }: Asked,
): Promise<InfrastructureChecked> {
  const deploy =
    environment.deployId === null ? null : await deploys.get(world.db, environment.deployId);
  const config = await environments.config(world.db, environment.id);
  if (!deploy || !config) throw notLive(environment);
  const file = path ?? fileOf(config, environment);
  if (file === null) throw namesNone(environment);
  const asked = {
    placement: { environment, deploy, config },
    path: file,
    run: `infra-${newId()}`,
    candidate: null,
    url: null,
  };
  const late = AbortSignal.timeout(limitMs);
  const ends = signal ? AbortSignal.any([signal, late]) : late;
  const results = await askInfrastructure(world, asked, ends).catch((error: unknown) => {
    if (!ends.aborted || error instanceof SignalboxError) throw error;
    throw notFinished(environment, { file, limitMs: signal?.aborted ? null : limitMs });
  });
  return { path: file, commit: deploy.commit, results };
}

/** Of the stage that the environment is for; null: it has none, or that names no file. */
function fileOf(config: Config, { name }: Pick<Environment, 'name'>): string | null {
  const stage = /^stage\/([^/]+)/.exec(name)?.[1] ?? name;
  return stagesOf(config).find((one) => one.name === stage)?.infrastructure ?? null;
}

const namesNone = ({ app, name }: Pick<Environment, 'app' | 'name'>): SignalboxError =>
  new SignalboxError({
    code: 'infrastructure/no-checks',
    what: `Nothing was checked in ${app}/${name}: its stage names no file of infrastructure checks.`,
    fix: [
      `Name one of the repository: signalbox infra check ${app}/${name} --file infra/checks.yaml`,
      'For every release: pipeline.stages, infrastructure: infra/checks.yaml',
    ],
  });

/** `limitMs` null: whoever asked has left. */
const notFinished = (
  { app, name }: Pick<Environment, 'app' | 'name'>,
  { file, limitMs }: { file: string; limitMs: number | null },
): SignalboxError =>
  new SignalboxError({
    code: 'infrastructure/not-finished',
    what: `The infrastructure checks of ${file} were not finished in ${app}/${name}; no result was kept.`,
    why:
      limitMs === null
        ? 'Whoever asked for them has left, or the controller stops.'
        : `They took longer than ${limitMs / 1000} s, which is all that checks by hand get.`,
    fix: [
      `Ask again, for fewer at a time: signalbox infra check ${app}/${name} --file FILE`,
      'In a stage of the pipeline they have all the time that the file gives them (within).',
    ],
  });
