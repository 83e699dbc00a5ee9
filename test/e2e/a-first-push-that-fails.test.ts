import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { addApp, helloFiles, remoteOf, sampleApp, type SampleApp } from '../support/sample-app.ts';
import { shell, type Shell } from '../support/signalbox-cli.ts';
import { testSignalbox, type Controller, type TestSignalbox } from '../support/signalbox.ts';

describe('a first push that fails says in words how to go on', () => {
  let signalbox: TestSignalbox;
  let controller: Controller;
  let app: SampleApp;
  let cli: Shell;
  let home = '';

  before(async () => {
    signalbox = await testSignalbox();
    controller = await signalbox.start();
    app = await sampleApp('hello', helloFiles('hello'));
    await app.commit('main', 'Hello');
    await addApp(controller, app);
    home = await mkdtemp(join(tmpdir(), 'signalbox-home-'));
    cli = shell({ controller, home, directory: app.directory });
  });

  after(async () => {
    await signalbox?.end();
    await app?.end();
    await rm(home, { recursive: true, force: true });
  });

  const withPassword = (token: string): string => {
    const remote = new URL(remoteOf(controller, app));
    remote.password = token;
    return remote.href;
  };

  test('a wrong token, one that may only read, and a wrong app are told by git', async () => {
    const wrong = await app.push(withPassword('wrong'), 'main');
    assert.match(wrong.output, /remote: This token opens nothing/);
    const viewer = (await cli.signalbox(['token', 'create', 'eye', '--role', 'viewer'])).out.trim();
    const eye = await app.push(withPassword(viewer), 'main');
    assert.match(eye.output, /remote: This needs the role developer/);
    const nobody = await app.push(remoteOf(controller, { name: 'nobody' }), 'main');
    assert.match(nobody.output, /remote: → signalbox app add nobody/);
  });

  test('a missing secret is set, and the same commit deployed without another push', async () => {
    const { 'signalbox.yaml': file = '' } = helloFiles('hello');
    await app.write({ 'signalbox.yaml': `${file}secrets: [KEY]\n` });
    await app.commit('main', 'With a key');
    const pushed = await app.push('signalbox', 'main');
    assert.match(pushed.output, /remote: → Then: signalbox deploy hello\/staging/);
    for (const stage of ['staging', 'production']) {
      assert.equal((await cli.signalbox(['secret', 'set', 'KEY', '--for', stage], 'v')).code, 0);
      const { code, out, err } = await cli.signalbox(['deploy', `hello/${stage}`]);
      assert.equal(code, 0, err);
      assert.match(out, /^http:\/\//);
    }
  });

  test('on the main branch, what is meant is staging', async () => {
    assert.match((await cli.signalbox(['open'])).out, /^http:\/\/staging--hello\./);
    const { code, err } = await cli.signalbox(['env', 'destroy', 'main', '--yes']);
    assert.equal(code, 1);
    assert.match(err, /hello\/staging was not destroyed/);
  });

  test('an app that listens elsewhere hears of PORT, and submodules are not passed over', async () => {
    const modules = '[submodule "lib"]\n\tpath = lib\n\turl = https://git.example.com/lib.git\n';
    await app.write({
      '.gitmodules': modules,
      'signalbox.yaml': 'app: hello\nservices:\n  web: { run: sleep 1000, start: 1s }\n',
    });
    await app.commit('deaf', 'Deaf');
    const { output } = await app.push('signalbox', 'deaf');
    assert.match(output, /remote: Note: submodules are not fetched; lib will be empty/);
    assert.match(
      output,
      /remote: → Have it listen on 127\.0\.0\.1 and the port in the variable PORT/,
    );
  });
});
