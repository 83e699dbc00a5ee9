import assert from 'node:assert/strict';
import { after, afterEach, before, describe, test } from 'node:test';
import { pipelineRig, type PipelineRig } from '../../test/support/pipeline-rig.ts';
import { sql } from '../db/pool.ts';
import type { HeldRole } from '../kernel/role.ts';
import { addPerson } from '../people/add-person.ts';
import type { Person } from '../people/person.ts';
import { removePerson } from '../people/remove-person.ts';
import { speakerByName, speakerOf } from '../people/speaker.ts';
import { answerGate, type AnswerOrder } from './answer-gate.ts';
import type { Station } from './candidate.ts';
import { describeCandidate } from './show-candidates.ts';
import { authorsAsked } from './who-is-asked.ts';

let rig: PipelineRig;

const use = (stages: string): void => {
  before(async () => {
    rig = await pipelineRig(stages);
  });
  afterEach(async () => {
    await sql`truncate people, person_emails cascade`.execute(rig.db);
    await sql`delete from tokens`.execute(rig.db);
    await sql`update candidates set ended_at = now(), state = 'stopped' where ended_at is null`.execute(
      rig.db,
    );
  });
  after(() => rig?.close());
};

const add = (
  name: string,
  { role = 'developer', emails = [], teams = [] }: Partial<Person> & { role?: HeldRole } = {},
) => addPerson(rig.world, { name, role, emails, teams, by: 'ada' });
const answer = ({ way }: Station, by: AnswerOrder['by'], given: 'approve' | 'reject' = 'approve') =>
  answerGate(rig.world, { candidate: way.candidate, by, answer: given });
const gateOf = async ({ way }: Station) =>
  (await describeCandidate(rig.db, 'shop', way.number)).stages[0]?.gate;

describe('authors', () => {
  use('{ production: { approval: authors } }');

  test('are asked by their names, and agree with any of their tokens', async () => {
    const ann = await add('ann', { emails: ['ann@example.com', 'ann@home.example'] });
    const station = await rig.begin('Ann@Home.example');
    assert.equal(await rig.turn(station), 'waits');
    assert.deepEqual((await gateOf(station))?.askedOf, ['ann']);
    const { verdict } = await answer(station, speakerOf(ann));
    assert.equal(verdict.kind, 'approved');
    assert.deepEqual(
      (await gateOf(station))?.answers.map(({ by }) => by),
      ['ann'],
    );
    assert.deepEqual(await rig.turn(station), { kind: 'go' });
  });

  test('are nobody who only calls a token like them', async () => {
    await add('ann', { emails: ['ann@example.com'] });
    const bob = await add('bob', { emails: ['bob@example.com'] });
    const station = await rig.begin('ann@example.com');
    await rig.turn(station);
    for (const by of [speakerOf(bob), speakerByName('ann', 'admin'), 'Ann'])
      await assert.rejects(answer(station, by), {
        code: 'gate/not-yours',
        why: /asked, each of them: ann\./,
      });
    const { verdict } = await answer(station, 'ANN@example.com');
    assert.equal(verdict.kind, 'approved', "a token of nobody that is called like ann's address");
    assert.deepEqual(
      (await gateOf(station))?.answers.map(({ by }) => by),
      ['ann'],
    );
  });

  test('who had a token called like their address may answer when they have become a person', async () => {
    await rig.addToken('ann@example.com');
    const station = await rig.begin('ann@example.com');
    await rig.turn(station);
    assert.deepEqual((await gateOf(station))?.askedOf, ['ann@example.com']);
    const ann = await add('ann', { emails: ['ann@example.com'] });
    assert.equal((await answer(station, speakerOf(ann))).verdict.kind, 'approved');
  });

  test('who may not answer are not asked', async () => {
    await add('vic', { role: 'viewer', emails: ['vic@example.com'] });
    await add('gus', { emails: ['gus@example.com'] });
    await removePerson(rig.world, 'gus');
    await add('ann', { emails: ['ann@example.com', 'ann@home.example'] });
    const authors = ['vic@example.com', 'gus@example.com', 'ann@example.com', 'ann@home.example'];
    assert.deepEqual(await authorsAsked(rig.db, authors), {
      askedOf: ['ann'],
      unreachable: ['vic@example.com', 'gus@example.com'],
    });
    assert.deepEqual(await authorsAsked(rig.db, ['ann']), { askedOf: ['ann'], unreachable: [] });
  });

  test('may be rejected by anybody', async () => {
    await add('ann', { emails: ['ann@example.com'] });
    const bob = await add('bob');
    const station = await rig.begin('ann@example.com');
    await rig.turn(station);
    await answer(station, speakerOf(bob), 'reject');
    const why = 'bob said no to production';
    assert.deepEqual(await rig.turn(station), { kind: 'rejected', why });
  });
});

describe('a team', () => {
  use('{ production: { approval: "team:Web" } }');

  test('agrees by one who is in it; others are told who could', async () => {
    const ann = await add('ann', { teams: ['Web'] });
    const bob = await add('bob', { teams: ['web'] });
    await add('vic', { role: 'viewer', teams: ['Web'] });
    const station = await rig.begin();
    await rig.turn(station);
    for (const by of [speakerOf(bob), 'ann'])
      await assert.rejects(answer(station, by), {
        code: 'gate/not-yours',
        why: 'Team Web is asked: ann.',
      });
    assert.equal((await answer(station, speakerOf(ann))).verdict.kind, 'approved');
  });

  test('nobody is in lets nobody in, as soon as people are known', async () => {
    const station = await rig.begin();
    await rig.turn(station);
    await add('ann');
    await assert.rejects(answer(station, 'ci'), {
      code: 'gate/not-yours',
      why: 'Team Web is asked: nobody is in it.',
    });
    await removePerson(rig.world, 'ann');
    assert.equal((await answer(station, 'ci')).verdict.kind, 'approved');
  });
});
