import { equal } from 'node:assert/strict';
import { test } from 'node:test';
import { answeredBy, trafficWords } from './traffic-words.ts';

test('traffic is a sentence', () => {
  const firstByte = { p50Ms: 4.21, p90Ms: 9, p95Ms: 31, p99Ms: 80 };
  equal(
    trafficWords({ requests: 1204, perSecond: 1.34, bad: 3, badShare: 3 / 1204, firstByte }),
    '1,204 requests (1.3 per second), 3 bad (0.25 %); half of them answered within 4.2 ms, 95 % within 31 ms.',
  );
  equal(
    trafficWords({ requests: 1, perSecond: 0.001, bad: 0, badShare: 0, firstByte: null }),
    '1 request, none bad.',
  );
});

test('who answered is told by service and commit', () => {
  equal(answeredBy({ version: 'd1', service: 'web', commit: '4f2c1d9aaa' }), 'web at 4f2c1d9');
  equal(
    answeredBy({ version: 'd1', service: 'web', commit: null }),
    'web at a commit that is gone',
  );
  equal(answeredBy({ version: '', service: '', commit: null }), 'The gateway itself');
});
