import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { createRequire } from 'node:module';
import { describe, test } from 'node:test';
import { signed } from '../../../../test/support/github-books.ts';
import type { HostNews, WebhookCall } from '../../host.ts';
import { readNews } from './read-news.ts';

interface Examples {
  name: string;
  examples: Record<string, unknown>[];
}

const secret = randomBytes(32);
const published = ['api.github.com', 'ghes-31', 'ghes-32', 'ghes-33', 'ghes-34', 'ghes-35'];
const open = createRequire(import.meta.url);
const examplesOf = (where: string): Examples[] =>
  open(`@octokit/webhooks-examples/${where}/index.json`) as Examples[];

function called(event: string, body: Buffer | string | object, more = {}): WebhookCall {
  const isText = typeof body === 'string' || Buffer.isBuffer(body);
  const bytes = Buffer.from(isText ? body : JSON.stringify(body));
  return { headers: { ...signed(event, bytes, secret), ...more }, body: bytes, secret };
}

const told = (event: string, body: Buffer | string | object, more = {}): HostNews =>
  readNews(called(event, body, more));

describe('the calls that GitHub publishes', () => {
  for (const where of published) {
    test(`${where}: each is understood, forged it is refused, cut short it is refused`, () => {
      let count = 0;
      for (const { name, examples } of examplesOf(where)) {
        for (const example of examples) {
          const call = called(name, example);
          assert.equal(readNews(call).kind, expected(name, example), name);
          const forged = { ...call, body: Buffer.concat([call.body, Buffer.from(' ')]) };
          const short = { ...call, body: call.body.subarray(0, -1) };
          for (const bad of [forged, short]) {
            assert.throws(() => readNews(bad), { code: 'api/wrong-signature' });
          }
          count += 1;
        }
      }
      assert.ok(count >= 49);
    });
  }
});

/** Said in another way than the code does: by what the example is about. */
function expected(name: string, { ref, ref_type: kind }: Record<string, unknown>): string {
  if (name === 'pull_request' || name === 'pull_request_review') return 'requests';
  const isOfBranch = kind === 'branch' || String(ref).startsWith('refs/heads/');
  return ['push', 'create', 'delete'].includes(name) && isOfBranch ? 'branches' : 'nothing';
}

describe('calls', () => {
  test('a form with JSON in it is read like JSON', () => {
    const payload = JSON.stringify({ ref: 'refs/heads/cart & co' });
    const form = new URLSearchParams({ payload }).toString();
    const type = { 'content-type': 'application/x-www-form-urlencoded' };
    assert.deepEqual(told('push', form, type), { kind: 'branches' });
    const empty = { code: 'host/unreadable-webhook' };
    assert.throws(() => told('push', 'nothing=here', type), empty);
  });

  test('an event we do not know is nothing, named in one short line', () => {
    const news = told(`x\n${'y'.repeat(1000)}`, {});
    assert.equal(news.kind, 'nothing');
    assert.match(news.kind === 'nothing' ? news.what : '', /^x y{100,300}…$/);
    assert.equal(told('constructor', {}).kind, 'nothing');
    assert.equal(told('__proto__', {}).kind, 'nothing');
  });

  test('the old SHA-1 signature proves nothing', () => {
    const call = called('push', { ref: 'refs/heads/main' });
    const headers = { 'x-hub-signature': String(call.headers['x-hub-signature-256']) };
    const refused = { code: 'api/wrong-signature' };
    assert.throws(() => readNews({ ...call, headers }), refused);
  });

  test('a signature that is not exactly ours is refused, whatever it is made of', () => {
    const call = called('push', { ref: 'refs/heads/main' });
    const right = String(call.headers['x-hub-signature-256']);
    const wrong = ['', 'sha256=', right.slice(7), right.toUpperCase(), `${right} `, `${right}0`];
    for (const given of [...wrong, right.slice(0, -1), [right, right], undefined]) {
      const headers = { ...call.headers, 'x-hub-signature-256': given };
      assert.throws(() => readNews({ ...call, headers }), { code: 'api/wrong-signature' });
    }
  });

  test('signed nonsense is refused as unreadable', () => {
    const unreadable = { code: 'host/unreadable-webhook' };
    const wrong: [string, Buffer | string | object][] = [
      ['', { ref: 'refs/heads/main' }],
      ['push', Buffer.from([0xff, 0xfe, 0x00])],
      ['push', { ref: null }],
      ['push', { ref: ['refs/heads/main'] }],
      ['push', {}],
      ['create', { ref: 'a' }],
      ['delete', { ref: 'a', ref_type: {} }],
      ['pull_request', { number: 1 }],
      ['pull_request', { pull_request: { number: '1' } }],
      ['pull_request_review', { pull_request: [] }],
      ['ping', '"hello"'],
      ['push', '['.repeat(1_000_000)],
      ['push', `{"ref":"refs/heads/main","x":"${'x'.repeat(26 * 1024 * 1024)}"}`],
    ];
    for (const [event, body] of wrong) assert.throws(() => told(event, body), unreadable, event);
  });
});
