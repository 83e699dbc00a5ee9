// One controller as a process of its own, with what only tests may do: a clock that can be moved, quick
// duties, and an end by SIGKILL at a named point of a workflow. argv[2] is a JSON ControllerOptions.
import { readFileSync } from 'node:fs';
import { startServer } from '../../src/main/server.ts';
import type { Rhythm } from '../../src/main/duties.ts';
import type { Engine, Flow } from '../../src/workflow/workflow.ts';

export interface ControllerOptions {
  data: string;
  files?: string;
  gateway: string;
  listen?: string;
  databaseUrl?: string;
  rhythm?: Partial<Rhythm>;
  /** A file with the milliseconds the clock is ahead. */
  clockFile?: string;
  /** The n-th step from the start (1 is the first) at whose `moment` the process kills itself. */
  killAt?: { step: number; moment: 'before' | 'done, not noted' | 'after' };
  /** It kills itself in the first step whose name begins so, at this moment of it. */
  killIn?: { step: string; moment: 'before' | 'done, not noted' | 'after' };
  /** It kills itself when it has done the n-th step that was not done before it, and nobody has noted that one. */
  killInAct?: number;
  /**
   * The process stops itself (SIGSTOP) in the run that follows the push of this commit, and in no other that it takes
   * over: inside the first step whose name begins so, before it acts. Once.
   */
  freezeIn?: { step: string; commit: string };
  /** How long it goes on after it has learned that its work was taken: what others refuse it must stop it too. */
  deafMs?: number;
}

const options = JSON.parse(process.argv[2] ?? '{}') as ControllerOptions;
let steps = 0;
let acts = 0;

function dieAt(moment: string, step: number): void {
  if (options.killAt?.step === step && options.killAt.moment === moment)
    process.kill(process.pid, 'SIGKILL');
}

/** Of a step that nobody has noted before. */
function dieIn(moment: string, step: string): void {
  if (options.killIn?.moment === moment && step.startsWith(options.killIn.step))
    process.kill(process.pid, 'SIGKILL');
}

let frozen = false;

function freezeIn(step: string, commit: string | null): void {
  const wanted = options.freezeIn;
  if (frozen || !wanted || wanted.commit !== commit || !step.startsWith(wanted.step)) return;
  frozen = true;
  process.kill(process.pid, 'SIGSTOP');
}

function deadly(flow: Flow): Flow {
  // Of the push that this run follows: its first step reads it, or has read it in another controller.
  let commit: string | null = null;
  return {
    ...flow,
    async step(name, act) {
      steps += 1;
      const mine = steps;
      dieAt('before', mine);
      let isNew = false;
      const result = await flow.step(name, async () => {
        isNew = true;
        dieIn('before', name);
        freezeIn(name, commit);
        const value = await act();
        dieAt('done, not noted', mine);
        dieIn('done, not noted', name);
        acts += 1;
        if (acts === options.killInAct) process.kill(process.pid, 'SIGKILL');
        return value;
      });
      dieAt('after', mine);
      if (isNew) dieIn('after', name);
      commit ??= commitIn(result);
      return result;
    },
  };
}

function commitIn(result: unknown): string | null {
  if (typeof result !== 'object' || result === null || !('commit' in result)) return null;
  return String(result.commit);
}

const aroundEngine = (engine: Engine): Engine => ({
  ...engine,
  register: (name, workflow) =>
    engine.register(name, (flow, input: never) => workflow(deadly(flow), input)),
});

function ahead(): number {
  if (!options.clockFile) return 0;
  try {
    return Number(readFileSync(options.clockFile, 'utf8')) || 0;
  } catch {
    return 0;
  }
}

const server = await startServer({
  listen: '127.0.0.1:0',
  domain: 'localhost',
  version: 'test',
  ...options,
  clock: { now: () => new Date(Date.now() + ahead()) },
  ...(options.killAt || options.killIn || options.killInAct || options.freezeIn
    ? { aroundEngine }
    : {}),
  log: (line) => process.stderr.write(`${line}\n`),
});
process.stdout.write(
  `${JSON.stringify({ url: server.url, gatewayUrl: server.gatewayUrl, tokenFile: server.tokenFile })}\n`,
);
void server.lost.then((why) => {
  process.stderr.write(`${why}\n`);
  setTimeout(() => process.exit(3), options.deafMs ?? 0);
});
process.on('SIGTERM', () => {
  void server.stop().then(() => process.exit(0));
});
