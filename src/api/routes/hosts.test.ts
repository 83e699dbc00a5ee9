import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { Readable } from 'node:stream';
import { after, before, beforeEach, describe, test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { z } from 'zod';
import { asking } from '../../../test/support/api-rig.ts';
import { hostRig, type HostRig } from '../../../test/support/host-rig.ts';
import { row, sql } from '../../db/pool.ts';
import { openSettings, webhookSecretOf } from '../../git/host-settings.ts';
import { hostRows } from '../../git/host-tables.ts';
import { all } from '../contract/all.ts';

describe('the code host of an app over the API', () => {
  let rig: HostRig;

  before(async () => {
    rig = await hostRig();
  });
  after(() => rig?.close());
  beforeEach(() => rig.breakable.mend());

  const put = (more: Record<string, unknown>) =>
    rig.handlers.putHost(
      { app: 'shop', kind: 'github', repository: 'acme/shop', ...more } as never,
      asking(),
    );
  const token = 'canary-token-2';

  test('what opens it is sealed, and shown by nothing', async () => {
    const added = await put({ token });
    const shown = await rig.handlers.getHost({ app: 'shop' }, asking());
    const checked = await rig.handlers.checkHost({ app: 'shop' }, asking());
    const stored = await row(
      rig.db,
      sql`select h.*, encode(secret, 'escape') as text from code_hosts h`,
    );
    for (const said of [added, shown, checked, stored])
      assert.doesNotMatch(JSON.stringify(said), /canary-token/);
    const { reply } = all.getHost;
    assert.equal(reply.parse(z.encode(reply, shown)).access, 'token');
    const known = await hostRows.get(rig.db, rig.shop.id);
    assert.ok(known);
    assert.deepEqual(openSettings(rig.world.key, known).access, { kind: 'token', token });
    assert.doesNotMatch(JSON.stringify(all.putHost.record), /token|key/);
  });

  test('another token keeps the webhook and what was told; another repository begins anew', async () => {
    const first = await put({ token });
    await rig.push('kept');
    await rig.tell();
    const told = async () =>
      (await row<{ n: number }>(rig.db, sql`select count(*)::integer as n from host_messages`))?.n;
    const before = await told();
    assert.ok(before);
    const second = await put({ token: 'canary-token-3' });
    assert.equal(second.webhook.secret, first.webhook.secret);
    assert.equal(await told(), before);
    await put({ token, repository: 'acme/other' });
    assert.equal(await told(), 0);
  });

  const key = '-----BEGIN PRIVATE KEY-----\nabc\n-----END PRIVATE KEY-----';
  const unusable: [string, Record<string, unknown>][] = [
    ['no way in', {}],
    ['two ways in', { token, appId: '1', key }],
    ['an app without its key', { appId: '1' }],
    ['a key that is none', { appId: '1', key: 'abc' }],
    ['an app id that is no number', { appId: 'x', key }],
    ['a token of two lines', { token: 'a\nb' }],
    ['an empty token', { token: '' }],
    ['a repository without an owner', { token, repository: 'shop' }],
    ['a repository with a way out', { token, repository: 'acme/..' }],
    ['a repository with a query', { token, repository: 'acme/shop?x=1' }],
    ['groups outside of GitLab', { token, repository: 'a/b/c' }],
    ['an address with a password', { token, url: 'https://ada:secret@code.example' }],
    ['an address of another kind', { token, url: 'file:///etc/passwd' }],
    ['a Forgejo without an address', { token, kind: 'forgejo' }],
    ['an app on GitLab', { appId: '1', key, kind: 'gitlab' }],
  ];
  for (const [what, input] of unusable) {
    test(`${what} is refused, and nothing is changed`, async () => {
      const before = await hostRows.get(rig.db, rig.shop.id);
      await assert.rejects(
        async () => put(input),
        (error: Error & { code?: string }) => {
          assert.equal(error.code, 'host/unusable-settings');
          assert.doesNotMatch(error.message, /canary|secret@/);
          return true;
        },
      );
      assert.deepEqual(await hostRows.get(rig.db, rig.shop.id), before);
    });
  }

  test('a check says what is missing, and what to enter there', async () => {
    await put({ token });
    rig.breakable.forbid('writing');
    const { findings, webhook } = await rig.handlers.checkHost({ app: 'shop' }, asking());
    const found = Object.fromEntries(findings.map((one) => [one.finding, one.severity]));
    assert.deepEqual(
      [found['requests'], found['reviews'], found['statuses'], found['webhook']],
      ['fine', 'fine', 'trouble', 'note'],
    );
    assert.equal(webhook.url, 'http://127.0.0.1:7070/api/v1/apps/shop/host-webhook');
    assert.equal(webhook.secret.length, 64);
    rig.breakable.garble();
    const down = await rig.handlers.checkHost({ app: 'shop' }, asking());
    assert.deepEqual(
      down.findings.map(({ finding, severity }) => [finding, severity]),
      [['requests', 'trouble']],
    );
  });

  test('an app without one says how to add it', async () => {
    await rig.handlers.addApp({ name: 'bare' }, asking());
    for (const ask of ['getHost', 'checkHost', 'removeHost'] as const)
      await assert.rejects(async () => rig.handlers[ask]({ app: 'bare' }, asking()), {
        code: 'host/none',
      });
  });

  describe('its webhook', () => {
    const secret = async (): Promise<Buffer> => {
      const known = await hostRows.get(rig.db, rig.shop.id);
      assert.ok(known);
      return Buffer.from(webhookSecretOf(rig.world.key, known));
    };
    const call = async (
      event: 'push' | 'request' | 'tag',
      { app = 'shop', secret: other, body }: { app?: string; secret?: Buffer; body?: Buffer } = {},
    ) => {
      const made = rig.server.webhook({
        event,
        secret: other ?? (await secret()),
        ...(body ? { body } : {}),
      });
      return rig.handlers.receiveHostWebhook(
        { app },
        asking({ upload: Readable.from([made.body]), headers: made.headers }),
      );
    };
    const listed = () => rig.calls.filter((one) => one === 'open requests').length;
    const until = async (holds: () => Promise<boolean> | boolean): Promise<void> => {
      for (let tries = 0; !(await holds()); tries += 1) {
        if (tries > 400) throw new Error('It never came true.');
        await pause(25);
      }
    };

    test('a forged call, one to an app without a host and one to no app look the same', async () => {
      const said = new Set<string>();
      for (const to of [{ secret: randomBytes(32) }, { app: 'bare' }, { app: 'nothing' }])
        await assert.rejects(call('push', to), (error: Error & { code?: string }) => {
          assert.equal(error.code, 'api/wrong-signature');
          said.add(error.message);
          return true;
        });
      assert.equal(said.size, 1);
      assert.equal((await hostRows.get(rig.db, rig.shop.id))?.heardAt, null);
    });

    test('a signed call has the host asked; replayed a hundred times it asks a few times, and changes nothing', async () => {
      const push = await rig.push('hooked');
      rig.server.open({ branch: 'hooked', commit: push.commit });
      await call('request');
      const open = () =>
        row<{ n: number }>(
          rig.db,
          sql`select count(*)::integer as n from host_requests where branch = 'hooked' and closed_at is null`,
        );
      await until(async () => (await open())?.n === 1);
      const before = listed();
      await Promise.all(Array.from({ length: 100 }, () => call('request')));
      await until(() => listed() > before);
      assert.ok(listed() - before < 50, 'calls that come together share a look');
      assert.equal((await open())?.n, 1);
      assert.ok((await hostRows.get(rig.db, rig.shop.id))?.heardAt);
    });

    test('a signed call of no meaning asks nothing, and nonsense is refused', async () => {
      // Looks that earlier calls have brought about come after their answers.
      for (let seen = -1; seen !== listed(); await pause(300)) seen = listed();
      const before = listed();
      await call('tag');
      await assert.rejects(call('push', { body: Buffer.from('{') }), {
        code: 'host/unreadable-webhook',
      });
      assert.equal(listed(), before);
    });

    test('news of requests lets those who wait for approvals be looked at at once', async () => {
      await sql`insert into review_waits (push_id, app_id, commit, plan, config, since, look_at, reason)
        values ('p1', ${rig.shop.id}, 'c1', '{}', '{}', now(), now() + interval '50 minutes', 'it waits')`.execute(
        rig.db,
      );
      await call('request');
      await until(async () => {
        const due = await row(
          rig.db,
          sql`select 1 from review_waits where look_at <= ${rig.world.clock.now()}`,
        );
        return due !== null;
      });
    });
  });
});
