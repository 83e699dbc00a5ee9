import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { asking, collect } from '../../../test/support/api-rig.ts';
import { pipelineRig, type PipelineRig } from '../../../test/support/pipeline-rig.ts';
import { candidateTests } from '../../pipeline/test-tables.ts';

let rig: PipelineRig;
const app = 'shop';

before(async () => {
  rig = await pipelineRig('{ integration: { environment: fresh, tests: { api: run } } }');
});
after(() => rig?.close());

describe('the log of a test', () => {
  test('is found by its name, without what its environment keeps secret', async () => {
    const station = await rig.begin();
    const { candidate, number } = station.way;
    const secret = { app, scope: 'staging', name: 'KEY', value: 'canary-value' };
    await rig.handlers.setSecret(secret, asking());
    const at = { candidate, stage: 'integration' };
    await candidateTests.begin(rig.db, at, { name: 'api', job: 'job-of-api' });
    const text = Buffer.from('one canary-value\n\u001b[31mtwo\n');
    rig.runtime.logs.set('job-of-api', { text, ended: true });
    const read = async (more: { stage?: string; test?: string; tail?: number }) => {
      const named = { app, number, stage: 'integration', test: 'api', ...more };
      const lines = await collect(await rig.handlers.readTestLog(named, asking()));
      return lines.map(({ line }) => line);
    };
    assert.deepEqual(await read({}), ['one [KEY]', 'two']);
    assert.deepEqual(await read({ tail: 1 }), ['two']);
    await assert.rejects(read({ test: 'ui' }), { code: 'test/unknown' });
    await assert.rejects(read({ stage: 'none' }), { code: 'candidate/unknown-stage' });
    rig.runtime.logs.delete('job-of-api');
    assert.deepEqual(await read({}), [], 'a log no longer kept has no lines');
  });

  test('is seen whole by whoever follows it from its first moment, also when it is over by then', async () => {
    const station = await rig.begin();
    const { candidate, number } = station.way;
    const at = { candidate, stage: 'integration' };
    await candidateTests.begin(rig.db, at, { name: 'api', job: 'job-to-come' });
    const named = { app, number, stage: 'integration', test: 'api', follow: true };
    let isRead = (): void => undefined;
    const read = new Promise<void>((done) => (isRead = done));
    const { readLog } = rig.runtime;
    rig.runtime.readLog = (id, from) => {
      if (id === 'job-to-come') isRead();
      return readLog(id, from);
    };
    const lines = collect(await rig.handlers.readTestLog(named, asking()));
    await read;
    rig.runtime.logs.set('job-to-come', { text: Buffer.from('one\ntwo\n'), ended: true });
    const ended = { startedAt: new Date(0), endedAt: new Date(1), logTail: null };
    await candidateTests.end(rig.db, at, { name: 'api', state: 'passed', ...ended });
    assert.deepEqual(
      (await lines).map(({ line }) => line),
      ['one', 'two'],
    );
  });
});
