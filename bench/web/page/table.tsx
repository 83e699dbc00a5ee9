import { signal } from '@preact/signals';
import { render } from 'preact';
import {
  hasWords,
  inOrder,
  wordsOf,
  type EnvironmentRow,
} from '../../../web/src/screens/environments/environment-rows.ts';
import { EnvironmentTable } from '../../../web/src/screens/environments/environment-table.tsx';
import '../../../web/src/screens/environments/environments.css';
import { tableModel } from '../../../web/src/screens/environments/table-model.ts';
import { TableTools } from '../../../web/src/screens/environments/table-tools.tsx';
import '../../../web/src/style/base.css';
import '../../../web/src/style/parts.css';
import { plainTable } from './plain-table.ts';
import { timed } from './timed.ts';

const count = 200;
const [ours, peer] = ['#ours', '#peer'].map((name) => document.querySelector<HTMLElement>(name)!);
let rows: EnvironmentRow[] = [];
const answer = signal<{ environments: readonly EnvironmentRow[] }>({ environments: [] });

/** What is different each time: how many requests and errors there were. */
const madeUp = (at: number, requests: number): EnvironmentRow => ({
  id: `row${at}`,
  app: 'shop',
  name: `preview/branch-${at}`,
  kind: 'preview',
  branch: `branch-${at}`,
  host: `branch-${at}--shop.localhost`,
  url: `http://branch-${at}--shop.localhost/`,
  state: at % 7 === 0 ? 'failed' : 'live',
  reason: at % 7 === 0 ? 'The smoke test of web failed' : null,
  place: null,
  commit: String(at).padStart(40, 'a'),
  createdAt: new Date(Date.now() - at * 3_600_000).toISOString(),
  pushedAt: new Date(Date.now() - at * 600_000).toISOString(),
  requestedAt: null,
  idleMs: at * 600_000,
  leaseUntil: null,
  destroyAt: new Date(Date.now() + at * 3_600_000).toISOString(),
  data: 'db: snapshot xny0bq3nkd0e (staging, 2026-11-22 02:09 UTC): the newest one',
  memoryBytes: null,
  lately: { requests, bad: 0 },
});

const all = (): EnvironmentRow[] =>
  Array.from({ length: count }, (_, at) => madeUp(at, 1 + Math.floor(Math.random() * 1e6)));

function showOurs(): void {
  answer.value = { environments: rows };
  const model = tableModel(answer, '');
  const reload = (): void => undefined;
  render(
    <>
      <TableTools model={model} />
      <EnvironmentTable app="shop" model={model} reload={reload} />
    </>,
    ours!,
  );
}

/** As many as ours shows. */
let shownCount = 0;
const visible = '#ours tbody tr:not([hidden])';
const showPeer = (found: readonly EnvironmentRow[]): void => {
  const ordered = inOrder(found, { sort: 'idle', isDown: false });
  peer!.innerHTML = plainTable(ordered.slice(0, shownCount));
};

const countShown = (): void => void (shownCount = document.querySelectorAll(visible).length);

/** Both show all rows: further ones come when somebody scrolls near. */
async function showAll(): Promise<void> {
  while (document.querySelectorAll(visible).length < count)
    await timed(() => window.scrollTo(0, document.documentElement.scrollHeight));
  window.scrollTo(0, 0);
  countShown();
  showPeer(rows);
}

function typeOurs(text: string): void {
  const input = ours!.querySelector<HTMLInputElement>('#environments-filter')!;
  input.value = text;
  input.dispatchEvent(new InputEvent('input', { bubbles: true }));
}

const typePeer = (text: string): void =>
  showPeer(rows.filter((row) => hasWords(row, wordsOf(text))));

Object.assign(window, {
  showAll,
  countShown,
  prepare: () => void (rows = all()),
  prepareOne: () =>
    void (rows = rows.map((row, at) => (at === 7 ? madeUp(at, 1e7 + Math.random() * 1e6) : row))),
  bench: {
    nothing: () => timed(() => undefined),
    ours: {
      first: () => timed(showOurs),
      letter: () => timed(() => typeOurs('1')),
      letters: () => timed(() => typeOurs('19')),
      noLetter: () => timed(() => typeOurs('')),
      update: () => timed(() => void (answer.value = { environments: rows })),
      clear: () => timed(() => render(null, ours!)),
    },
    peer: {
      first: () => timed(() => showPeer(rows)),
      letter: () => timed(() => typePeer('1')),
      letters: () => timed(() => typePeer('19')),
      noLetter: () => timed(() => typePeer('')),
      update: () => timed(() => showPeer(rows)),
      clear: () => timed(() => peer!.replaceChildren()),
    },
  },
});
