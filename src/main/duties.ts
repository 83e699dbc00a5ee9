import { sessions } from '../api/session-tables.ts';
import { sweepBuilds } from '../build/build-once.ts';
import { chatCommands } from '../chat/tables.ts';
import { sweepChecks } from '../checks/run-checks.ts';
import { sql } from '../db/pool.ts';
import { publish } from '../events/publish.ts';
import { takeOverTheDead } from '../workflow/takeover.ts';
import { doDuty, dutyStates, type Duty } from '../workflow/duty.ts';
import type { HandOver } from '../environments/follow-push.ts';
import { forgetOldLogs } from '../environments/forget-logs.ts';
import { forgetOldTraffic } from '../environments/forget-traffic.ts';
import { reconcile } from '../environments/reconcile.ts';
import { recordTraffic } from '../environments/record-traffic.ts';
import { startDueJobs } from '../environments/run-jobs.ts';
import { startDueSnapshots } from '../environments/start-snapshots.ts';
import { noteActivity, sweep } from '../environments/sweep.ts';
import { syncFollowedApps } from '../environments/sync-app.ts';
import type { World } from '../environments/world.ts';
import { mendCandidates } from '../pipeline/mend-candidates.ts';
import { mendRollouts } from '../rollout/mend-rollouts.ts';
import { rolloutTicks } from '../rollout/tables.ts';
import { retireWarm } from '../rollout/retire-warm.ts';
import { platform } from '../train/platform-tables.ts';
import { tendTrains } from '../train/tend-trains.ts';
import { hostDuties } from './host-duties.ts';
import { certificatesDuty, type CertificateSettings } from './certificates-duty.ts';
import type { TendedGateway } from './open-gateway.ts';

export interface Rhythm {
  reconcileMs: number;
  sweepMs: number;
  syncMs: number;
  jobsMs: number;
  /** Without a heartbeat for this long a controller counts as dead. */
  takeOverAfterMs: number;
}

export const usualRhythm: Rhythm = {
  reconcileMs: 60_000,
  sweepMs: 600_000,
  syncMs: 60_000,
  jobsMs: 20_000,
  takeOverAfterMs: 30_000,
};

const dayMs = 86_400_000;
const artifactsKeptMs = 30 * dayMs;
const logsKeptMs = 14 * dayMs;
const runsKeptMs = 30 * dayMs;
/** After that a verdict cannot be made again; what it said stays. */
const ticksKeptMs = 90 * dayMs;

/** What is done again and again, by whichever controller comes first. */
function allDuties(world: World, rhythm: Rhythm): Duty[] {
  const before = (ms: number): Date => new Date(world.clock.now().getTime() - ms);
  return [
    {
      name: 'reconcile',
      everyMs: rhythm.reconcileMs,
      work: async () => void (await reconcile(world)),
    },
    {
      name: 'candidates',
      everyMs: rhythm.reconcileMs,
      work: async () => void (await mendCandidates(world)),
    },
    {
      name: 'rollouts',
      // A route that a dead controller did not set any more should not wait for a minute.
      everyMs: Math.min(5000, rhythm.reconcileMs),
      work: async () => {
        await mendRollouts(world);
        await retireWarm(world);
      },
    },
    { name: 'trains', everyMs: 1000, work: () => tendTrains(world) },
    {
      name: 'activity',
      everyMs: Math.min(60_000, rhythm.sweepMs),
      work: () => noteActivity(world),
    },
    { name: 'sweep', everyMs: rhythm.sweepMs, work: async () => void (await sweep(world)) },
    { name: 'scheduled jobs', everyMs: rhythm.jobsMs, work: () => startDueJobs(world) },
    {
      name: 'snapshots',
      everyMs: Math.min(60_000, rhythm.sweepMs),
      work: () => startDueSnapshots(world),
    },
    { name: 'sync', everyMs: rhythm.syncMs, work: () => syncFollowedApps(world) },
    { name: 'record traffic', everyMs: 1000, work: () => recordTraffic(world) },
    { name: 'old traffic', everyMs: 60_000, work: () => forgetOldTraffic(world) },
    { name: 'logs', everyMs: 10_000, work: () => world.runtime.tend() },
    {
      name: 'retention',
      everyMs: 3_600_000,
      work: async () => {
        await sweepBuilds(world.build, {
          artifactsUsedBefore: before(artifactsKeptMs),
          logsEndedBefore: before(logsKeptMs),
        });
        await sweepChecks(world.checks, before(logsKeptMs));
        await forgetOldLogs(world, before(logsKeptMs));
        await world.build.cache.sweep(before(artifactsKeptMs));
        await platform.forget(world.db, before(artifactsKeptMs));
        await world.engine.purge(before(runsKeptMs));
        await sql`delete from events where at < ${before(runsKeptMs)}`.execute(world.db);
        await rolloutTicks.forget(world.db, before(ticksKeptMs));
        await chatCommands.forget(world.db, before(runsKeptMs));
        await sessions.forget(world.db, world.clock.now());
      },
    },
  ];
}

