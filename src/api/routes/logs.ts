import { setTimeout as pause } from 'node:timers/promises';
import { buildJob, builds } from '../../build/artifact.ts';
import { checks } from '../../checks/check.ts';
import { environmentLogs, refuseUnknownService } from '../../environments/environment-logs.ts';
import { findEnvironment } from '../../environments/find-environment.ts';
import { logLines, shownLine } from '../../environments/log-lines.ts';
import { jobRuns, workloadOf } from '../../environments/run-jobs.ts';
import { knownSecrets } from '../../environments/secret.ts';
import { secretsOf } from '../../environments/variables.ts';
import { findApp } from '../../git/app.ts';
import { findCommit } from '../../git/find-commit.ts';
import { SignalboxError } from '../../kernel/signalbox-error.ts';
import { findCandidate, findStage } from '../../pipeline/find-candidate.ts';
import { candidateTest } from '../../pipeline/show-candidates.ts';
import type { Handlers } from '../handlers.ts';
import type { ApiWorld } from './api-world.ts';
import { unknownRun } from './jobs.ts';

type Names = 'readLogs' | 'readBuildLog' | 'readCheckLog' | 'readJobLog' | 'readTestLog';

interface Wish {
  follow?: boolean | undefined;
  tail?: number | undefined;
}

const longestLine = 16_000;

export function logHandlers(world: ApiWorld): Pick<Handlers, Names> {
  return {
    async readLogs(
      { environment: address, service = null, tail = null, follow = false },
      { signal },
    ) {
      const environment = await findEnvironment(world.db, address);
      if (service !== null) await refuseUnknownService(world, environment, service);
      return environmentLogs(world, environment, { service, tail, follow, signal });
    },

    async readBuildLog({ build: key, ...wish }, { signal }) {
      const build = await builds.get(world.db, key);
      if (!build) throw noBuild(key);
      const secrets = await knownSecrets(world.db, world.key, { appId: build.appId, scopes: null });
      const log = { id: buildJob(build.key, build.attempt), secrets, wish, signal };
      return fromItsFirstMoment(world, log, () => builds.get(world.db, key));
    },

    async readCheckLog({ app: name, commit, check, ...wish }, { signal }) {
      const app = await findApp(world.db, name);
      const whole = (await findCommit(world.repositories, name, commit)) ?? commit;
      const result = await checks.get(world.db, app.id, whole, check);
      if (!result) throw noCheck({ app: name, commit, check });
      const secrets = await knownSecrets(world.db, world.key, { appId: app.id, scopes: null });
      const log = { id: result.job, secrets, wish, signal };
      return fromItsFirstMoment(world, log, () => checks.get(world.db, app.id, whole, check));
    },

    async readJobLog({ run: id, ...wish }, { signal }) {
      const run = await jobRuns.get(world, id);
      if (!run) throw unknownRun(id);
      const environment = await findEnvironment(world.db, run.environmentId);
      const secrets = await secretsOf(world, environment);
      return jobLog(world, id, { id: workloadOf(id), secrets, wish, signal });
    },

    async readTestLog({ app, number, stage, test, ...wish }, { signal }) {
      const { id, secrets, look } = await findTest(world, { app, number, stage, test });
      return fromItsFirstMoment(world, { id, secrets, wish, signal }, look);
    },
  };
}

interface Log {
  id: string;
  secrets: Record<string, string>;
  wish: Wish;
  signal: AbortSignal;
}

const lookMs = 100;

/** Whoever follows a run from its first moment is there before its log is. */
async function* jobLog(world: ApiWorld, run: string, log: Log): AsyncGenerator<{ line: string }> {
  const isWaiting = async (): Promise<boolean> =>
    (await jobRuns.get(world, run))?.state === 'waiting';
  while (log.wish.follow && !log.signal.aborted && (await isWaiting())) {
    await pause(lookMs, undefined, { signal: log.signal }).catch(() => undefined);
  }
  yield* cleaned(world, log);
}

/** It is told of before it has a log: whoever follows it then waits for that. */
async function* fromItsFirstMoment(
  world: ApiWorld,
  log: Log,
  look: () => Promise<{ state: string } | null>,
): AsyncGenerator<{ line: string }> {
  for (;;) {
    const isRunning = log.wish.follow === true && (await look())?.state === 'running';
    let isSilent = true;
    for await (const line of cleaned(world, log)) {
      isSilent = false;
      yield line;
    }
    if (!isSilent || !isRunning || log.signal.aborted) return;
    await pause(lookMs, undefined, { signal: log.signal }).catch(() => undefined);
  }
}

async function* cleaned(world: ApiWorld, of: Log): AsyncGenerator<{ line: string }> {
  const { id, secrets, signal } = of;
  const { tail = null, follow = false } = of.wish;
  for await (const line of logLines(world.runtime, { id, tail, follow, signal })) {
    yield { line: shownLine(line, { secrets, longest: longestLine }) };
  }
}

interface TestName {
  app: string;
  number: number;
  stage: string;
  test: string;
}

interface FoundTest {
  /** The workload. */
  id: string;
  /** What its environment knows that no log may show. */
  secrets: Record<string, string>;
  /** How it is by now. */
  look: () => Promise<{ state: string } | null>;
}

async function findTest(world: ApiWorld, name: TestName): Promise<FoundTest> {
  const app = await findApp(world.db, name.app);
  const candidate = await findCandidate(world.db, app.name, name.number);
  const stage = await findStage(world.db, candidate, name.stage);
  const look = () => candidateTest(world.db, { candidate, stage, test: name.test });
  const found = await look();
  if (!found) throw noTest(name);
  const all = await knownSecrets(world.db, world.key, { appId: app.id, scopes: null });
  if (stage.environmentId === null) return { id: found.job, secrets: all, look };
  const environment = await findEnvironment(world.db, stage.environmentId);
  const secrets = { ...all, ...(await secretsOf(world, environment)) };
  return { id: found.job, secrets, look };
}

const noBuild = (key: string): SignalboxError =>
  new SignalboxError({
    code: 'build/unknown',
    what: `There is no build ${key.slice(0, 16)}.`,
    fix: ['The log of a branch’s newest build: signalbox logs BRANCH --build'],
  });

const noCheck = ({
  app,
  commit,
  check,
}: {
  app: string;
  commit: string;
  check: string;
}): SignalboxError =>
  new SignalboxError({
    code: 'check/unknown',
    what: `No check called ${check} has run on ${commit.slice(0, 7)} of ${app}.`,
    fix: [`Its name stands under checks in signalbox.yaml.`, 'Push the commit.'],
  });

const noTest = ({ app, number, stage, test }: TestName): SignalboxError =>
  new SignalboxError({
    code: 'test/unknown',
    what: `No test called ${test} has run in ${stage} for candidate ${number} of ${app}.`,
    fix: [`signalbox candidate ${app} ${number}`, `Its name stands under tests of ${stage}.`],
  });
