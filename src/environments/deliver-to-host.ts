import type { CodeHost } from '../git/host.ts';
import { sendMessage } from '../git/host-message.ts';
import { hostMessages, hostRows, type HostRow, type OpenMessage } from '../git/host-tables.ts';
import { consultHost, isQuiet } from './host-answers.ts';
import type { World } from './world.ts';

type Needs = Pick<World, 'db' | 'clock' | 'log' | 'hosts'>;

/** One turn takes so long at most; what is left is told the next time. */
const turnMs = 60_000;
const atOnce = 200;
const mostRefusals = 10;
const mostTries = 24;
const longestPauseMs = 3_600_000;
const firstPauseMs = 10_000;

/** After that nobody looks at it. */
const keptMs = 30 * 86_400_000;

/**
 * What is due was told to each host, or is due again later, when it resolves. Each host by itself: one that is down
 * keeps no other waiting. Killed between telling and noting it, the same is told again, which changes nothing there.
 */
export async function deliverToHosts(world: Needs): Promise<void> {
  await hostMessages.forget(world.db, new Date(world.clock.now().getTime() - keptMs));
  const hosts = (await hostRows.all(world.db)).filter((row) => !isQuiet(world, row));
  await Promise.all(hosts.map((row) => deliver(world, row)));
}

async function deliver(world: Needs, row: HostRow): Promise<void> {
  const { db, clock } = world;
  const { appId } = row;
  const due = await hostMessages.due(db, appId, { now: clock.now(), limit: atOnce });
  if (due.length === 0) return;
  const end = performance.now() + turnMs;
  let refusals = 0;
  for (const { key } of due) {
    if (performance.now() > end) return;
    const message = await hostMessages.open(db, appId, key);
    if (message === null) continue;
    const answer = await consultHost(world, row, (host) => tell(world, host, message));
    if (answer.kind === 'unreachable') return;
    refusals = answer.kind === 'refused' ? refusals + 1 : 0;
    if (answer.kind === 'refused') await putOff(world, message, answer.why);
    // It may be refusing all of it; the next turn goes on behind these.
    if (refusals === mostRefusals) return;
  }
}

async function tell(world: Needs, host: CodeHost, message: OpenMessage): Promise<void> {
  await sendMessage(host, message.payload);
  await hostMessages.told(world.db, message, world.clock.now());
}

/** What one message is refused for may be about it alone: the others are told. */
async function putOff(world: Needs, message: OpenMessage, trouble: string): Promise<void> {
  const now = world.clock.now();
  const pauseMs = Math.min(longestPauseMs, firstPauseMs * 2 ** Math.min(message.tries, 20));
  const due = message.tries + 1 >= mostTries ? null : new Date(now.getTime() + pauseMs);
  await hostMessages.failed(world.db, message, { trouble, due, now });
}
