import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { connect } from 'node:net';
import { after, before, describe, test } from 'node:test';
import { promisify } from 'node:util';
import { addApp, sampleApp, type SampleApp } from '../support/sample-app.ts';
import {
  eventually,
  testSignalbox,
  visit,
  type Controller,
  type TestSignalbox,
} from '../support/signalbox.ts';

interface Environment {
  id: string;
  branch: string;
  host: string;
  state: string;
}

let signalbox: TestSignalbox;
let controller: Controller;
let app: SampleApp;

/** Runs what it is asked in a shell and tells what it saw. */
const spy = `require('node:http').createServer((request, reply) => {
  const line = decodeURIComponent(request.url.slice(1));
  require('node:child_process').execFile('/bin/sh', ['-c', line], (error, out, complaint) => reply.end(out + complaint));
}).listen(process.env.PORT);`;

const guestFile = (more = ''): string =>
  `app: guest\nservices:\n  web: { run: node server.js, stop: 1s }\n${more}`;

before(async () => {
  signalbox = await testSignalbox();
  controller = await signalbox.start();
  app = await sampleApp('guest', {
    'signalbox.yaml': guestFile('stores:\n  db: { postgres: { variable: DATABASE_URL } }\n'),
    'server.js': spy,
  });
  await addApp(controller, app);
  await app.commit('main', 'first');
  const { accepted, output } = await app.push('signalbox', 'main');
  assert.ok(accepted, output);
});

after(async () => {
  await app?.end();
  await signalbox?.end();
});

const asGuest = async (line: string): Promise<string> =>
  (await visit(signalbox.gatewayPort, 'staging--guest.localhost', `/${encodeURIComponent(line)}`))
    .body;

const previews = async (): Promise<Environment[]> =>
  (await controller.call<{ environments: Environment[] }>('GET', '/api/v1/environments?app=guest'))
    .environments;

const previewOf = async (branch: string): Promise<Environment | undefined> =>
  (await previews()).find((one) => one.branch === branch && one.state !== 'destroyed');

describe('a workload', () => {
  const needsRoot =
    process.getuid?.() === 0 ? false : 'only root gives environments their own users';

  test('can read, write and list nothing of Signalbox', { skip: needsRoot }, async () => {
    const words = `secret.key admin-token git artifacts cache sources tmp
      gateway gateway/control.sock postgres postgres/password postgres/data
      runtime/workloads runtime/workspaces runtime/isolations runtime/fences runtime .`;
    const names = words.split(/\s+/).map((name) => `${signalbox.directory}/data/${name}`);
    const seen = await asGuest(
      `for f in ${names.join(' ')}; do { cat $f || ls $f/; } 2>/dev/null | head -c 1 | grep -q . && echo read $f; [ -w $f ] && echo write $f; done; true`,
    );
    assert.equal(seen, '');
  });

  test('sees the variables of its own processes only', { skip: needsRoot }, async () => {
    const seen = await asGuest('cat /proc/[0-9]*/environ 2>/dev/null | tr "\\0" "\\n"');
    assert.match(seen, /SIGNALBOX_APP=guest/);
    assert.match(seen, /SIGNALBOX_ENVIRONMENT=staging/);
    assert.doesNotMatch(seen, /SIGNALBOX_ENVIRONMENT=production|SIGNALBOX_HOOK_TOKEN|launch_run/);
  });

  test('logs in to its own database only', async () => {
    const others = ['postgres', 'template1', 'signalbox'];
    const look = `const { Client } = require('${process.cwd()}/node_modules/pg');
      (async () => { for (const name of ${JSON.stringify(others)}) {
        const url = new URL(process.env.DATABASE_URL); url.pathname = name;
        const client = new Client({ connectionString: url.href });
        await client.connect().then(() => console.log('in', name), (error) => console.log(error.code));
        await client.end().catch(() => {});
      } })();`;
    const address = await asGuest('printf %s "$DATABASE_URL"');
    const { stdout } = await promisify(execFile)(process.execPath, ['-e', look], {
      env: { DATABASE_URL: address },
    });
    assert.equal(stdout, '42501\n42501\n42501\n');
  });
});

