import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { Output } from '../api/contract/all.ts';
import { cliLab, type CliLab } from '../../test/support/cli-lab.ts';

type Lane = Output<'getLane'>;
type Details = NonNullable<Lane['rollout']>;

let lab: CliLab;
let lane: Lane;
const told: Record<string, unknown> = {};

const at = new Date();
const rollout: Details = {
  id: 'd7',
  app: 'shop',
  environment: 'e1',
  environmentName: 'production',
  number: 7,
  commit: 'bbbb2222',
  stableCommit: 'aaaa1111',
  strategy: 'canary',
  state: 'running',
  phase: 'watches for 30 s more',
  step: 1,
  weight: 5,
  pausedBy: null,
  pauseReason: null,
  decision: null,
  decidedBy: null,
  startedAt: at,
  endedAt: null,
  steps: [
    {
      step: 1,
      weight: 5,
      canSee: 'This step can see an error rate >= 3.1 x.',
      beganAt: at,
      endedAt: null,
      outcome: null,
      why: null,
    },
  ],
  plan: [
    { step: 2, weight: 25, bakeMs: 600_000 },
    { step: 3, weight: 50, bakeMs: 0 },
  ],
  orders: [],
  happened: [],
  evidence: {
    ticks: 40,
    candidate: { requests: 200, bad: 3 },
    stable: { requests: 4000, bad: 20 },
    action: 'go on',
    metrics: [{ metric: 'errors', e: 1.234 }],
  },
  hidden: [],
};
const empty: Lane = {
  environment: 'e1',
  app: 'shop',
  environmentName: 'production',
  rollout: null,
  lock: null,
  locks: [],
  warm: [],
  rollbacks: [],
};

before(async () => {
  lab = await cliLab();
  const steered = (name: string) => (input: unknown) => {
    told[name] = input;
    return { ...rollout, pausedBy: name === 'pauseRollout' ? 'ada' : null };
  };
  Object.assign(lab.world.handlers, {
    getLane: () => lane,
    listRollouts: () => ({ rollouts: [rollout, { ...rollout, state: 'rolled-back' }] }),
    listOpenRollouts: () => ({ rollouts: [rollout] }),
    pauseRollout: steered('pauseRollout'),
    resumeRollout: steered('resumeRollout'),
    promoteRollout: steered('promoteRollout'),
    abortRollout: steered('abortRollout'),
    lockLane: (input: unknown) => {
      told['lockLane'] = input;
      return { commit: null, reason: 'x', by: 'ada', at };
    },
    liftLane: (input: unknown) => {
      told['liftLane'] = input;
      return { text: 'It is open again.' };
    },
    markCommit: (input: unknown) => {
      told['markCommit'] = input;
      return { text: 'It is marked.' };
    },
    rollBack: (input: { release?: string }) => {
      told['rollBack'] = input;
      const cold = input.release === '1';
      return {
        kind: cold ? 'starting again' : 'at once',
        from: { id: 'd7', number: 7, commit: 'bbbb2222' },
        to: { id: 'd6', number: 6, commit: 'aaaa1111' },
        compatible: 'the old release knows all 3 migrations that ran',
        deploy: cold ? 'good' : null,
      };
    },
    replayRollout: ({ rollout: id }: { rollout: string }) => ({
      rollout: id,
      ticks: 40,
      action: 'go on',
      words: 'Nothing says that the candidate is worse.',
      metrics: [{ metric: 'errors', e: 1.234 }],
      differences:
        id === 'd8' ? [{ tick: 3, what: 'action', stored: 'hold', recomputed: 'go on' }] : [],
    }),
  });
});
after(() => lab.close());

test('the status shows share, evidence, what a step can see, the lock and what is kept warm', async () => {
  const until = new Date(Date.now() + 3_600_000);
  const lock = { commit: 'cccc', reason: 'checkout is broken', by: 'ada', at };
  lane = {
    ...empty,
    rollout,
    lock,
    locks: [lock],
    warm: [{ id: 'd6', number: 6, commit: 'aaaa1111', until }],
  };
  const { out, code } = await lab.signalbox(['rollout', 'status', '--app', 'shop']);
  assert.equal(code, 0);
  assert.match(
    out,
    /^shop\/production: deploy 7 \(bbbb222\), canary\nstate +running, 5 % of the users/,
  );
  assert.match(out, /to come +25 % for 10m, 50 %, then 100 %\n/);
  assert.match(out, /3 of 200 bad, before it 20 of 4000 bad; errors e = 1.23: go on/);
  assert.match(out, /1 +5 % +\d+s ago +- +This step can see an error rate >= 3.1 x\./);
  assert.match(
    out,
    /The lane is locked by ada: checkout is broken\n→ signalbox lane production lift/,
  );
  assert.match(out, /Deploy 6 \(aaaa111\) is kept warm; it ends in \d+m\./);
});

test('without a subcommand and without a rollout it says so', async () => {
  lane = empty;
  const { out } = await lab.signalbox(['rollout', '--app', 'shop']);
  assert.equal(out, 'No release was ever rolled out to shop/production step by step.\n');
  const { out: json } = await lab.signalbox(['rollout', '--app', 'shop', '--json']);
  assert.deepEqual(JSON.parse(json), JSON.parse(JSON.stringify(empty)));
});

