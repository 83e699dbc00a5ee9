import { SignalboxError } from '../../../kernel/signalbox-error.ts';
import { lockHolder } from '../../data-plane/gateway-lock.ts';
import { control, type ControlCall, GatewaySilent } from './control-client.ts';

/** As `control`; one that lives and says nothing is refused as `gateway/not-answering`. `who`: as a sentence begins. */
export async function askControl(call: ControlCall, who: string): Promise<unknown> {
  try {
    return await control(call);
  } catch (error) {
    throw error instanceof GatewaySilent ? notAnswering(call.directory, who, error) : error;
  }
}

function notAnswering(directory: string, who: string, cause: Error): SignalboxError {
  const pid = lockHolder(directory)?.pid;
  return new SignalboxError({
    code: 'gateway/not-answering',
    what: `${who} lives, but does not answer.`,
    why: cause.message,
    fix: [
      pid === undefined ? 'Try again.' : `End it, and it is started anew: kill -9 ${pid}`,
      `Read the end of its log: tail ${directory}/gateway.log`,
    ],
    cause,
  });
}
