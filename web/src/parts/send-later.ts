import type { CallName } from '../../../src/api/contract/all.ts';
import { call, type Answer, type EndpointRef, type Given } from '../data/call.ts';
import { Refusal } from '../data/refusal.ts';
import { toast } from './toasts.tsx';

interface Later<Name extends CallName> {
  afterMs: number;
  /** Said while it can be taken back. */
  says: string;
  done?: ((answer: Answer<Name>) => void) | undefined;
}

/** Asks the API after a while, unless somebody takes it back; at once when the page is left. */
export function sendLater<Name extends CallName>(
  of: EndpointRef<Name>,
  input: Given<Name>,
  { afterMs, says, done }: Later<Name>,
): void {
  const stop = (): void => {
    clearTimeout(timer);
    window.removeEventListener('pagehide', leave);
  };
  const send = async (keepalive: boolean): Promise<void> => {
    stop();
    close();
    try {
      const answer = await call(of, input, { keepalive });
      done?.(answer);
    } catch (error) {
      const refusal = Refusal.of(error);
      toast({ text: refusal.message, refusal });
    }
  };
  const leave = (): void => void send(true);
  const timer = setTimeout(() => void send(false), afterMs);
  window.addEventListener('pagehide', leave);
  const close = toast({ text: says, undo: stop, lastsMs: afterMs });
}
