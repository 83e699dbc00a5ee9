import assert from 'node:assert/strict';
import { test } from 'node:test';
import { takeEvents, type ServerEvent } from './take-events.ts';

const stream =
  'id: 7\ndata: {"text":"one"}\n\n: still here\n\nevent: end\ndata: {}\n\ndata:a\ndata: b\n\nretry: 5\n\n';
const events: ServerEvent[] = [
  { id: '7', event: 'message', data: '{"text":"one"}' },
  { id: null, event: 'end', data: '{}' },
  { id: null, event: 'message', data: 'a\nb' },
];

test('events are the same however the stream is cut into pieces', () => {
  for (let size = 1; size <= stream.length; size += 1) {
    const taken: ServerEvent[] = [];
    const feed = takeEvents((event) => taken.push(event));
    for (let from = 0; from < stream.length; from += size) feed(stream.slice(from, from + size));
    assert.deepEqual(taken, events, `pieces of ${size}`);
  }
});

test('what has not ended yet is not told', () => {
  const taken: ServerEvent[] = [];
  takeEvents((event) => taken.push(event))('id: 1\ndata: half\n');
  assert.deepEqual(taken, []);
});
