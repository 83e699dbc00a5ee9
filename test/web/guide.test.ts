import { deepEqual, equal, match, ok } from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { readProjectFile } from '../support/project-files.ts';
import { shell } from '../support/signalbox-cli.ts';
import { testSignalbox, type Controller, type TestSignalbox } from '../support/signalbox.ts';

const guide = readProjectFile('docs/guides/dashboard.md');

/** The lines of its shell blocks without what stands behind a #, in words as a shell would split them. */
const lines = Array.from(guide.matchAll(/^```sh\n(.*?)^```/gms), ([, text = '']) => text)
  .flatMap((text) => text.split('\n'))
  .map((line) => line.replace(/\s+# .*/, ''))
  .filter(Boolean)
  .map((line) =>
    Array.from(line.matchAll(/"([^"]*)"|(\S+)/g), ([, quoted, bare]) => quoted ?? bare!),
  );

describe('docs/guides/dashboard.md', () => {
  let signalbox: TestSignalbox;
  let controller: Controller;
  let home = '';

  before(async () => {
    home = await mkdtemp(join(tmpdir(), 'guide-'));
    signalbox = await testSignalbox();
    controller = await signalbox.start();
  });
  after(async () => {
    await signalbox?.end();
    await rm(home, { recursive: true, force: true });
  });

  test('what it tells to type can be typed, from top to bottom', async () => {
    const admin = shell({ controller, home, directory: home });
    deepEqual([...new Set(lines.map(([program]) => program))], ['signalbox']);
    ok(lines.length >= 4);
    for (const [, ...args] of lines) {
      const { code, err } = await admin.signalbox(args);
      equal(code, 0, `signalbox ${args.join(' ')}: ${err}`);
    }
  });

  test('behind a proxy with https the cookie is Secure and called __Host-…, as it says', async () => {
    const cookieOf = async (headers: Record<string, string>): Promise<string> => {
      const reply = await fetch(`${controller.url}/api/v1/session`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...headers },
        body: JSON.stringify({ token: controller.token }),
      });
      equal(reply.status, 200);
      return reply.headers.getSetCookie().join();
    };
    match(await cookieOf({ 'x-forwarded-proto': 'https' }), /^__Host-signalbox-.*; Secure$/);
    match(await cookieOf({}), /^signalbox-(?!.*Secure)/);
    match(guide, /`X-Forwarded-Proto: https`: then the cookie is `Secure` and called `__Host-…`/);
  });
});
