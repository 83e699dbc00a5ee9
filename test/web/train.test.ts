import { deepEqual, equal, match } from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { Page } from 'playwright-core';
import type { TrainDetails } from '../../src/api/contract/trains.ts';
import {
  axe,
  dashboardBrowser,
  narrow,
  noBrowser,
  signIn,
  type TestBrowser,
} from '../support/browser.ts';
import { done, trainStory, type TrainStory } from '../support/train-story.ts';

const people = { ann: 'developer', bob: 'developer', rita: 'release-manager', vic: 'viewer' };
type Name = keyof typeof people;

describe('the train screen', { skip: noBrowser }, () => {
  let browser: TestBrowser;
  let story: TrainStory;
  const tokens = new Map<Name, string>();

  before(async () => {
    [browser, story] = await Promise.all([
      dashboardBrowser(),
      trainStory({ train: 'approval: authors', people }),
    ]);
    for (const name of Object.keys(people) as Name[]) {
      const wish = ['token', 'create', `${name} browser`, '--person', name];
      tokens.set(name, (await story.admin.json<{ token: string }>(...wish)).token);
    }
  });

  after(async () => {
    await browser?.end();
    await story?.end();
  });

  const open = async (page: Page, name: Name, path = '/apps/shop/train'): Promise<Page> => {
    const { url } = story.controller();
    await signIn(page, url, tokens.get(name) ?? '');
    await page.goto(`${url}${path}`);
    return page;
  };
  const button = (page: Page, name: string | RegExp) =>
    page.getByRole('main').getByRole('button', { name, exact: true });
  /** Clicks a verb, fills in what it asks, and is done. */
  const order = async (
    page: Page,
    verb: string,
    { fill = {}, choose = {} }: Asked = {},
  ): Promise<void> => {
    await button(page, verb).click();
    const dialog = page.getByRole('dialog');
    for (const [label, option] of Object.entries(choose))
      await dialog.getByLabel(label).selectOption({ label: option });
    for (const [label, text] of Object.entries(fill)) await dialog.getByLabel(label).fill(text);
    await dialog.getByRole('button', { name: verb, exact: true }).click();
    await dialog.waitFor({ state: 'detached' });
  };
  const says = (page: Page, text: string | RegExp) =>
    page.getByRole('status').filter({ hasText: text }).first();
  const departs = async (): Promise<TrainDetails> => {
    await done(story.as('rita'), ['train', 'depart', 'shop']);
    return story.until(({ state }) => state === 'asking');
  };

  test('an app without trains says how to switch them on', async (t) => {
    await done(story.admin, ['app', 'add', 'blog']);
    const page = await open(await browser.page(t), 'ann', '/apps/blog/train');
    await page.getByRole('heading', { name: 'Releases of blog do not leave by train' }).waitFor();
    match(await page.locator('pre').innerText(), /^train:\n  departs: every hour/);
    deepEqual(await axe(page), []);
  });

  test('a release manager sees what would leave, freezes, lifts the freeze, lets it leave, and its author lets it in', async (t) => {
    const commit = await story.change('ann', { 'cart.txt': '1' }, 'a <b>cart</b> (#40)');
    const page = await open(await browser.page(t), 'rita');
    await page.getByText('Takes 1 change through staging, production; asks ann.').waitFor();
    await page.getByText('a <b>cart</b>', { exact: true }).waitFor();

    await order(page, 'Freeze', { fill: { 'Until: ': '2h', Reason: 'the fair' } });
    await page.getByText(/^Frozen by rita until .*: the fair$/).waitFor();
    equal(await button(page, 'Depart now').count(), 0);
    const frozen = await story
      .controller()
      .call<{ freezes: object[] }>('GET', '/api/v1/apps/shop/freezes');
    equal(frozen.freezes.length, 1);
    await button(page, 'Unfreeze').click();

    await order(page, 'Depart now');
    await page.getByRole('heading', { level: 1, name: 'Train 1 of shop' }).waitFor();
    await says(page, /^waits for ann$/).waitFor();

    const hers = await open(await browser.page(t), 'ann');
    await button(hers, 'Good').click();
    await says(hers, 'It has arrived in production').waitFor();
    await says(page, 'It has arrived in production').waitFor();
    equal(await story.served('production'), commit);
    await hers.getByText('in production', { exact: true }).waitFor();
  });

  test('one of two is good, the other’s no stops it before the eyes of both, and it goes on without the bad change', async (t) => {
    const [ann, bob] = [await browser.page(t), await browser.page(t, { theme: 'dark' })];
    const mine = await story.change('ann', { 'cart.txt': '2' }, 'a cart that remembers (#41)');
    await story.change('bob', { 'search.txt': '1' }, 'search by country (#43)');
    const { commit } = await departs();
    await Promise.all([open(ann, 'ann'), open(bob, 'bob')]);

    const question = (page: Page) => page.getByRole('region', { name: /^Your word is missing/ });
    await question(ann).getByText('#41 a cart that remembers').waitFor();
    equal(await question(ann).getByText('#43').count(), 0);
    const link = await question(ann).getByRole('link', { name: 'staging' }).getAttribute('href');
    match(link ?? '', /^http:\/\/staging--shop\.localhost:/);
    deepEqual(await axe(ann), []);
    await question(ann).getByRole('button', { name: 'Good' }).dblclick();
    await question(ann).waitFor({ state: 'detached' });
    await says(bob, /^waits for bob$/).waitFor();
    const voted = await story.train();
    deepEqual(
      voted.votes.map((vote) => [vote.voter, vote.answer, vote.commit]),
      [['ann', 'good', commit]],
    );

    await order(bob, 'Bad', {
      choose: { 'What is bad': '#43 search by country' },
      fill: { 'What is wrong with it': 'it is <i>empty</i>' },
    });
    await says(ann, 'bob said no: it is <i>empty</i>').waitFor();
    await bob.getByRole('region', { name: /^You stopped it: it is <i>empty/ }).waitFor();
    deepEqual(await axe(bob), []);
    equal((await story.train()).state, 'blocked');
    equal(await story.served('staging'), commit);

    await order(ann, 'Eject #43', { fill: { Reason: 'bob mends it' } });
    await says(ann, 'It has arrived in production').waitFor();
    await ann.getByText(/^ejected by ann .*: bob mends it$/).waitFor();
    await ann.getByText('kept from the commit before').first().waitFor();
    const arrived = await story.train();
    equal(await story.served('production'), arrived.commit);
    equal(arrived.changes.find(({ commit: one }) => one === mine)?.ejected, null);
    equal(arrived.changes.find(({ number }) => number === 43)?.ejected?.by, 'ann');
    await says(bob, 'It has arrived in production').waitFor();
    await bob.getByText('ejected from').waitFor();
  });

  test('a viewer sees all of it, on a phone too, and is offered nothing', async (t) => {
    await story.change('ann', { 'pay.txt': '1' }, 'pay by invoice (#44)');
    await departs();
    const page = await open(await browser.page(t), 'vic');
    await page.getByRole('heading', { level: 1, name: 'Train 3 of shop' }).waitFor();
    const onBoard = page.getByRole('region', { name: 'On board' });
    await onBoard.getByText('search by country', { exact: true }).waitFor();
    await page.getByText('Then ').waitFor();
    equal(
      await button(page, /good|bad|hold|force|cancel|eject|revert|delegate|freeze|depart/i).count(),
      0,
    );
    deepEqual(await narrow(page), []);
    deepEqual(await axe(page), []);
  });

  test('a hold, its end, and a word in the place of somebody else are a click each', async (t) => {
    const [ann, bob] = [await browser.page(t), await browser.page(t)];
    await Promise.all([open(ann, 'ann'), open(bob, 'bob')]);
    await order(bob, 'Hold', { choose: { For: '½ h' }, fill: { Reason: 'I am looking' } });
    await ann.getByText(/^Held by bob: I am looking · ends in (2\d|30) min/).waitFor();
    await story.until(({ state }) => state === 'held');
    await button(bob, 'Lift the hold').click();
    await story.until(({ state }) => state === 'asking');

    await order(bob, 'Delegate', { fill: { 'Their name': 'ann' } });
    await order(ann, 'Good for …', {
      choose: { 'For whom': 'bob' },
      fill: { Reason: 'he is ill' },
    });
    await ann.getByText('by ann, via api').first().waitFor();
    deepEqual(
      (await story.train()).votes.map(({ voter, by, answer, reason }) => [
        voter,
        by,
        answer,
        reason,
      ]),
      [['bob', 'ann', 'good', 'he is ill']],
    );
  });

  test('a word about something else than the train carries now is refused with the reason, and a release manager forces it', async (t) => {
    const ann = await browser.page(t, { mayComplain: /422|ERR_FAILED/ });
    // A page that hears nothing shows what was.
    await ann.route('**/api/v1/events*', (route) => route.abort());
    await open(ann, 'ann');
    await button(ann, 'Good').waitFor();
    const { commit } = await story.train();
    await done(story.as('rita'), ['train', 'eject', 'shop', '43']);
    await story.until((train) => train.commit !== commit && train.state === 'asking');
    await button(ann, 'Good').click();
    await ann.getByRole('alert').getByText('This word is about').waitFor();
    const refused = await story.train();
    equal(refused.votes.filter((vote) => vote.commit === refused.commit).length, 0);

    const rita = await open(await browser.page(t), 'rita');
    await order(rita, 'Force', { fill: { Reason: 'the shop is down' } });
    await says(rita, 'It has arrived in production').waitFor();
    equal(await story.served('production'), refused.commit);
    await rita.getByRole('link', { name: '1', exact: true }).click();
    await rita.getByRole('heading', { level: 1, name: 'Train 1 of shop' }).waitFor();
    equal(await button(rita, 'Force').count(), 0);
  });
});

interface Asked {
  fill?: Readonly<Record<string, string>>;
  choose?: Readonly<Record<string, string>>;
}
