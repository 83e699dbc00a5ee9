import assert from 'node:assert/strict';
import { once } from 'node:events';
import { after, before, describe, test } from 'node:test';
import type { Output } from '../../src/api/contract/all.ts';
import {
  addApp,
  notesFiles,
  sampleApp,
  setRemote,
  withPackages,
  type SampleApp,
} from '../support/sample-app.ts';
import { shell, type Shell } from '../support/signalbox-cli.ts';
import {
  eventually,
  testSignalbox,
  visit,
  type Controller,
  type TestSignalbox,
} from '../support/signalbox.ts';
import type { ControllerOptions } from '../support/controller-program.ts';

interface Page {
  branch: string;
  commit: string;
  notes: string[];
}

let signalbox: TestSignalbox;
let controller: Controller;
let app: SampleApp;
let ada: Shell;

const host = (node: number): string => `node-${node}--notes.localhost`;

const page = async (node: number, method = 'GET'): Promise<Page> => {
  const answer = await visit(signalbox.gatewayPort, host(node), '/', method);
  assert.equal(answer.status, 200, answer.body);
  return JSON.parse(answer.body) as Page;
};

/** Runs it and expects success; what it printed. */
async function says(...args: string[]): Promise<string> {
  const { code, out, err } = await ada.signalbox(args);
  assert.equal(code, 0, `${args.join(' ')}: ${out}${err}`);
  return `${out}\n${err}`;
}

const nodes = async (): Promise<Output<'listNodes'>['nodes']> =>
  (await ada.json<Output<'listNodes'>>('nodes')).nodes;

const whoIsWhere = async (): Promise<(string | null)[]> =>
  (await nodes()).map(({ branch }) => branch);

async function push(branch: string, text: string): Promise<{ commit: string; output: string }> {
  await app.write({ 'text.txt': text });
  const commit = await app.commit(branch, text);
  const pushed = await app.push('signalbox', branch);
  assert.ok(pushed.accepted, pushed.output);
  return { commit, output: pushed.output };
}

async function newShell(): Promise<void> {
  ada = shell({ controller, home: signalbox.directory, directory: app.directory });
  await setRemote(controller, app);
}

before(async () => {
  signalbox = await testSignalbox();
  controller = await signalbox.start();
  const files = notesFiles('notes');
  app = await sampleApp('notes', {
    ...files,
    'signalbox.yaml':
      files['signalbox.yaml']?.replace('limit: 30', 'for: command, nodes: 2, limit: 1') ?? '',
  });
  await withPackages(app, 'pg');
  await addApp(controller, app);
  await newShell();
  await push('main', 'first');
  for (const branch of ['one', 'two', 'three']) {
    await app.git('checkout', '--quiet', 'main');
    const { output } = await push(branch, branch);
    assert.match(output, new RegExp(`ask for one: signalbox build ${branch}`));
  }
});

after(async () => {
  await app?.end();
  await signalbox?.end();
});

/** Asks a node again and again until the work is done; every page it has shown. */
async function watching(node: number, work: Promise<unknown>): Promise<Page[]> {
  const seen: Page[] = [];
  let done = false;
  const ended = work.finally(() => (done = true));
  while (!done) {
    const answer = await visit(signalbox.gatewayPort, host(node));
    if (answer.status === 200) seen.push(JSON.parse(answer.body) as Page);
  }
  await ended;
  return seen;
}

