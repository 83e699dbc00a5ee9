import { publish } from '../../events/publish.ts';
import type { AcmeSettings } from './acme-settings.ts';
import { AcmeProblem, AcmeSilence } from './acme/acme-problem.ts';
import { clearHttpProofs } from './http-challenge.ts';
import { orderCertificate, type OrderingWorld } from './order-certificate.ts';
import { aloneAtOrdering, certificates, Overtaken, type Attempt } from './tables.ts';
import { wordFailure } from './word-failure.ts';

const minuteMs = 60_000;
/** CAs count failures per hour; from this on each pause is twice the one before. */
const firstPauseMs = 10 * minuteMs;
const longestPauseMs = 12 * 60 * minuteMs;
/** A duty is given to somebody else after five. */
const turnMs = 3 * minuteMs;

/**
 * What is due is ordered, one after the other; what fails is noted in words and has a pause, growing from
 * ten minutes to twelve hours, or what the CA asks for. Returns at once where another controller is at it.
 * Repeatable.
 */
export async function orderDue(world: Ordering, settings: AcmeSettings): Promise<void> {
  await aloneAtOrdering(world.db, async () => {
    await clearHttpProofs(world.gateway);
    const end = performance.now() + turnMs;
    for (const { id } of await certificates.due(world.db, world.clock.now())) {
      if (performance.now() > end) return;
      const failure = await tried(world, settings, id);
      // It will not have a word for the others either.
      if (failure instanceof AcmeSilence) return;
    }
  });
}

type Ordering = OrderingWorld & { log(line: string): void };

/** null: it went well, or was none of our business. */
async function tried(world: Ordering, settings: AcmeSettings, id: string): Promise<unknown> {
  const attempt = await certificates.beginAttempt(world.db, id);
  if (attempt === null) return null;
  const names = attempt.names.join(', ');
  try {
    await orderCertificate(world, settings, attempt);
    const text = `A certificate for ${names} was issued.`;
    world.log(text);
    await publish(world.db, { kind: 'certificate-issued', text, data: { id } });
    return null;
  } catch (error) {
    if (error instanceof Overtaken) return null;
    await noteFailure(world, { attempt, settings, error });
    return error;
  }
}

async function noteFailure(
  { db, clock, log }: Ordering,
  of: { attempt: Attempt; settings: AcmeSettings; error: unknown },
): Promise<void> {
  const { attempt, error } = of;
  const { text, fix } = wordFailure(of);
  const now = clock.now().getTime();
  const askedMs = error instanceof AcmeProblem ? error.retryAfterMs : null;
  const heldOffUntil = askedMs === null ? null : new Date(now + askedMs);
  const pauseMs = pauseAfter(attempt.failures + 1);
  const nextAttemptAt = new Date(
    now + Math.max(pauseMs, (askedMs ?? 0) + Math.random() * minuteMs),
  );
  try {
    if (isHopeless(error)) await certificates.noteOrder(db, attempt, null);
    await certificates.fail(db, attempt, { error: text, fix, nextAttemptAt, heldOffUntil });
  } catch (failure) {
    if (failure instanceof Overtaken) return;
    throw failure;
  }
  const told = `No certificate for ${attempt.names.join(', ')}: ${text}`;
  log(told);
  await publish(db, { kind: 'certificate-failed', text: told, data: { id: attempt.id } });
}

/** Nothing can come of the order any more: neither silence nor a limit says so. */
const isHopeless = (error: unknown): boolean =>
  error instanceof AcmeProblem && error.kind !== 'rateLimited' && error.status < 500;

function pauseAfter(failures: number): number {
  const pauseMs = Math.min(longestPauseMs, firstPauseMs * 2 ** Math.min(failures - 1, 20));
  return pauseMs * (0.8 + Math.random() * 0.4);
}
