import { equal } from 'node:assert/strict';
import { test } from 'node:test';
import { concerns } from './concerns.ts';

test('an environment is looked at again for its own events, and for what is said of its app alone', () => {
  const of = { app: 'shop', id: 'e1' };
  const event = { app: 'shop', environment: 'e1', kind: 'deploy-begun' };
  equal(concerns(event, of), true);
  equal(concerns({ ...event, environment: 'e2' }, of), false);
  equal(concerns({ ...event, environment: null, kind: 'push-ended' }, of), true);
  equal(concerns({ ...event, environment: null, kind: 'check-ended' }, of), false);
  // Made anew, it has another id.
  equal(concerns({ ...event, environment: 'e2', kind: 'environment-queued' }, of), true);
  equal(concerns({ ...event, app: 'other', environment: null, kind: 'push-ended' }, of), false);
});