describe('two nodes and three branches', () => {
  test('whoever asks gets a node and is told which, and where it answers', async () => {
    const said = await says('build', 'one');
    assert.match(said, /one is being built for node-1: http:\/\/node-1--notes\.localhost:\d+\//);
    await says('build', 'two');
    assert.equal((await page(1, 'POST')).branch, 'one');
    assert.equal((await page(2, 'POST')).branch, 'two');
    assert.deepEqual(await whoIsWhere(), ['one', 'two']);
  });

  test('the branch unchanged for longest makes room, and nobody sees its data under the new name', async () => {
    const seen = await watching(1, says('build', 'three'));
    assert.ok(
      seen.some(({ branch }) => branch === 'one'),
      'it serves until the new one is built',
    );
    for (const { branch, notes } of seen)
      assert.deepEqual([branch, notes], branch === 'one' ? ['one', ['one']] : ['three', []]);
    assert.deepEqual(await whoIsWhere(), ['three', 'two']);
    assert.equal((await page(1, 'POST')).branch, 'three');
    assert.deepEqual((await page(2)).notes, ['two'], 'the other node was left alone');
  });

  test('built twice, and pushed, it stays on its node and keeps its data', async () => {
    assert.match(await says('build', 'three'), /for node-1/);
    await app.git('checkout', '--quiet', 'three');
    const { commit, output } = await push('three', 'three, mended');
    assert.match(output, /Live: http:\/\/node-1--notes/);
    assert.deepEqual(await page(1), { branch: 'three', commit, notes: ['three'] });
    assert.deepEqual(await whoIsWhere(), ['three', 'two']);
  });

  test('what passed checks and smoke tests is good', async () => {
    const [first] = await nodes();
    assert.equal(first?.good, true);
    assert.match(await says('nodes', 'notes'), /node-1 +live +three +[0-9a-f]{7} good/);
  });

  test('a branch that comes back gets the node it had', async () => {
    for (const branch of ['three', 'two']) await says('env', 'destroy', branch, '--yes');
    assert.deepEqual(
      (await nodes()).map(({ state }) => state),
      ['free', 'free'],
    );
    // Node 2 would be the first in turn: it was given away before node 1 was.
    assert.match(await says('build', 'three'), /for node-1/);
    assert.match(await says('build', 'one'), /for node-2/);
    assert.deepEqual(await whoIsWhere(), ['three', 'one']);
  });

  test('nobody is put out of a node that is kept', async () => {
    for (const branch of ['three', 'one'])
      await says('env', 'keep', branch, '--until', '2d', '--reason', 'a demo');
    const { code, err } = await ada.signalbox(['build', 'two']);
    assert.equal(code, 1);
    assert.match(err, /No node of notes is free/);
    assert.deepEqual(await whoIsWhere(), ['three', 'one']);
    for (const branch of ['three', 'one']) await says('env', 'unkeep', branch);
  });

  test('a preview beside the nodes is refused with the command that asks for a node', async () => {
    const { code, err } = await ada.signalbox(['env', 'create', 'two']);
    assert.equal(code, 1);
    assert.match(err, /signalbox build two/);
  });
});

const deaths: NonNullable<ControllerOptions['killIn']>[] = [
  { step: 'find or make the environment', moment: 'before' },
  { step: 'take its route away', moment: 'done, not noted' },
  { step: 'say that it is gone', moment: 'done, not noted' },
  { step: 'find or make the environment', moment: 'done, not noted' },
  { step: 'switch the route', moment: 'done, not noted' },
];

describe('a controller that is killed while a node changes hands', () => {
  const branches = ['one', 'two', 'three'];

  for (const death of deaths) {
    test(`the node serves the new branch: killed in "${death.step}", ${death.moment}`, async () => {
      const there = await whoIsWhere();
      const coming = branches.find((branch) => !there.includes(branch)) ?? 'nobody';
      // What must not be seen under the new name.
      for (const node of [1, 2]) await page(node, 'POST');
      await controller.kill('SIGTERM');
      const dying = await signalbox.start({ killIn: death });
      const died = once(dying.process, 'exit');
      const built = await dying.call<Output<'buildBranch'>>('POST', '/api/v1/apps/notes/builds', {
        branch: coming,
      });
      await died;
      controller = await signalbox.start();
      await newShell();
      const node = built.node ?? 0;
      const isThere = async (): Promise<boolean> => {
        const now = (await nodes())[node - 1];
        if (now?.branch !== coming || now.state !== 'live') return false;
        // Its route follows a moment later.
        return (await page(node)).branch === coming;
      };
      await eventually(`${coming} is on node-${node}`, isThere, 180_000);
      assert.deepEqual(await page(node).then(({ branch, notes }) => [branch, notes]), [coming, []]);
      assert.deepEqual((await whoIsWhere())[2 - node], there[2 - node], 'the other stays');
      const { environments } = await ada.json<{ environments: { name: string }[] }>('env', 'list');
      const previews = environments.filter(({ name }) => name.startsWith('preview/'));
      assert.equal(previews.length, 2);
      const routes = (await signalbox.routes()).map((route) => route.host);
      assert.deepEqual(routes.filter((one) => one.startsWith('node-')).toSorted(), [
        host(1),
        host(2),
      ]);
    });
  }
});
