import { PassThrough } from 'node:stream';
import type { Terminal } from '../../src/runtimes/runtime.ts';

/** A terminal that says back what it is told and exits with 7. */
export function fakeTerminal(): {
  terminal: Terminal;
  sizes: [number, number][];
  closed: Promise<void>;
} {
  const echo = new PassThrough();
  const sizes: [number, number][] = [];
  const exit = Promise.withResolvers<number>();
  const closed = Promise.withResolvers<void>();
  echo.once('end', () => exit.resolve(7));
  const terminal: Terminal = {
    output: echo as AsyncIterable<Buffer>,
    write: (bytes) => void echo.write(bytes),
    end: () => void echo.end(),
    resize: (columns, rows) => void sizes.push([columns, rows]),
    close: async () => {
      echo.destroy();
      closed.resolve();
    },
    exitCode: exit.promise,
  };
  return { terminal, sizes, closed: closed.promise };
}