test('rollouts are listed in a table', async () => {
  const { out } = await lab.signalbox(['rollout', 'list']);
  assert.equal(out.trim().split('\n').length, 2, 'those under way');
  const all = await lab.signalbox(['rollout', 'list', 'production', '--app', 'shop']);
  assert.match(all.out, /rolled-back/);
  assert.match(
    out,
    /shop\/production +7 +bbbb222 +canary +running +5 % +\d+s ago +d7 +watches for 30 s more/,
  );
});

test('pause, resume, promote and abort pass on who they mean and why', async () => {
  await lab.signalbox(['rollout', 'pause', '--reason', 'lunch', '--app', 'shop']);
  await lab.signalbox(['rollout', 'resume', 'staging', '--app', 'shop']);
  await lab.signalbox(['rollout', 'promote', '--reason', 'sure', '--app', 'shop']);
  await lab.signalbox(['rollout', 'abort', '--reason', 'slow', '--force', '--app', 'shop']);
  assert.deepEqual(
    [told['pauseRollout'], told['resumeRollout'], told['promoteRollout'], told['abortRollout']],
    [
      { environment: 'shop/production', reason: 'lunch' },
      { environment: 'shop/staging' },
      { environment: 'shop/production', reason: 'sure' },
      { environment: 'shop/production', reason: 'slow', force: true },
    ],
  );
  const { code, err } = await lab.signalbox(['rollout', 'pause', '--app', 'shop']);
  assert.equal(code, 2);
  assert.match(err, /signalbox rollout pause --help/);
});

test('a rollback says where it went and what the schema means; one that starts again is followed', async () => {
  const quick = await lab.signalbox([
    'rollback',
    'production',
    '--reason',
    'broken',
    '--app',
    'shop',
  ]);
  assert.deepEqual(told['rollBack'], { environment: 'shop/production', reason: 'broken' });
  assert.match(
    quick.out,
    /shop\/production is back from deploy 7 \(bbbb222\) to 6 \(aaaa111\): all requests go there now\./,
  );
  assert.match(quick.err, /Schema: the old release knows all 3 migrations that ran\./);
  const cold = await lab.signalbox([
    'rollback',
    'production',
    '1',
    '--reason',
    'x',
    '--app',
    'shop',
  ]);
  assert.equal(cold.code, 0);
  assert.match(cold.err, /which does not run any more: it starts again/);
  assert.match(cold.err, /Its lane is locked.*\n→ signalbox lane production lift/);
  const ofBranch = await lab.signalbox(['rollback', 'next', '--reason', 'x', '--app', 'shop']);
  assert.equal(ofBranch.code, 0);
  assert.doesNotMatch(ofBranch.err, /lane/, 'a preview has none');
  assert.equal((await lab.signalbox(['rollback', 'production', '--app', 'shop'])).code, 2);
});

test('a lane is shown, locked and lifted', async () => {
  lane = empty;
  const shown = await lab.signalbox(['lane', 'production', '--app', 'shop']);
  assert.match(shown.out, /The lane of shop\/production is open/);
  const locks = [
    { commit: 'dddd4444', reason: 'it is slow', by: 'the judge', at },
    { commit: null, reason: 'holiday', by: 'ada', at },
  ];
  lane = { ...empty, lock: locks[0] ?? null, locks };
  const locked = await lab.signalbox(['lane', 'production', '--app', 'shop']);
  assert.match(locked.out, /because of dddd444 .* by the judge: it is slow\n.* by ada: holiday/);
  await lab.signalbox(['lane', 'production', 'lock', '--reason', 'holiday', '--app', 'shop']);
  await lab.signalbox(['lane', 'production', 'lift', '--reason', 'over', '--app', 'shop']);
  assert.deepEqual(
    [told['lockLane'], told['liftLane']],
    [
      { environment: 'shop/production', reason: 'holiday' },
      { environment: 'shop/production', reason: 'over' },
    ],
  );
  assert.equal((await lab.signalbox(['lane', 'production', 'lift', '--app', 'shop'])).code, 2);
  assert.equal((await lab.signalbox(['lane', 'production', 'eat', '--app', 'shop'])).code, 2);
});

test('a commit is marked with a reason', async () => {
  const asked = ['mark', 'abcd12', 'not-safe-to-roll-back', '--reason', 'x', '--app', 'shop'];
  assert.match((await lab.signalbox(asked)).out, /It is marked\./);
  assert.deepEqual(told['markCommit'], {
    app: 'shop',
    commit: 'abcd12',
    mark: 'not-safe-to-roll-back',
    reason: 'x',
  });
});

test('a replay that comes to something else ends with 1', async () => {
  const same = await lab.signalbox(['rollout', 'replay', 'd7']);
  assert.equal(same.code, 0);
  assert.match(
    same.out,
    /40 seconds judged again\..*\nerrors: e = 1.23\nIt is what was decided then\./,
  );
  const other = await lab.signalbox(['rollout', 'replay', 'd8']);
  assert.equal(other.code, 1);
  assert.match(other.out, /It differs in 1 places:\ntick 3, action: hold then, go on now/);
});
