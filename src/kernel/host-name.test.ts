import assert from 'node:assert/strict';
import { test } from 'node:test';
import { branchSlug, previewHost, stageHost } from './host-name.ts';

const label = /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/;
const longApp = `a${'b'.repeat(29)}`;
const hostOf = (branch: string, app = 'shop') => previewHost({ branch, app, domain: 'localhost' });

test('a plain branch name is its own slug', () => {
  assert.equal(hostOf('new-cool-page'), 'new-cool-page--shop.localhost');
  assert.equal(branchSlug('fix-1'), 'fix-1');
});

test('whatever loses something gets six hex digits of its hash', () => {
  assert.match(branchSlug('feature/a'), /^feature-a-[0-9a-f]{6}$/);
  assert.match(branchSlug('Straße/Über'), /^stra-e-uber-[0-9a-f]{6}$/);
  assert.match(branchSlug('🚂🚃'), /^branch-[0-9a-f]{6}$/);
  assert.match(branchSlug('x'.repeat(250)), /^x{40}-[0-9a-f]{6}$/);
  assert.match(branchSlug('a--b'), /^a-b-[0-9a-f]{6}$/);
});

test('the shared environments have hosts no branch can take', () => {
  assert.equal(
    stageHost({ app: 'shop', stage: 'staging', domain: 'localhost' }),
    'staging--shop.localhost',
  );
  assert.equal(
    stageHost({ app: 'shop', stage: 'production', domain: 'example.org' }),
    'shop.example.org',
  );
  assert.match(hostOf('staging'), /^staging-[0-9a-f]{6}--shop\.localhost$/);
  assert.match(hostOf('production'), /^production-[0-9a-f]{6}--shop\.localhost$/);
});

test('a branch that looks like the slug and hash of another gets a hash of its own', () => {
  const victim = branchSlug('feature/a');
  assert.notEqual(branchSlug(victim), victim);
  assert.notEqual(hostOf(victim), hostOf('feature/a'));
});

test('no label is taken for encoded Unicode', () => {
  assert.doesNotMatch(hostOf('xn'), /^xn--/);
});

test('twelve digits set two branches apart whose first six are the same', () => {
  const long = previewHost({
    branch: 'Feature',
    app: longApp,
    domain: 'localhost',
    hashDigits: 12,
  });
  assert.match(long, /^feature-[0-9a-f]{12}--/);
});

test('hostile branch names never share a host, and every host is a valid label', () => {
  const branches = new Set([
    ...known,
    ...Array.from({ length: 5_000 }, (_, seed) => hostile(seed)),
  ]);
  for (const app of ['a', 'shop', longApp]) {
    const hosts = new Map<string, string>([
      [`staging--${app}`, '(staging)'],
      [app, '(production)'],
    ]);
    for (const branch of branches) {
      const [host = ''] = hostOf(branch, app).split('.');
      assert.match(host, label);
      assert.ok(host.endsWith(`--${app}`));
      assert.equal(hosts.get(host), undefined, `${branch} and ${hosts.get(host)} share ${host}`);
      hosts.set(host, branch);
    }
  }
});

const known = [
  'feature/a',
  'feature-a',
  'Feature-a',
  'FEATURE/A',
  'feature_a',
  'feature//a',
  'staging',
  'Staging',
]
  .concat([
    'production',
    '🚂',
    '🚃',
    'é',
    'e\u0301',
    'xn',
    'xn--a',
    '-',
    '--',
    'a-',
    '-a',
    'ａ',
    'K',
    'ß',
    'ẞ',
  ])
  .concat([
    'x'.repeat(40),
    'x'.repeat(41),
    'x'.repeat(250),
    `${'x'.repeat(40)}-`,
    branchSlug('feature/a'),
  ])
  .concat([
    `${'x'.repeat(39)}/y`,
    `${'x'.repeat(39)}-y`,
    'a'.repeat(31),
    'a'.repeat(32),
    '\u0000',
    '../..',
    'a.b',
  ]);

/** The same text for the same seed: pieces that are alike once they are shortened. */
function hostile(seed: number): string {
  const pieces = [
    'a',
    'A',
    'ä',
    '-',
    '/',
    '_',
    '.',
    '--',
    '🚂',
    'feature',
    'Feature',
    'x'.repeat(40),
    '1f3a9c',
    'xn',
  ];
  const picked: string[] = [];
  for (let rest = seed + pieces.length; rest > 0; rest = Math.floor(rest / pieces.length)) {
    picked.push(pieces[rest % pieces.length] ?? '');
  }
  return picked.join('');
}
