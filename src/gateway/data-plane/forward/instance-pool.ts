import type { Endpoint } from '../choose/chooser.ts';
import type { ForwardContext } from './forward-context.ts';
import { InstanceConnection } from './instance-connection.ts';

/** Connections unused for longer than this are not trusted with what cannot be sent twice. */
const freshMs = 1_000;

/**
 * A connection for one request, mostly the one used last. An instance may close an unused connection just as
 * we write to it, and then nobody knows whether it acted. What can be sent twice is sent again then; what
 * cannot only goes over a used connection of an instance that has been seen to keep them open for long.
 */
export function takeConnection(
  context: ForwardContext,
  endpoint: Endpoint,
  { isRepeatable, isFresh }: { isRepeatable: boolean; isFresh: boolean },
): InstanceConnection {
  for (let left = isFresh ? 0 : endpoint.idle.length; left > 0; left -= 1) {
    const connection = endpoint.idle.at(-1) as InstanceConnection;
    const mayUse = isRepeatable || isSafe(connection, context.deadlines.nowMs);
    if (!mayUse && !connection.isClosed) break;
    endpoint.idle.pop();
    if (!connection.isClosed) return connection;
  }
  return new InstanceConnection(context, endpoint);
}

const isSafe = ({ work, idleSinceMs }: InstanceConnection, nowMs: number): boolean =>
  work.keepsOpen === 'yes' && nowMs - idleSinceMs < freshMs;
