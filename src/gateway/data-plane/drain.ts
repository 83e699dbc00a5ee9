import { setTimeout as pause } from 'node:timers/promises';
import type { DrainLimit } from '../gateway.ts';
import type { WorkerLinks } from './worker-links.ts';

/**
 * As the port says, over all workers: each says when the instances are quiet at its own clients, and all must
 * say so in one round, because a user may have come to one while another was waited for.
 */
export async function drain(
  links: WorkerLinks,
  instances: readonly string[],
  { limitMs, sessionIdleMs, atLimit }: DrainLimit,
): Promise<{ cutOff: number }> {
  const deadline = Date.now() + limitMs;
  const what = { instances, sessionIdleMs: sessionIdleMs ?? null };
  const isQuiet = async () => (await links.askAll('isQuiet', what)).every(({ answer }) => answer);

  const given = new AbortController();
  const limit = pause(limitMs, undefined, { signal: given.signal }).catch(() => {});
  while (Date.now() < deadline && !(await isQuiet())) {
    const left = Math.max(deadline - Date.now(), 0);
    await Promise.race([links.askAll('untilQuiet', { ...what, limitMs: left }), limit]);
  }
  given.abort();
  if (atLimit === 'leave') return { cutOff: 0 };
  const cut = await links.askAll('cut', instances);
  return { cutOff: cut.reduce((sum, { answer }) => sum + answer, 0) };
}
