import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { answers } from './answers.ts';
import { readAnswers } from './read-answers.ts';
import { readRequests } from './read-requests.ts';
import { requests } from './requests.ts';

test('the corpus has more than three hundred cases, each with a name of its own', () => {
  for (const cases of [requests, answers]) {
    assert.equal(new Set(cases.map(({ name }) => name)).size, cases.length);
  }
  assert.ok(requests.length > 300 && answers.length > 60);
});

describe('requests', () => {
  for (const { name, bytes, means, ends } of requests) {
    test(`${name}: ${means.length} forwarded, then ${ends}`, () => {
      const read = readRequests(Buffer.from(bytes, 'latin1'));
      assert.deepEqual({ means: read.means, ends: read.ends }, { means, ends });
    });
  }
});

describe('answers', () => {
  for (const { name, bytes, method, means, ends } of answers) {
    test(`${name}: ${means.length} forwarded, then ${ends}`, () => {
      const read = readAnswers(Buffer.from(bytes, 'latin1'), method);
      assert.deepEqual({ means: read.means, ends: read.ends }, { means, ends });
    });
  }
});
