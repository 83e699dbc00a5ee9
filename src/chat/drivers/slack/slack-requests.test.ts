import assert from 'node:assert/strict';
import { test } from 'node:test';
import { signedRequest } from '../../../../test/support/slack-deliveries.ts';
import { answerSlack, type SlackRequest } from './slack-requests.ts';

const signingSecret = 'signed-by-the-test';
const now = new Date('2026-11-21T15:00:00Z');
const payload = { type: 'event_callback', event: { type: 'message', text: '!good' } };

const knockAt = async (request: SlackRequest, fails = false) => {
  const heard: unknown[] = [];
  const dispatch = async (body: unknown): Promise<void> => {
    heard.push(body);
    if (fails) throw new Error('the database is away');
  };
  const answer = await answerSlack({ signingSecret, clock: { now: () => now }, dispatch }, request);
  return { status: answer.status, body: answer.body, heard };
};
const secondsAway = (seconds: number): Date => new Date(now.getTime() + seconds * 1_000);

test('a signed request is heard, as JSON and as a form', async () => {
  for (const type of ['events_api', 'interactive'] as const) {
    const { status, heard } = await knockAt(signedRequest(signingSecret, type, payload, now));
    assert.equal(status, 200);
    assert.deepEqual(heard, [payload]);
  }
  const command = { command: '/signalbox', text: 'good' };
  const { heard } = await knockAt(signedRequest(signingSecret, 'slash_commands', command, now));
  assert.deepEqual(heard, [command]);
});

test('a signature by another secret, over another body or of another time is refused', async () => {
  const good = signedRequest(signingSecret, 'events_api', payload, now);
  const { 'x-slack-signature': signature = '' } = good.headers;
  const forged: SlackRequest[] = [
    signedRequest('another', 'events_api', payload, now),
    { ...good, body: Buffer.from(good.body.toString().replace('good', 'force')) },
    { ...good, headers: { ...good.headers, 'x-slack-request-timestamp': '1763737201' } },
    { ...good, headers: { ...good.headers, 'x-slack-signature': signature.replace('v0=', 'v1=') } },
    { ...good, headers: { ...good.headers, 'x-slack-signature': signature.slice(0, -1) } },
    { ...good, headers: { ...good.headers, 'x-slack-signature': [signature, signature] } },
    { ...good, headers: { 'content-type': 'application/json' } },
    { ...good, headers: { ...good.headers, 'x-slack-request-timestamp': 'now' } },
  ];
  for (const request of forged) {
    const { status, heard } = await knockAt(request);
    assert.equal(status, 401);
    assert.deepEqual(heard, []);
  }
});

test('a request older than five minutes is refused, and one from the future', async () => {
  const statusAt = async (seconds: number): Promise<number> =>
    (await knockAt(signedRequest(signingSecret, 'events_api', payload, secondsAway(seconds))))
      .status;
  assert.deepEqual(
    [await statusAt(-300), await statusAt(-301), await statusAt(300), await statusAt(301)],
    [200, 401, 200, 401],
  );
});

test('what was not written down is asked for again', async () => {
  const { status } = await knockAt(signedRequest(signingSecret, 'events_api', payload, now), true);
  assert.equal(status, 500);
});

test('Slack is shown that the address is ours, once it has signed', async () => {
  const asks = { type: 'url_verification', challenge: 'say-this' };
  const { status, body } = await knockAt(signedRequest(signingSecret, 'events_api', asks, now));
  assert.deepEqual([status, body], [200, 'say-this']);
  assert.equal((await knockAt(signedRequest('another', 'events_api', asks, now))).status, 401);
});

test('nonsense that is signed is refused', async () => {
  for (const nonsense of ['[', '"text"', 'null', '']) {
    const { headers } = signedRequest(signingSecret, 'events_api', {}, now);
    const { createHmac } = await import('node:crypto');
    const mac = createHmac('sha256', signingSecret)
      .update(`v0:${headers['x-slack-request-timestamp']}:${nonsense}`)
      .digest('hex');
    const signed = { ...headers, 'x-slack-signature': `v0=${mac}` };
    const { status } = await knockAt({ headers: signed, body: Buffer.from(nonsense) });
    assert.equal(status, 400);
  }
});
