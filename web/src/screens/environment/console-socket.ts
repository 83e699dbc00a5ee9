import { openTerminal } from 'virtual:endpoints';
import { addressOf } from '../../data/call.ts';
import { headersOf, session } from '../../data/credentials.ts';
import { Refusal } from '../../data/refusal.ts';

export interface ConsoleWish {
  environment: string;
  service?: string;
  /** Absent: a shell. */
  command?: string;
  /** What is printed is also there for screen readers. */
  isForEars: boolean;
}

export type ConsoleState =
  | { is: 'closed' | 'opening' | 'open' | 'left' | 'cut' }
  | { is: 'ended'; exitCode: number }
  | { is: 'refused'; refusal: Refusal };

interface Size {
  columns: number;
  rows: number;
}

export interface ConsoleSocket {
  send(bytes: Uint8Array<ArrayBuffer>): void;
  resize(size: Size): void;
  /** Repeatable. */
  end(): void;
}

interface Connecting {
  wish: ConsoleWish;
  size: Size;
  tell: (state: ConsoleState) => void;
  print: (bytes: Uint8Array) => void;
}

/** The line to a terminal of the API, as `terminal` in the contract has it. It tells the end once. */
export function consoleSocket({ wish, size, tell, print }: Connecting): ConsoleSocket {
  const { isForEars: _, ...asked } = wish;
  const address = addressOf(openTerminal, { ...asked, terminal: true, ...size });
  const proof = session.peek()?.proof ?? '';
  const url = new URL(address, location.href.replace(/^http/, 'ws'));
  const socket = new WebSocket(url, ['signalbox', `proof.${proof}`]);
  socket.binaryType = 'arraybuffer';
  let wasOpen = false;
  let isOver = false;
  const over = (state: ConsoleState): void => {
    if (isOver) return;
    isOver = true;
    socket.close();
    tell(state);
  };
  const send = (data: string | Uint8Array<ArrayBuffer>): void => {
    if (socket.readyState === WebSocket.OPEN) socket.send(data);
  };
  tell({ is: 'opening' });
  socket.addEventListener('open', () => {
    wasOpen = true;
    if (!isOver) tell({ is: 'open' });
  });
  socket.addEventListener('message', ({ data }: MessageEvent<ArrayBuffer | string>) => {
    if (typeof data !== 'string') return print(new Uint8Array(data));
    const told = JSON.parse(data) as Told;
    if (told.exitCode !== undefined) over({ is: 'ended', exitCode: told.exitCode });
    else if (told.problem) over({ is: 'refused', refusal: refusalOf(told.problem) });
  });
  socket.addEventListener('close', () => {
    if (wasOpen) over({ is: 'cut' });
    else if (!isOver) void whyNot(address).then((refusal) => over({ is: 'refused', refusal }));
  });
  return {
    send,
    resize: (to) => send(JSON.stringify(to)),
    end: () => over({ is: 'left' }),
  };
}

interface Told {
  exitCode?: number;
  problem?: Problem;
}

interface Problem {
  status: number;
  code: string;
  title: string;
  detail: string | null;
  fix: string[];
}

const refusalOf = ({ title, detail, ...rest }: Problem): Refusal =>
  new Refusal({ what: title, why: detail, ...rest });

/** Browsers keep to themselves why a WebSocket was refused; asked plainly, the same door says it. */
async function whyNot(address: string): Promise<Refusal> {
  const reply = await fetch(address, { headers: headersOf('GET', false) }).catch(() => null);
  if (!reply) return Refusal.unreachable();
  const refusal = await Refusal.from(reply);
  if (refusal.code !== 'api/needs-websocket') return refusal;
  return new Refusal({
    status: 0,
    code: 'dashboard/no-terminal',
    what: 'No terminal was opened.',
    why: 'The environment has just changed, or what stands before the controller lets no WebSocket through.',
    fix: ['Try again.', 'The command line says more: signalbox console'],
  });
}
