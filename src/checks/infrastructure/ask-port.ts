import { connect } from 'node:net';
import { type Answer, failed, passed } from './answer.ts';
import type { Asking } from './asking.ts';
import type { Check } from './question.ts';
import { errorInWords, knownAddresses, reach } from './reach.ts';
import { parseHostAndPort, type HostAndPort } from './text-rules.ts';

/** Whether a TCP connection is accepted, or is not where none must be. Asks once; ends with the signal. */
export async function askPort(
  { at, open }: Check<'ports'>,
  { entrance, signal }: Asking,
): Promise<Answer> {
  const where = parseHostAndPort(at);
  if (!where) return failed('nothing to connect to');
  const trouble = await troubleAt(where, { entrance, signal });
  if (open) return trouble === null ? passed('it accepts connections') : failed(trouble);
  return trouble === null ? failed('it accepts connections') : passed(trouble);
}

async function troubleAt(
  where: HostAndPort,
  asking: Pick<Asking, 'entrance' | 'signal'>,
): Promise<string | null> {
  const reached = await reach(where, asking);
  if ('wrong' in reached) return reached.wrong;
  const lookup = knownAddresses(reached.addresses);
  const ended = Promise.withResolvers<string | null>();
  const socket = connect({ host: where.host, port: reached.port, lookup, signal: asking.signal });
  socket.once('connect', () => ended.resolve(null));
  socket.on('error', (error) => ended.resolve(errorInWords(error)));
  socket.once('close', () => ended.resolve('it broke the connection off'));
  return ended.promise.finally(() => socket.destroy());
}
