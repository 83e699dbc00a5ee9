import type { TapPlan, TapPoint } from './tap-line.ts';
import type { TapFacts } from './tap-yaml.ts';
import { noTests, type TestCounts } from './test-counts.ts';
import { addTest, type ReportedTest } from './test-tally.ts';

type Found = Omit<ReportedTest, 'suite'> & { suite: string[] };

interface Parent {
  depth: number;
  point: TapPoint;
  facts: TapFacts;
}

/** Deeper ones count as this deep. */
const deepest = 50;

/** The tests of one text while its lines come in: a test's subtests are known by what has come before it, or in its braces. */
export function tapTree() {
  /** By depth: tests whose parent has not come yet. */
  const waiting: Found[][] = [];
  const braces: Parent[] = [];
  const out = { planned: 0, hasPlan: false, hasVersion: false, points: 0, top: 0 };
  let bailedOut: string | null = null;
  const missing: Found[] = [];

  const put = (depth: number, found: readonly Found[]): void => {
    const place = (waiting[depth] ??= []);
    for (const test of found) place.push(test);
  };
  const settle = ({ depth, point, facts }: Parent): void => {
    const children = waiting.splice(depth + 1).flat();
    put(depth, children.length > 0 ? family(point, facts, children) : alone(point, facts));
  };
  /** What the plan of one output promised and its tests did not keep. */
  const endOutput = (): void => {
    const short = out.planned - out.top;
    if (bailedOut === null && out.hasPlan && short > 0)
      missing.push(failure(`${short} planned tests`, 'They were planned and never reported.'));
    if (bailedOut === null && !out.hasPlan && (out.hasVersion || out.points > 0))
      missing.push(failure('the plan', 'The output ends without a plan: tests may be missing.'));
    Object.assign(out, { planned: 0, top: 0, hasPlan: false });
  };

  return {
    seen: () => out.points,
    isTap: () => out.hasVersion || out.hasPlan || out.points > 0 || bailedOut !== null,
    version() {
      if (out.hasVersion) endOutput();
      out.hasVersion = true;
    },
    plan({ depth, tests, isSkipped }: TapPlan) {
      if (depth > 0) return;
      out.hasPlan = true;
      out.planned += tests;
      if (isSkipped)
        put(0, [{ name: '', suite: [], outcome: 'skipped', durationMs: 0, message: '' }]);
    },
    add(point: TapPoint, facts: TapFacts) {
      const depth = Math.min(point.depth, deepest);
      out.points += 1;
      if (depth === 0) out.top += 1;
      if (point.opensBrace && braces.length < deepest) braces.push({ depth, point, facts });
      else settle({ depth, point, facts });
    },
    closeBrace(depth: number) {
      const parent = braces.at(-1);
      if (parent?.depth === depth) settle(braces.pop()!);
    },
    bailOut(reason: string) {
      bailedOut = reason;
      missing.push(failure('Bail out!', reason || 'The tests gave up.'));
    },
    counts(): TestCounts {
      while (braces.length > 0) settle(braces.pop()!);
      endOutput();
      const counts = noTests();
      for (const test of [...waiting.flat(), ...missing])
        addTest(counts, { ...test, suite: test.suite.join(' › ') });
      return counts;
    },
  };
}

const failure = (name: string, message: string): Found => ({
  name,
  suite: [],
  outcome: 'failed',
  durationMs: 0,
  message,
});

function outcomeOf({ ok, directive }: TapPoint): Found['outcome'] {
  if (directive !== null) return 'skipped';
  return ok ? 'passed' : 'failed';
}

function alone(point: TapPoint, facts: TapFacts): Found[] {
  const outcome = outcomeOf(point);
  // A group without tests is not a test.
  if (facts.isSuite && outcome === 'passed') return [];
  const durationMs = facts.durationMs ?? point.durationMs;
  return [{ name: point.name, suite: [], outcome, durationMs, message: facts.message }];
}

/** Subtests stand for their parent, unless it alone failed; below what is still to be done nothing fails. */
function family(point: TapPoint, facts: TapFacts, children: readonly Found[]): Found[] {
  for (const child of children) {
    if (child.suite.length < 5) child.suite.unshift(point.name);
    if (point.directive !== null && child.outcome === 'failed') child.outcome = 'skipped';
  }
  const alreadyFailed = children.some(({ outcome }) => outcome === 'failed');
  const failedItself = outcomeOf(point) === 'failed' && !alreadyFailed;
  // Its time is its children's, which they have told.
  return failedItself ? [...children, ...alone(point, { ...facts, durationMs: 0 })] : [...children];
}
