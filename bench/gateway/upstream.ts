import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { compile } from './compile.ts';
import { type PinnedProcess, startPinned } from './pinned-process.ts';
import { backendNames } from './scene.ts';

export interface Upstream {
  process: PinnedProcess;
  /** Of each backend by its name. */
  ports: ReadonlyMap<string, number>;
}

/** Compiled into the directory; all its ports listen when it resolves. */
export async function startUpstream(directory: string, core: string): Promise<Upstream> {
  const program = await compile('upstream.c', directory);
  const outputFile = join(directory, 'upstream.log');
  const process = startPinned({ core, program, flags: [...backendNames], outputFile });
  for (;;) {
    process.assertAlive();
    const told = readFileSync(outputFile, 'utf8').trimEnd().split('\n');
    if (told.length === backendNames.length) return { process, ports: portsOf(told) };
    await pause(20);
  }
}

function portsOf(lines: readonly string[]): Map<string, number> {
  return new Map(
    lines.map((line) => {
      const [name = '', port = ''] = line.split(' ');
      return [name, Number(port)];
    }),
  );
}
