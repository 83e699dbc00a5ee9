import type { CodeHost } from '../git/host.ts';
import { hostRows, type HostRow } from '../git/host-tables.ts';
import { SignalboxError } from '../kernel/signalbox-error.ts';
import type { World } from './world.ts';

export type HostAnswer<T> =
  | { kind: 'answered'; value: T }
  /** Nobody should ask again before the host's row says so. */
  | { kind: 'unreachable'; why: string }
  /** It answers, and not to this. */
  | { kind: 'refused'; why: string };

const firstPauseMs = 5000;
const longestPauseMs = 900_000;

type Needs = Pick<World, 'db' | 'clock' | 'log' | 'hosts'>;

/** Asks an app's host, and writes into its row how that went. Whatever it does, this resolves. */
export async function consultHost<T>(
  world: Needs,
  row: HostRow,
  ask: (host: CodeHost) => Promise<T>,
): Promise<HostAnswer<T>> {
  try {
    const host = await world.hosts?.of(row.appId);
    if (!host) return { kind: 'refused', why: 'there is no code host' };
    const value = await ask(host);
    await hostRows.fine(world.db, row.appId);
    return { kind: 'answered', value };
  } catch (error) {
    const why = wordsOf(error);
    if (error instanceof SignalboxError && error.code !== 'host/unreachable')
      return { kind: 'refused', why };
    await keepQuiet(world, row, why);
    return { kind: 'unreachable', why };
  }
}

export const isQuiet = ({ clock }: Pick<World, 'clock'>, { quietUntil }: HostRow): boolean =>
  quietUntil !== null && quietUntil > clock.now();

async function keepQuiet(
  world: Needs,
  { appId, kind, repository }: HostRow,
  why: string,
): Promise<void> {
  // Another caller may have failed meanwhile.
  const row = await hostRows.get(world.db, appId);
  if (!row) return;
  const pauseMs = Math.min(longestPauseMs, firstPauseMs * 2 ** Math.min(row.failures, 20));
  const until = new Date(world.clock.now().getTime() + pauseMs);
  await hostRows.troubled(world.db, appId, { trouble: why, until });
  if (row.trouble !== why) world.log(`${kind} ${repository}: ${why}`);
}

function wordsOf(error: unknown): string {
  if (error instanceof SignalboxError) return [error.what, error.why].filter(Boolean).join(' ');
  return error instanceof Error ? error.message : String(error);
}