/** Keeps Signalbox in order until stopped: takeover, gateway, and every duty at its rhythm. */
export function startDuties(
  world: World & { gateway: TendedGateway },
  options: {
    controller: string;
    rhythm: Rhythm;
    certificates: CertificateSettings;
    tendDatabase(): Promise<void>;
    /** What becomes of a commit whose approvals came late. */
    handOver: HandOver;
  },
): { stop(): Promise<void> } {
  const { controller, rhythm } = options;
  const certificates = certificatesDuty(world, options.certificates);
  const all = [
    ...allDuties(world, rhythm),
    ...hostDuties(world, options.handOver, rhythm),
    certificates.duty,
  ];
  const loops = [
    every(1000, options.tendDatabase),
    every(1000, async () => void (await world.gateway.tend())),
    every(Math.min(1000, rhythm.takeOverAfterMs / 3), async () => {
      const dead = await takeOverTheDead(world.db, world.engine, {
        self: controller,
        afterMs: rhythm.takeOverAfterMs,
      });
      if (dead.length > 0) world.log(`took over from ${dead.join(', ')}`);
    }),
    every(30_000, () => alarmSilence(world)),
    every(certificates.serve.everyMs, () => certificates.serve.work()),
    ...all.map((duty) =>
      every(
        Math.min(duty.everyMs, Math.max(1000, duty.everyMs / 4)),
        async () => void (await doDuty(world.db, duty, controller)),
      ),
    ),
  ];
  return { stop: async () => void (await Promise.all(loops.map((loop) => loop()))) };
}

const alarmed = new Set<string>();

/** A sweeper that says nothing is as bad as none: its silence is an event, once. */
async function alarmSilence(world: World): Promise<void> {
  for (const { name, silent, ranAt } of await dutyStates(world.db)) {
    if (!silent) alarmed.delete(name);
    if (!silent || alarmed.has(name)) continue;
    alarmed.add(name);
    const since = ranAt ? `since ${ranAt.toISOString()}` : 'ever';
    await publish(world.db, {
      kind: 'duty-silent',
      text: `Nobody has done "${name}" ${since}; see signalbox status`,
    });
    world.log(`alarm: nobody has done "${name}" ${since}`);
  }
}

/** Runs `work` again and again, never twice at once; an error waits for the next time. Returns how to stop. */
function every(ms: number, work: () => Promise<void>): () => Promise<void> {
  let stopped = false;
  let running: Promise<void> = Promise.resolve();
  let timer: NodeJS.Timeout;
  const turn = (): void => {
    running = work()
      .catch(() => undefined)
      .then(() => {
        if (!stopped) timer = setTimeout(turn, ms);
      });
  };
  timer = setTimeout(turn, Math.min(ms, 500));
  return async () => {
    stopped = true;
    clearTimeout(timer);
    await running;
  };
}
