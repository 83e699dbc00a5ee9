import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import type { AddressInfo } from 'node:net';
import { after, before, test } from 'node:test';
import type { FastifyInstance } from 'fastify';
import { apiRig, type ApiRig } from '../../test/support/api-rig.ts';
import { cliScript, type CliRun } from '../../test/support/cli-lab.ts';
import { apiServer } from '../api/server.ts';
import { auditLog, authenticate, createToken, listAudit } from '../api/tables.ts';
import { verifyAccount } from '../people/verify-account.ts';

let rig: ApiRig;
let app: FastifyInstance;
let url = '';
let admin = '';
let ann = '';

before(async () => {
  rig = await apiRig();
  const { db } = rig.world;
  app = apiServer({
    version: '0.1.0',
    authenticate: (token) => authenticate(db, token),
    audit: auditLog(db),
    handlers: rig.handlers,
  });
  await app.listen({ port: 0, host: '127.0.0.1' });
  url = `http://127.0.0.1:${(app.server.address() as AddressInfo).port}`;
  admin = (await createToken(db, { name: 'first', role: 'admin' })).token;
});
after(async () => {
  await app?.close();
  await rig?.close();
});

function signalbox(token: string, ...args: string[]): Promise<CliRun> {
  const env = {
    PATH: process.env['PATH'] ?? '',
    HOME: rig.directory,
    SIGNALBOX_URL: url,
    SIGNALBOX_TOKEN: token,
  };
  return new Promise((resolve) => {
    execFile(process.execPath, [cliScript, ...args], { env }, (error, out, err) =>
      resolve({ code: error ? Number(error.code) : 0, out, err }),
    );
  });
}

async function json<T>(token: string, ...args: string[]): Promise<T> {
  const { code, out, err } = await signalbox(token, ...args, '--json');
  assert.equal(code, 0, err);
  return JSON.parse(out) as T;
}

test('an admin adds somebody, who then has a token and says who they are', async () => {
  const teamAndEmails = '--team shop --email Ann@example.com --email ann@home.example'.split(' ');
  const role = ['--role', 'developer'];
  const added = await signalbox(admin, 'person', 'add', 'ann', ...role, ...teamAndEmails);
  assert.equal(added.code, 0, added.err);
  assert.match(added.out, /^e-mail +ann@example\.com, ann@home\.example$/m);
  assert.match(added.err, /→ signalbox token create "ann laptop" --person ann/);
  const made = await signalbox(admin, 'token', 'create', 'ann laptop', '--person', 'ann');
  assert.match(made.err, /ann laptop \(developer\)/);
  ann = made.out.trim();
  const me = await signalbox(ann, 'person', 'me');
  assert.match(me.out, /^name +ann\nrole +developer\nteams +shop$/m);
  assert.match(me.out, /The token "ann laptop" opens what a developer may do\./);
  assert.match((await signalbox(admin, 'token', 'list')).out, /ann laptop +developer +ann /);
  assert.match((await signalbox(admin, 'person', 'me')).out, /"first" is nobody's/);
});

test('people are for admins, which the refusal says with a way out', async () => {
  const { code, err } = await signalbox(ann, 'person', 'list');
  assert.equal(code, 1);
  assert.match(err, /needs the role admin; the token "ann laptop" of ann has developer/);
  assert.match(err, /→ .*signalbox person set ann --role admin/);
});

test('a chat account is linked with a code, shown and unlinked', async () => {
  const shown = await signalbox(ann, 'person', 'link');
  const [, code = ''] = /^!verify ([A-Z2-9]{8})$/m.exec(shown.out) ?? [];
  await verifyAccount(rig.world, { network: 'libera', account: 'annie', code });
  assert.match((await signalbox(admin, 'person', 'list')).out, /annie on libera/);
  const gone = await signalbox(ann, 'person', 'unlink', 'libera', 'annie');
  assert.equal(gone.out, 'annie on libera is not ann any more.\n');
  const { say } = await json<{ say: string }>(admin, 'person', 'link', '--person', 'ann');
  assert.match(say, /^!verify /);
  const nobody = await signalbox(admin, 'person', 'link');
  assert.match(nobody.err, /The token "first" is nobody's/);
});

test('addresses, teams and roles change, and the audit says by whom', async () => {
  await signalbox(admin, 'person', 'email', 'remove', 'ann', 'ANN@home.example');
  await signalbox(admin, 'person', 'email', 'add', 'ann', 'ann@work.example');
  await signalbox(admin, 'person', 'team', 'add', 'ann', 'web');
  await signalbox(admin, 'person', 'team', 'remove', 'ann', 'shop');
  const set = await json<object>(admin, 'person', 'set', 'ann', '--role', 'admin');
  const { id, addedAt, ...rest } = await json<Record<string, unknown>>(
    admin,
    'person',
    'show',
    'ann',
  );
  assert.deepEqual({ id, addedAt, ...rest }, set);
  assert.deepEqual(rest, {
    name: 'ann',
    role: 'admin',
    teams: ['web'],
    emails: ['ann@example.com', 'ann@work.example'],
    accounts: [],
    removedAt: null,
  });
  const { code } = await signalbox(ann, 'person', 'team', 'add', 'ann', 'web');
  assert.equal(code, 1, 'a developer token of an admin');
  const audit = await listAudit(rig.world.db, { subject: 'ann web' });
  assert.deepEqual(
    audit.map(({ actor, action }) => `${actor} ${action}`),
    ['first joinTeam'],
  );
});

test('whoever is removed is out at once, and stays in the list of those who were', async () => {
  assert.equal((await signalbox(admin, 'person', 'remove', 'ann')).code, 0);
  assert.match((await signalbox(ann, 'person', 'me')).err, /This token opens nothing/);
  assert.match((await signalbox(admin, 'person', 'list')).out, /Nobody is known yet/);
  assert.match((await signalbox(admin, 'person', 'list', '--removed')).out, /removed \d+\w ago/);
  assert.equal((await signalbox(admin, 'person', 'remove', 'ann')).code, 0);
  const gone = await signalbox(admin, 'person', 'show', 'ann');
  assert.deepEqual([gone.code, /There is nobody called ann/.test(gone.err)], [1, true]);
});
