import assert from 'node:assert/strict';
import { connect } from 'node:net';
import { afterEach, beforeEach, test } from 'node:test';
import type { Choice, Pause } from '../choose/chooser.ts';
import { toInstance } from '../../../../test/support/fake-chooser.ts';
import {
  ask,
  doorTo,
  httpInstance,
  raw,
  type Undo,
  undoing,
  until,
} from '../../../../test/support/front-door-rig.ts';

let undo: Undo;
beforeEach(() => {
  undo = undoing();
});
afterEach(() => undo.run());

interface HandPause extends Pause {
  waiting: ((how: 'released' | 'expired') => void)[];
  bytes: number;
  left: number;
}

function handPause(limit: { requests: number; bytes: number }): HandPause {
  const pause: HandPause = {
    waiting: [],
    bytes: 0,
    left: 0,
    enter(bytes, resume) {
      if (pause.waiting.length >= limit.requests) return false;
      pause.waiting.push(resume);
      pause.bytes += bytes;
      return {
        more: (size) => (pause.bytes += size) <= limit.bytes,
        leave: () => (pause.left += 1),
      };
    },
  };
  return pause;
}

/** A door whose route is paused; `release` or expire by calling `end`. */
async function pausedDoor(limit = { requests: 10, bytes: 100_000 }) {
  const { port } = await httpInstance(undo, (incoming, answer) => void incoming.pipe(answer));
  const opened = await doorTo(undo, port, { parts: { limits: { halfCloseMs: 50 } } });
  const { chooser, route, instance } = opened;
  const pause = handPause(limit);
  const waits: Choice = { kind: 'wait', route, pause };
  chooser.choices = () => waits;
  return {
    ...opened,
    pause,
    end(how: 'released' | 'expired') {
      chooser.choices = () => toInstance(route, instance);
      for (const resume of pause.waiting.splice(0)) resume(how);
    },
  };
}

test('requests wait for the end of a pause, bodies and all, and count once', async () => {
  const { port, pause, end, route, instance } = await pausedDoor();
  const bodies = ['', 'small', 'x'.repeat(500_000)];
  const answers = bodies.map((body) => ask({ port, method: 'PUT', body }));
  await until(() => pause.waiting.length === bodies.length);
  assert.equal(route.activity.open, bodies.length);
  assert.equal(instance.events.length, 0);
  end('released');
  assert.deepEqual(await Promise.all(answers.map(async (answer) => (await answer).text)), bodies);
  assert.deepEqual([route.activity.requests, route.activity.open], [bodies.length, 0]);
  assert.equal(instance.events.filter((event) => event === 'began').length, bodies.length);
});

test('a body that waits takes no more memory than the pause allows', async () => {
  const { port, pause, end } = await pausedDoor({ requests: 10, bytes: 100_000 });
  const body = 'x'.repeat(20_000_000);
  const answer = ask({ port, method: 'PUT', body });
  for (let before = -1; before !== pause.bytes || before === 0;) {
    before = pause.bytes;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  assert.ok(pause.bytes < 1_000_000, `${pause.bytes} bytes wait`);
  end('released');
  assert.equal((await answer).text.length, body.length);
});

test('those that find no room, and those whose time is up, get a 503', async () => {
  const { port, pause, end, route, instance } = await pausedDoor({ requests: 1, bytes: 1_000 });
  const first = ask({ port, method: 'PUT', body: 'x' });
  await until(() => pause.waiting.length === 1);
  const second = await ask({ port, headers: { accept: 'application/json' } });
  assert.equal(second.status, 503);
  assert.equal((JSON.parse(second.text) as { status: number }).status, 503);
  end('expired');
  assert.equal((await first).status, 503);
  assert.deepEqual(route.events, ['began', 'refused 503', 'began', 'refused 503']);
  assert.deepEqual([route.activity.open, instance.events.length], [0, 0]);
});

test('a client that leaves while it waits frees its place', async () => {
  const { port, pause, end, route, door } = await pausedDoor();
  for (const leave of ['end', 'destroy', 'resetAndDestroy'] as const) {
    pause.left = 0;
    const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true });
    socket.on('error', () => {});
    socket.write('GET / HTTP/1.1\r\nHost: shop.test\r\n\r\n');
    await until(() => route.activity.open === 1);
    socket[leave]();
    await until(() => pause.left === 1 && route.activity.open === 0);
    socket.destroy();
  }
  await until(() => door.connections === 0);
  end('released');
  assert.equal(route.activity.open, 0);
});

test('what was pipelined behind a request that waits is answered after it', async () => {
  const { port, pause, end } = await pausedDoor();
  const put = (body: string, close = '') =>
    `PUT / HTTP/1.1\r\nHost: shop.test\r\n${close}Content-Length: ${body.length}\r\n\r\n${body}`;
  const text = raw(port, put('first') + put('second') + put('third', 'Connection: close\r\n'));
  await until(() => pause.waiting.length === 1);
  end('released');
  assert.deepEqual((await text).match(/first|second|third/g), ['first', 'second', 'third']);
});
