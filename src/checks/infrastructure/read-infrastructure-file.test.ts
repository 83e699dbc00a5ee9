import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import { SignalboxError } from '../../kernel/signalbox-error.ts';
import { kinds } from './infrastructure-file.ts';
import { readInfrastructureFile } from './read-infrastructure-file.ts';

const guide = readFileSync(
  new URL('../../../docs/guides/infrastructure-checks.md', import.meta.url),
  'utf8',
);
const example =
  Array.from(guide.matchAll(/```yaml\n(.*?)```/gs), ([, yaml = '']) => yaml).find((yaml) =>
    yaml.startsWith('ports:'),
  ) ?? '';

function problems(text: string): string {
  try {
    readInfrastructureFile(text, 'infra/checks.yaml');
  } catch (error) {
    assert.ok(error instanceof SignalboxError, String(error));
    assert.equal(error.code, 'infrastructure/invalid-file');
    assert.match(error.what, /infra\/checks\.yaml/);
    return error.why ?? '';
  }
  return assert.fail('the file was accepted');
}

describe('the example of the guide', () => {
  test('uses every section and is read with every default', () => {
    const file = readInfrastructureFile(example, 'x');
    for (const [section, checks] of Object.entries(file))
      assert.ok(Object.keys(checks).length > 0, section);
    assert.deepEqual(file.ports['database'], {
      at: '${DATABASE_URL}',
      open: true,
      within: 0,
      timeout: 5_000,
    });
    assert.deepEqual(file.mounts['uploads']?.free, { bytes: 5 * 2 ** 30 });
    assert.deepEqual(file.directories['cache']?.free, { percent: 10 });
    assert.deepEqual(file.urls['health']?.contains, ['database: ok', 'queue: ok']);
    assert.equal(file.urls['health']?.within, 30_000);
    assert.deepEqual(file.commands['migrated']?.prints, ['nothing pending']);
    assert.equal(file.commands['queue']?.run, 'node queue-length.js');
  });

  test('the guide names every section and key there is', () => {
    for (const [section, { check }] of Object.entries(kinds)) {
      assert.ok(guide.includes(`| \`${section}\` |`), section);
      for (const key of Object.keys(check.shape)) assert.ok(guide.includes(`\`${key}\``), key);
    }
  });
});

const refused: [title: string, text: string, expected: RegExp][] = [
  ['an empty file', '', /no checks/],
  ['a file without checks', 'urls: {}', /no checks/],
  ['a list', '- a', /not a list/],
  ['broken YAML', 'urls: [', /not valid YAML: .*line 1/],
  ['an unknown section', 'url: { a: x }', /^url: unknown key \(line 1, .*Did you mean "urls"/],
  ['a section that is nothing like any', 'zzz: 1', /Known keys here: ports, addresses/],
  [
    'an unknown key',
    'urls:\n  home:\n    url: http://a/\n    contain: x\n',
    /^urls\.home\.contain: unknown key \(line 4, column 5\)\. Did you mean "contains"/,
  ],
  ['a name with a capital', 'urls: { Home: http://a/ }', /a name is 1 to 30 lower-case/],
  ['a check that is a number', 'ports: { a: 5432 }', /not the number 5432.* Write a: TEXT, or/],
  ['a check without its main key', 'ports: { a: { open: true } }', /^ports\.a\.at: is missing/],
  ['a check with nothing', 'ports:\n  a:\n', /^ports\.a: has no value \(line 2/],
  ['a port without a host', 'ports: { a: ":80" }', /write host:port/],
  ['a port that no machine has', 'ports: { a: "db:70000" }', /write host:port/],
  ['a URL of another kind', 'urls: { a: "file:///etc/passwd" }', /not a URL/],
  ['a URL with a password', 'urls: { a: "http://u:p@a/" }', /must not hold a password/],
  ['a host with a slash', 'addresses: { a: a/b }', /not a host name/],
  ['an address that is none', 'addresses: { a: { name: b, resolves-to: 1.2.3 } }', /not an IP/],
  ['a bare number for a duration', 'ports: { a: { at: "b:1", timeout: 5 } }', /number 5/],
  ['patience without end', 'ports: { a: { at: "b:1", within: 1h } }', /between 0s and 5m/],
  ['a size without a unit', 'mounts: { a: { path: /a, free: "5" } }', /5 GiB or 10 %/],
  ['a path over two lines', 'mounts: { a: { path: "/a\\nb" } }', /control characters/],
  ['a command over two lines', 'processes: { a: "a\\nb" }', /control characters/],
  ['an empty command', 'commands: { a: "" }', /must not be empty/],
  ['an empty text', 'urls: { a: { url: "http://a/", contains: " " } }', /must not be empty/],
  ['a status that HTTP lacks', 'urls: { a: { url: "http://a/", status: 700 } }', /at most 599/],
  ['a Host header', 'urls: { a: { url: "http://a/", send: { Host: b } } }', /sets itself/],
  [
    'a header with a line break',
    'urls: { a: { url: "http://a/", send: { a: "b\\r\\nc: d" } } }',
    /not the text of an HTTP header/,
  ],
  [
    'a lower bound above the upper one',
    'processes: { a: { command: a, at-least: 3, at-most: 2 } }',
    /at-least must not be more/,
  ],
];

describe('what is refused, in words', () => {
  for (const [title, text, expected] of refused) {
    test(title, () => assert.match(problems(text), expected));
  }

  test('all problems at once, from the top to the end', () => {
    const all = problems('ports: { a: x }\nmount: {}\nurls:\n  b: y\n').split('\n');
    assert.deepEqual(
      all.map((line) => line.split(':')[0]),
      ['ports.a.at', 'mount', 'urls.b.url'],
    );
  });

  test('more checks than 50 in a section or 100 in the file', () => {
    const many = (count: number) =>
      `{ ${Array.from({ length: count }, (_, at) => `a${at}: "b:1"`).join(', ')} }`;
    assert.match(problems(`ports: ${many(51)}`), /at most 50/);
    const three = `ports: ${many(50)}\ncertificates: ${many(50)}\ncommands: { a: b }`;
    assert.match(problems(three), /101 checks; at most 100/);
  });
});

test('a damaged file is read or refused in words, whatever the damage', () => {
  const pieces = [
    '{',
    '}',
    '[',
    '- ',
    ': ',
    '"',
    '\n',
    '  ',
    '&a ',
    '*a',
    '${',
    '}',
    '\0',
    '!!x ',
  ].concat(['__proto__: ', 'null', '.nan', '1e999', '\ud800', '💥', '\u202e', '%', '? ', '|\n']);
  let state = 20_261_121;
  const random = (below: number): number => {
    state = (state * 48_271) % 2_147_483_647;
    return state % below;
  };
  let wasRefused = 0;
  for (let round = 0; round < 600; round += 1) {
    let text = example;
    for (let count = 1 + random(4); count > 0; count -= 1) {
      const at = random(text.length + 1);
      text = text.slice(0, at) + (pieces[random(pieces.length)] ?? '') + text.slice(at + random(8));
    }
    try {
      readInfrastructureFile(text, 'x');
    } catch (error) {
      assert.ok(error instanceof SignalboxError, `round ${round}: ${String(error)}\n${text}`);
      assert.ok((error.why ?? '').length > 0);
      wasRefused += 1;
    }
  }
  assert.ok(wasRefused > 100);
});
