import type { Socket } from 'node:net';

/** What one side can be asked to do: functions of one argument, whose argument and result are JSON. */
export type Calls<Names> = { [Name in keyof Names]: (argument: never) => unknown };

/** The other side of a link. */
export interface CallLink<Far extends Calls<Far>> {
  /** Rejects with LinkClosed when the other side went before it answered, with its words when it failed. */
  ask<Name extends keyof Far & string>(
    name: Name,
    argument: Parameters<Far[Name]>[0],
  ): Promise<Awaited<ReturnType<Far[Name]>>>;
  close(): void;
}

export class LinkClosed extends Error {
  override readonly name = 'LinkClosed';
}

interface Waiting {
  resolve(result: unknown): void;
  reject(error: Error): void;
}

type Message =
  | { call: number; name: string; argument: unknown }
  | { reply: number; result: unknown }
  | { reply: number; failed: string };

/**
 * Two processes that ask each other over one socket, a line of JSON per message, calls and answers in the
 * order in which they were sent. `near` does what the other side asks.
 */
export function callLink<Near extends Calls<Near>, Far extends Calls<Far>>(
  socket: Socket,
  { near, closed }: { near: Near; closed: () => void },
): CallLink<Far> {
  const waiting = new Map<number, Waiting>();
  let last = 0;

  const send = (message: Message): void => {
    if (!socket.destroyed) socket.write(`${JSON.stringify(message)}\n`);
  };

  async function obey(call: number, name: string, argument: unknown): Promise<void> {
    try {
      const act = near[name as keyof Near] as unknown as (argument: unknown) => unknown;
      send({ reply: call, result: (await act(argument)) ?? null });
    } catch (error) {
      send({ reply: call, failed: error instanceof Error ? error.message : String(error) });
    }
  }

  function receive(message: Message): void {
    if ('call' in message) return void obey(message.call, message.name, message.argument);
    const asked = waiting.get(message.reply);
    waiting.delete(message.reply);
    if ('failed' in message) asked?.reject(new Error(message.failed));
    else asked?.resolve(message.result);
  }

  onLines(socket, (line) => receive(JSON.parse(line) as Message));
  socket.on('error', () => {});
  socket.once('close', () => {
    for (const { reject } of waiting.values()) reject(new LinkClosed('the other process is gone'));
    waiting.clear();
    closed();
  });

  return {
    ask: (name, argument) =>
      new Promise((resolve, reject) => {
        if (socket.destroyed) return reject(new LinkClosed('the other process is gone'));
        last += 1;
        waiting.set(last, { resolve, reject });
        send({ call: last, name, argument });
      }),
    close: () => socket.destroy(),
  };
}

/** A table of thousands of routes comes in many pieces: they are joined once, not again with each. */
function onLines(socket: Socket, act: (line: string) => void): void {
  let pieces: string[] = [];
  socket.setEncoding('utf8').on('data', (piece: string) => {
    const lines = piece.split('\n');
    if (lines.length === 1) return void pieces.push(piece);
    act([...pieces, lines[0]].join(''));
    for (const line of lines.slice(1, -1)) act(line);
    pieces = [lines.at(-1) ?? ''];
  });
}
