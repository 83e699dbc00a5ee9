import assert from 'node:assert/strict';
import { existsSync, globSync, readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { execa } from 'execa';
import { noBrowser, openBrowser } from '../support/browser.ts';
import { projectRoot } from '../support/project-files.ts';

const program = join(projectRoot, 'bin/demo');
let home = '';

before(async () => {
  home = await mkdtemp(join(tmpdir(), 'demo-home-'));
});
after(() => rm(home, { recursive: true, force: true }));

/** bin/demo as somebody types it. */
function typed(args: readonly string[]) {
  const env = { XDG_CONFIG_HOME: home };
  const anywhere = ['--listen', '127.0.0.1:0', '--gateway', '127.0.0.1:0'];
  const run = execa(program, [...args, ...anywhere], { env, all: true, reject: false });
  let said = '';
  let hasEnded = false;
  void run.then(() => (hasEnded = true));
  run.all.on('data', (text) => (said += String(text)));
  return {
    run,
    /** The first group of what it says, as soon as it does. */
    async says(words: RegExp): Promise<string> {
      for (;;) {
        const found = words.exec(said);
        if (found) return found[1] ?? found[0];
        if (hasEnded) throw new Error(said);
        await Promise.race([new Promise((done) => run.all.once('data', done)), run]);
      }
    },
  };
}

/** Programs that know of a directory. */
const atWorkIn = (directory: string): string[] =>
  globSync('/proc/[0-9]*/cmdline').filter((file) => {
    try {
      return readFileSync(file, 'utf8').includes(directory);
    } catch {
      return false;
    }
  });

test('bin/demo --exit tells of a good release, a bad one and a train, and leaves nothing', async () => {
  const { exitCode, all } = await typed(['--exit']).run;
  assert.equal(exitCode, 0, all);
  for (const words of [
    /^ {2}Dashboard +http:\/\/127\.0\.0\.1:\d+$/m,
    /branch cheaper-tea .* 200, tea at 5\.90/,
    /production: all requests go to [0-9a-f]{7}/,
    // One of three answers is bad: it may be condemned by the plain count before the statistics are sure.
    /rolled back by the judge: (The candidate is worse|\d+ of its \d+ answers were bad)/,
    /Train 1 has passed staging, and asks you/,
    /^Train 1 has arrived/m,
    /^From nothing to here: \d+ s\.$/m,
    /^Gone\.$/m,
  ])
    assert.match(all, words);
});

test('interrupted in the middle of a push, bin/demo ends everything and takes its directory away', async () => {
  const { run, says } = typed([]);
  const directory = await says(/^Starting Signalbox in (\S+) …$/m);
  await says(/remote: Building/);
  run.kill('SIGINT');
  const { exitCode, all } = await run;
  assert.equal(exitCode, 0, all);
  assert.match(all, /^Gone\.$/m);
  assert.doesNotMatch(all, /failed/);
  assert.equal(existsSync(directory), false);
  assert.deepEqual(atWorkIn(directory), []);
});

test(
  'what bin/demo prints leads to the dashboard, to a train that asks, and to production',
  {
    skip: noBrowser,
  },
  async (t) => {
    const { run, says } = typed([]);
    const directory = await says(/^Starting Signalbox in (\S+) …$/m);
    const browser = await openBrowser();
    t.after(async () => {
      await browser.end();
      run.kill('SIGINT');
      await run;
    });
    const address = await says(/^Train 1 asks you\. Open (\S+) and say good/m);
    // Both are still open when the demo goes down.
    const mayComplain = /ERR_CONNECTION_REFUSED/;
    const page = await browser.page(t, { mayComplain });
    await page.goto(address);
    await page.getByLabel('Your token').fill(await says(/^ {2}Your token +(\S+)$/m));
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByRole('button', { name: 'Good', exact: true }).click();
    await says(/^Train 1 has arrived/m);
    await page.getByText('arrived', { exact: true }).first().waitFor();

    const hall = await browser.page(t, { mayComplain });
    await hall.goto(await says(/^ {2}Radiator +(\S+)$/m));
    await hall.getByText('production').first().waitFor();
    browser.clean();

    run.kill('SIGINT');
    const { exitCode, all } = await run;
    assert.equal(exitCode, 0, all);
    assert.equal(existsSync(directory), false);
    assert.deepEqual(atWorkIn(directory), []);
  },
);
