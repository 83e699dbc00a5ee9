import { refusal } from '../environments/prepare-deploy.ts';
import { names } from '../environments/environment.ts';
import { SignalboxError } from '../kernel/signalbox-error.ts';
import { startHidden, stopHidden, type Proving } from './start-hidden.ts';
import { tryHealth, trySmoke, type Failure } from './try-hidden.ts';
import { endedCode, laneStep, type Lane } from './lane.ts';

export type Proof =
  /** Instances that run, are hidden and have answered well. */
  | { proven: string[] }
  /** None of them is left running. */
  | Trouble;

interface Trouble {
  failed: string;
  logTail: string;
  fix: string[];
}

/**
 * Starts these instances of the new deploy hidden, waits for their health and runs the smoke test against each of
 * them. One that fails is replaced once, by another on files unpacked anew. Repeatable after a crash at any instant.
 */
export async function proveInstances(lane: Lane, proving: Proving): Promise<Proof> {
  const proof = await proveTwice(lane, proving).catch(asObstacle);
  if ('proven' in proof) return proof;
  const { label } = proving;
  await laneStep(lane, `stop ${label}: not proven`, () => stopHidden(lane, proving, [1, 2]));
  return proof;
}

async function proveTwice(lane: Lane, proving: Proving): Promise<Proof> {
  const { ordinals } = proving;
  const failures = await prove(lane, proving, 1);
  const failing = failures.map(({ ordinal }) => ordinal);
  const again = failures.length > 0 ? await prove(lane, replaced(proving, failing), 2) : [];
  const [failure] = again;
  if (failure) {
    const { failed, logTail, fix } = failure;
    return { failed: `${failed}, and so did its replacement on fresh ground`, logTail, fix };
  }
  const { service = 'web' } = proving;
  const of = { deployId: lane.deploy, service };
  const proven = ordinals.map((ordinal) =>
    names.instance({ ...of, ordinal, attempt: failing.includes(ordinal) ? 2 : 1 }),
  );
  return { proven };
}

const replaced = (proving: Proving, ordinals: readonly number[]): Proving => ({
  ...proving,
  ordinals,
  label: `${proving.label} (the replacement)`,
});

/** Empty: all are proven. */
async function prove(lane: Lane, proving: Proving, attempt: number): Promise<Failure[]> {
  const { label } = proving;
  const where = lane.order.environmentName;
  await laneStep(lane, `start ${label} hidden in ${where}`, async () => {
    if (attempt > 1) await stopHidden(lane, proving, [attempt - 1]);
    await startHidden(lane, proving, attempt);
  });
  const sick = await laneStep(lane, `wait until ${label} is healthy`, () =>
    tryHealth(lane, proving, attempt),
  );
  const well = without(proving, sick);
  if (!hasSmoke(lane, proving) || well.ordinals.length === 0) return sick;
  const burning = await laneStep(lane, `smoke-test ${label}`, () => trySmoke(lane, well, attempt));
  return [...sick, ...burning];
}

const hasSmoke = ({ order }: Lane, { service = 'web' }: Proving): boolean =>
  (order.config.services[service]?.smoke ?? null) !== null;

const without = (proving: Proving, failures: readonly Failure[]): Proving => ({
  ...proving,
  ordinals: proving.ordinals.filter((one) => failures.every(({ ordinal }) => ordinal !== one)),
});

/** A refusal, such as a missing secret, is an instance that cannot be proven; an ended rollout is none. */
function asObstacle(error: unknown): Trouble {
  if (error instanceof SignalboxError && error.code === endedCode) throw error;
  const obstacle = refusal(error);
  if ('unwanted' in obstacle) throw error;
  return obstacle;
}
