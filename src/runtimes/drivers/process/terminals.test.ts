import assert from 'node:assert/strict';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, test } from 'node:test';
import { setImmediate, setTimeout as pause } from 'node:timers/promises';
import {
  killedController,
  processesRunning,
  runtimeRig,
  type RuntimeRig,
} from '../../../../test/support/runtime-rig.ts';
import type { Terminal, TerminalSpec } from '../../runtime.ts';

describe('terminals', () => {
  let rig: RuntimeRig;
  beforeEach(async () => {
    rig = await runtimeRig();
    await rig.workspace('files', { file: 'text' });
  });
  afterEach(() => rig.close());

  const specOf = (run: string, terminal = true): TerminalSpec => ({
    id: 'talk',
    owner: 'environment:files',
    isolation: 'files',
    workspace: 'files',
    run,
    variables: { GIVEN: `it's "given"` },
    terminal,
    columns: 90,
    rows: 30,
  });

  /** What it said so far, and waiting for it to say something. */
  function listener(terminal: Terminal): {
    heard: () => string;
    until(text: string): Promise<void>;
  } {
    let heard = '';
    void (async () => {
      for await (const bytes of terminal.output) heard += bytes.toString('utf8');
    })();
    const until = async (text: string): Promise<void> => {
      while (!heard.includes(text)) await pause(5);
    };
    return { heard: () => heard, until };
  }

  test('are terminals, of the size asked for, and hear of a new size', async () => {
    const run = `tty; test -t 0 && test -t 1 && echo both; stty size; cat file; echo " $GIVEN $TERM"
      trap 'stty size; exit 5' WINCH; echo ready; while :; do sleep 0.02; done`;
    const terminal = await rig.runtime.openTerminal(specOf(run));
    const { heard, until } = listener(terminal);
    await until('ready');
    assert.match(
      heard(),
      /^\/dev\/pts\/\d+\r\nboth\r\n30 90\r\ntext it's "given" xterm-256color\r\n/,
    );
    terminal.resize(100, 40);
    assert.equal(await terminal.exitCode, 5);
    assert.match(heard(), /40 100\r\n$/);
  });

  test('pass on what is typed, Ctrl-C too', async () => {
    const run = `trap 'echo interrupted; exit 6' INT; echo ready; read -r line; echo "got $line"; read -r never`;
    const terminal = await rig.runtime.openTerminal(specOf(run));
    const { until } = listener(terminal);
    await until('ready');
    terminal.write(Buffer.from('some words\n'));
    await until('got some words');
    terminal.write(Buffer.from('\u0003'));
    await until('interrupted');
    assert.equal(await terminal.exitCode, 6);
    terminal.write(Buffer.from('nobody hears this'));
  });

  test('as pipes they carry bytes unchanged, and end with their input', async () => {
    const terminal = await rig.runtime.openTerminal(specOf('test -t 0 || cat; exit 3', false));
    const bytes = Buffer.from([0, 1, 2, 3, 4, 13, 10, 255, 26]);
    terminal.write(bytes);
    terminal.resize(1, 1);
    terminal.end();
    const said = Buffer.concat(await Array.fromAsync(terminal.output));
    assert.deepEqual([said, await terminal.exitCode], [bytes, 3]);
  });

  const sleeper = (seconds: number): string => `sleep ${seconds}.${process.pid}`;

  test('have printed what they printed, also when they ended before anybody read it', async () => {
    for (const isTerminal of [true, false]) {
      const terminal = await rig.runtime.openTerminal(specOf('echo quick', isTerminal));
      assert.equal(await terminal.exitCode, 0);
      // What Node does about the end of a process, it does in the turns after it.
      for (let turn = 0; turn < 10; turn += 1) await setImmediate();
      assert.equal(
        Buffer.concat(await Array.fromAsync(terminal.output))
          .toString()
          .trim(),
        'quick',
      );
      await terminal.close();
    }
  });

  test('end with all they started, and leave nothing', async () => {
    const run = `(setsid ${sleeper(97_001)} &); echo ready; ${sleeper(97_002)}`;
    for (const isTerminal of [true, false]) {
      const terminal = await rig.runtime.openTerminal(specOf(run, isTerminal));
      await listener(terminal).until('ready');
      await terminal.close();
      await terminal.close();
      assert.deepEqual(await processesRunning(sleeper(97_001), sleeper(97_002)), []);
      assert.deepEqual(await readdir(join(rig.directory, 'terminals')), []);
    }
  });

  test('end wherever in their start they are closed, and leave nothing', async () => {
    const openAndClose = async (afterMs: number): Promise<void> => {
      const terminal = await rig.runtime.openTerminal(specOf(sleeper(99_001), false));
      if (afterMs > 0) await pause(afterMs);
      await terminal.close();
    };
    for (let round = 0; round < 8; round += 1)
      await Promise.all(Array.from({ length: 10 }, (_, place) => openAndClose(round + 2 * place)));
    assert.deepEqual(await processesRunning(sleeper(99_001)), []);
    assert.deepEqual(await readdir(join(rig.directory, 'terminals')), []);
  });

  test('end with their controller', async () => {
    const run = `trap '' HUP; ${sleeper(98_001)} & ${sleeper(98_002)}`;
    const both = () => processesRunning(sleeper(98_001), sleeper(98_002));
    await killedController(
      rig.directory,
      `const { readFileSync } = await import('node:fs');
       const terminal = await runtime.openTerminal(${JSON.stringify(specOf(run))});
       terminal.output.resume();
       await new Promise((resolve) => setTimeout(resolve, 50));`,
    );
    while ((await both()).length > 0) await pause(10);
    await rig.runtime.tend();
    assert.deepEqual(await readdir(join(rig.directory, 'terminals')), []);
  });

  test('end with their workspace, whoever removes it', async () => {
    const terminal = await rig.runtime.openTerminal(specOf('echo ready; exec sleep 1000'));
    await listener(terminal).until('ready');
    await (await rig.another()).removeWorkspace('files');
    assert.notEqual(await terminal.exitCode, 0);
  });

  test('need their workspace', async () => {
    await rig.runtime.removeWorkspace('files');
    const opening = rig.runtime.openTerminal(specOf('true'));
    await assert.rejects(opening, { code: 'runtime/no-workspace' });
  });
});
