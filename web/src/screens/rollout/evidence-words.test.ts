import { deepEqual, equal, match } from 'node:assert/strict';
import { test } from 'node:test';
import { eMeaning, eValue, eVerdict, whyNoEvidence } from './evidence-words.ts';

const said = { margin: 1.25, thresholds: { hold: Math.log10(20), rollBack: Math.log10(200) } };

test('an e-value is short, however small or large', () => {
  deepEqual([-Number.MAX_VALUE, -3.1, -0.7, 0, Math.log10(31), 3.15, 5.9999, 42.2].map(eValue), [
    '< 0.001',
    '< 0.001',
    '0.2',
    '1',
    '31',
    '1,413',
    '999,770',
    '> 10⁴²',
  ]);
});

test('what it means is a bound on how often a release that is no worse would show it', () => {
  equal(eMeaning(-1, said), 'Nothing speaks against its odds being no worse than 1.25 ×.');
  match(
    eMeaning(Math.log10(4), said),
    /at most 25 % of rollouts .* Held from 20 on, taken back from 200\.$/,
  );
  match(eMeaning(Math.log10(31), said), /at most 3.2 % of rollouts would ever show this much/);
  match(eMeaning(42, said), /at most 0.01 % of rollouts/);
});

test('a metric by itself is judged by both thresholds', () => {
  deepEqual(
    [19, 20, 199, 201].map((e) => eVerdict(Math.log10(e), said)),
    ['go on', 'hold', 'hold', 'roll back'],
  );
});

type Asked = Parameters<typeof whyNoEvidence>[0];

const rollout: Asked = { strategy: 'canary', state: 'running', steps: [], stableCommit: 'abc' };
const step = (canSee: string | null) => ({ canSee });

test('where there is nothing to draw it is said why', () => {
  match(whyNoEvidence({ ...rollout, stableCommit: null }), /nothing to compare it with/);
  match(whyNoEvidence(rollout), /^Nobody meets the new release yet/);
  match(whyNoEvidence({ ...rollout, state: 'failed' }), /ended before anybody met/);
  match(
    whyNoEvidence({ ...rollout, strategy: 'blue-green', state: 'promoted' }),
    /^This blue-green had no time/,
  );
  match(whyNoEvidence({ ...rollout, steps: [step(null)] }), /bake: 0s/);
  match(whyNoEvidence({ ...rollout, steps: [step('It can see much.')] }), /judged yet/);
  match(
    whyNoEvidence({ ...rollout, steps: [step('It can see much.')], state: 'rolled-back' }),
    /No second of it/,
  );
});