describe('output no database can hold', () => {
  const odd = String.raw`printf 'be\000fore \033[31mred\033]0;title\007\n'; exit 1`;

  for (const [branch, more, reason] of [
    ['odd-check', `checks:\n  odd: |\n    ${odd}\n`, /checks did not pass: odd failed/],
    ['odd-build', `build:\n  run: |\n    ${odd}\n`, /a build command failed with exit code 1/],
  ] as const) {
    test(`${branch} fails for its own reason`, async () => {
      await app.git('checkout', '--quiet', '--force', 'main');
      await app.write({ 'signalbox.yaml': guestFile(more) });
      await app.commit(branch, branch);
      const { output } = await app.push('signalbox', branch);
      assert.match(output, reason);
      assert.match(output, /before red/);
      // oxlint-disable-next-line no-control-regex
      assert.doesNotMatch(output, /[\u0000\u0007]|\u001b(?!\[K)/);
    });
  }
});

describe('a branch that main contains was not merged', () => {
  const work = async (text: string): Promise<void> => {
    await app.git('checkout', '--quiet', '--force', 'main');
    await app.write({ 'work.txt': text });
    await app.commit('again', text);
  };

  test('when it was reset to main', async () => {
    await work('one');
    await app.push('signalbox', 'again');
    const first = await previewOf('again');
    assert.equal(first?.state, 'live');
    const { output } = await app.push('--force', 'signalbox', 'main:again');
    assert.match(output, /Live: /, output);
    const second = await previewOf('again');
    assert.deepEqual([second?.id, second?.state], [first.id, 'live']);
  });

  test('when it is new under an old name', async () => {
    await work('two');
    await app.push('signalbox', 'again');
    await app.push('signalbox', ':again');
    await eventually('the old one is gone', async () => !(await previewOf('again')));
    const { output } = await app.push('signalbox', 'main:again');
    assert.match(output, /Live: /, output);
    assert.equal((await previewOf('again'))?.state, 'live');
  });

  test('but it was when its own commits arrived there', async () => {
    await work('three');
    await app.push('--force', 'signalbox', 'again');
    await app.push('signalbox', 'again:main');
    await eventually('the preview goes', async () => !(await previewOf('again')));
  });
});

test('what a branch has cached stays out of what main serves', async () => {
  const built = (command: string): string =>
    guestFile(`build:\n  run: ${command}\n  cache: { key: [lock], paths: [vendor] }\n`);
  const honest = built('mkdir -p vendor; [ -e vendor/lib ] || echo good > vendor/lib');
  await app.git('checkout', '--quiet', '--force', 'again');
  await app.write({ lock: '1', 'signalbox.yaml': built('mkdir vendor; echo evil > vendor/lib') });
  await app.commit('poison', 'one thing');
  await app.push('signalbox', 'poison');
  await app.write({ 'signalbox.yaml': honest });
  await app.commit('poison', 'another');
  await app.push('signalbox', 'poison');
  const branch = (await previewOf('poison'))?.host ?? '';
  const { body } = await visit(signalbox.gatewayPort, branch, '/cat%20vendor%2Flib');
  assert.equal(body, 'evil\n', 'the branch may do to itself what it likes');
  const { output } = await app.push('signalbox', 'poison:main');
  assert.match(output, /Live: /);
  assert.equal(await asGuest('cat vendor/lib'), 'good\n');
});

describe('git over HTTP', () => {
  const call = (path: string, init: RequestInit = {}): Promise<Response> =>
    fetch(`${controller.url}${path}`, init);
  const bearer = (): Record<string, string> => ({ authorization: `Bearer ${controller.token}` });

  test('a hook without the token of its push is refused, whatever it sends', async () => {
    const body = 'not even JSON';
    const headers = { ...bearer(), 'content-type': 'application/json' };
    for (const name of ['pre-receive', 'post-receive', 'x']) {
      const reply = await call(`/internal/hooks/${name}`, { method: 'POST', headers, body });
      assert.equal(reply.status, 403);
    }
  });

  test('an upload that breaks off leaves no process', async () => {
    const { hostname, port } = new URL(controller.url);
    const socket = connect(Number(port), hostname).on('error', () => undefined);
    const head = [
      'POST /git/guest.git/git-receive-pack HTTP/1.1',
      'Host: x',
      `Authorization: Bearer ${controller.token}`,
      'Content-Type: application/x-git-receive-pack-request',
      'Content-Length: 1000',
    ];
    socket.write(`${head.join('\r\n')}\r\n\r\n00`);
    const backends = async (): Promise<string[]> => {
      const { stdout } = await promisify(execFile)('ps', ['-eo', 'ppid,args']);
      return stdout
        .split('\n')
        .filter((line) => line.trim().startsWith(`${controller.process.pid} git http-backend`));
    };
    await eventually('git waits for the rest', async () => (await backends()).length === 1);
    socket.destroy();
    await eventually('git has ended', async () => (await backends()).length === 0);
  });

  test('only an app is a repository, however its name is written', async () => {
    const ask = async (name: string): Promise<number> => {
      const path = `/git/${name}/info/refs?service=git-upload-pack`;
      return (await call(path, { headers: bearer() })).status;
    };
    assert.equal(await ask('guest.git'), 200);
    assert.equal(await ask('%67uest.git'), 200, 'encoded');
    for (const name of [
      '..%2Fgit%2Fguest.git',
      'guest.git%2F..%2Fguest',
      '%2e%2e',
      'guest%00',
      'other.git',
    ])
      assert.equal(await ask(name), 404, name);
  });
});
