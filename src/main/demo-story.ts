import { setTimeout as pause } from 'node:timers/promises';
import { say } from './demo-say.ts';
import type { DemoStage } from './demo-stage.ts';

const branch = 'cheaper-tea';
const cheaperTea = "update products set price_cents = 590 where slug = 'tea';\n";
/** What the tea costs, as the page shows it. */
const prices = { before: '8.90', after: '5.90' };
const production = 'shop.localhost';

/** Enough that the judge can tell a good release from a bad one within seconds. */
export const visitorsPerSecond = 60;

/**
 * A push of main, a branch with its preview, a good release that climbs, and a bad one that is undone. `whileClimbing` is
 * called when the good one is pushed. Visitors go on coming when it resolves.
 */
export async function tellStory(
  stage: DemoStage,
  whileClimbing: () => Promise<void> = async () => undefined,
): Promise<void> {
  const { shop } = stage;
  say('\nA team has a shop. It pushes main with plain git:\n');
  // People who watch have less patience than a canary.
  await shop.commit('The shop opens', {
    'signalbox.yaml': (text) => text.replace(/bake: 2m.*/, 'bake: 5s'),
  });
  await shop.push('main');
  await takeSnapshot(stage);

  say('\nSomebody wants cheaper tea: a branch with a migration, pushed for others to look at:\n');
  await shop.switchTo(branch);
  await shop.commit('Cheaper tea', { 'db/migrations/0003-cheaper-tea.sql': cheaperTea });
  await shop.push(branch);
  await lookAtAll(stage);
  await releaseGood(stage, whileClimbing);
  await releaseBad(stage);
}

/** The branch's preview starts from a copy of staging's data, so there must be one. */
async function takeSnapshot({ call, signal }: DemoStage): Promise<void> {
  say('\nSignalbox keeps a copy of staging’s data for previews (every day; now by hand):');
  const path = '/api/v1/apps/shop/snapshots';
  const { snapshots } = await call<{ snapshots: { id: string }[] }>('POST', path, {
    from: 'staging',
  });
  for (const { id } of snapshots) {
    for (;;) {
      const taken = await call<{ state: string; how: string | null; reason: string | null }>(
        'GET',
        `/api/v1/snapshots/${id}`,
      ).catch(() => null);
      if (taken?.state === 'ready') say(`  snapshot ${id}: ${taken.how}`);
      if (taken?.state === 'failed') throw new Error(`no snapshot: ${taken.reason}`);
      if (taken && taken.state !== 'taking') break;
      await pause(100, undefined, { signal });
    }
  }
}

async function lookAtAll({ pages }: DemoStage): Promise<void> {
  say('\nWhat answers now:');
  for (const [what, host, price] of [
    ['production', production, prices.before],
    ['staging', 'staging--shop.localhost', prices.before],
    [`branch ${branch}`, `${branch}--shop.localhost`, prices.after],
  ] as const) {
    await pages.expect(host, price);
    say(`  ${what.padEnd(20)} ${pages.urlOf(host)}/  200, tea at ${price}`);
  }
}

async function releaseGood(
  { shop, visitors, pages }: DemoStage,
  whileClimbing: () => Promise<void>,
): Promise<void> {
  visitors.come(visitorsPerSecond);
  say(
    `\nProduction has ${visitorsPerSecond} visitors a second now. A good release takes over, step by step:\n`,
  );
  await shop.switchTo('main');
  await shop.commit('A friendlier footer', {
    'page.js': (text) => text.replace('<footer>', '<footer>Thank you for looking in! '),
  });
  await Promise.all([shop.push('main'), whileClimbing()]);
  sayMet(visitors.met());
  await expectOften(pages.expect, 'Thank you for looking in!');
}

async function releaseBad(stage: DemoStage): Promise<void> {
  const { shop, visitors, pages } = stage;
  say('\nAnd one that breaks now and then, which no test has noticed:\n');
  await shop.commit('Quicker pages', {
    // Only visitors meet it: tests ask for the page once or twice.
    'web.js': (text) =>
      `let asked = 0;\n${text}`.replace(
        "'GET /': async (request) =>",
        "'GET /': async (request) => (asked += 1) > 5 && asked % 3 === 0 ? json(500, { error: 'oh' }) :",
      ),
  });
  await shop.push('main');
  const met = visitors.met();
  sayMet(met);
  await expectOften(pages.expect, 'Thank you for looking in!');
  if (met.errors === 0) throw new Error('the bad release was never tried');
  await untilTidied(stage);
  say('\nThe old release answers again, and the lane is locked for whatever has that commit:');
  say('  signalbox rollout status production · signalbox lane production');
}

/** The bad release's processes are gone: who takes everything down should not meet them. */
async function untilTidied({ call, signal }: DemoStage): Promise<void> {
  const path = '/api/v1/environments/shop%2Fproduction/rollouts';
  for (const end = Date.now() + 60_000; Date.now() < end;) {
    const { rollouts } = await call<{ rollouts: { state: string }[] }>('GET', path);
    if (rollouts[0]?.state === 'rolled-back') return;
    await pause(200, undefined, { signal });
  }
  throw new Error('the bad release was never tidied away');
}

export function sayMet({ pages, errors }: { pages: number; errors: number }): void {
  say(`\n  Its visitors meanwhile saw ${pages} pages and ${errors} errors.`);
}

async function expectOften(expect: DemoStage['pages']['expect'], words: string): Promise<void> {
  for (let n = 0; n < 20; n += 1) await expect(production, words);
}
