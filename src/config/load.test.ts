import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SignalboxError } from '../kernel/signalbox-error.ts';
import { loadConfig } from './load.ts';
import { everything, smallest } from './samples.test-data.ts';

/** The list of problems, one per line. */
function problems(text: string): string {
  try {
    loadConfig(text);
  } catch (error) {
    assert.ok(error instanceof SignalboxError, String(error));
    assert.equal(error.code, 'config/invalid');
    assert.ok(error.message.length < 20_000);
    return error.why ?? '';
  }
  return assert.fail('the file was accepted');
}

const withWeb = (rest: string) => `app: shop\nservices: { web: { run: node a.js } }\n${rest}`;

test('the smallest file loads with every default filled in', () => {
  const { config, notes } = loadConfig(smallest);
  assert.deepEqual(notes, []);
  assert.deepEqual(config.services, {
    web: {
      run: 'node server.js',
      health: { kind: 'port' },
      listens: true,
      startMs: 30_000,
      instances: 1,
      smoke: null,
      stopMs: 10_000,
    },
  });
  assert.deepEqual(config.build, { run: [], cache: null, keep: null, timeoutMs: 900_000 });
  const { idle, limit, data, jobs, protect } = config.environments.preview;
  assert.deepEqual(idle, { sleepMs: 3_600_000, warnMs: 172_800_000, destroyMs: 259_200_000 });
  assert.deepEqual(
    { limit, data, jobs, protect },
    { limit: 10, data: 'own', jobs: false, protect: 'none' },
  );
  assert.equal(config.train, null);
});

test('the file that uses everything loads, and each thing that waits for its machinery is said once', () => {
  const { config, notes } = loadConfig(everything);
  assert.deepEqual(config.checks['lint'], { run: 'npm run lint', timeoutMs: 600_000 });
  assert.deepEqual(config.services['worker']?.health, { kind: 'running' });
  assert.equal(config.stores['db']?.kind, 'postgres');
  assert.equal(config.sizes['small']?.memoryBytes, 268_435_456);
  assert.deepEqual(config.rollouts['canary']?.steps, [5, 10, 25, 50, 100]);
  assert.deepEqual(config.train?.departs, { kind: 'every', everyMs: 3_600_000 });
  const paths = notes.map((note) => note.split(' is valid but not yet active: ')[0]);
  assert.deepEqual(paths, [
    'uses',
    'stores.cache.redis',
    'stores.search.solr',
    'stores.db.seed.scrub',
    'stores.db.seed.proof',
    'environments.preview.idle.sleep',
    'environments.preview.protect',
  ]);
});

test('a configuration is plain JSON', () => {
  const { config } = loadConfig(everything);
  assert.deepEqual(JSON.parse(JSON.stringify(config)), config);
});

test('an app without web is told that nobody can reach it', () => {
  const { notes } = loadConfig('app: shop\nservices: { worker: { run: node a.js } }');
  assert.match(notes.join(), /No service is called web/);
});

test('an unknown key is named with its place and the key that was meant', () => {
  assert.equal(
    problems('app: shop\nservices:\n  web:\n    run: node a.js\n    helth: /healthz\n'),
    'services.web.helth: unknown key (line 5, column 5). Did you mean "health"?',
  );
});

test('all problems are listed at once, from the top of the file to its end, twenty of them at most', () => {
  const all = problems(
    'app: My\nservices:\n  web: { run: "", start: 5, stop: 3y }\nbuilt: {}\nchecks: { a: 1 }\n',
  );
  assert.deepEqual(
    all.split('\n').map((line) => line.split(':')[0]),
    ['app', 'services.web.run', 'services.web.start', 'services.web.stop', 'built', 'checks.a'],
  );
  const many = problems(withWeb(Array.from({ length: 50 }, (_, at) => `k${at}: 1`).join('\n')));
  assert.equal(many.split('\n').length, 21);
  assert.match(many, /and 30 more/);
});

const refused: [title: string, text: string, expected: RegExp][] = [
  ['an empty file', '', /the file is empty/],
  ['a file that is only a word', 'hello', /expected keys and values, not the text "hello"/],
  ['a list', '- a', /not a list/],
  ['a key that is there twice', withWeb('app: other'), /"app" is there twice \(line 3, column 1\)/],
  ['broken YAML', 'app: [', /not valid YAML: .*\(line 1/],
  ['several documents', `${withWeb('')}---\napp: b\n`, /not valid YAML/],
  ['a missing section', 'app: shop', /^services: is missing/],
  ['an empty section', 'app: shop\nservices:', /^services: has no value \(line 2/],
  ['no services', 'app: shop\nservices: {}', /is empty; write for example web/],
  ['an app with a double hyphen', 'app: a--b\nservices: { web: { run: a } }', /app name/],
  ['an app that ends with a hyphen', 'app: a-\nservices: { web: { run: a } }', /app name/],
  ['a bare number for a duration', withWeb('build: { timeout: 30 }'), /Write for example: 15m/],
  ['too long a timeout', withWeb('build: { timeout: 30d }'), /between 1s and 1d/],
  [
    'a command that is a boolean',
    withWeb('checks: { a: true }'),
    /not true \(quotes make it text\)/,
  ],
  [
    'a check with a wrong key',
    withWeb('checks: { a: { rnu: x } }'),
    /checks\.a\.rnu: unknown key.*"run"/,
  ],
  ['an absolute path', withWeb('build: { keep: [/etc/passwd] }'), /relative to the repository/],
  ['a path that leaves', withWeb('build: { keep: [a/../../b] }'), /without \.\./],
  [
    'a path that tar takes for an option',
    withWeb('build: { keep: [--checkpoint=1] }'),
    /begin with a hyphen/,
  ],
  ['a path with a wildcard', withWeb('build: { keep: ["*.js"] }'), /must not contain \*/],
  ['PORT', withWeb('variables: { PORT: 1 }'), /set by Signalbox/],
  ['SIGNALBOX_ variables', withWeb('secrets: [SIGNALBOX_TOKEN]'), /set by Signalbox/],
  ['a variable with a hyphen', withWeb('variables: { A-B: x }'), /letters, digits and underscores/],
  ['a variable without a value', withWeb('variables: { A: }'), /has no value/],
  [
    'one variable for two things',
    withWeb('variables: { A: x }\nsecrets: [A]'),
    /secrets\[0\]: A is already set by variables\.A/,
  ],
  ['a secret listed twice', withWeb('secrets: [A, A]'), /lists something twice/],
  ['__proto__ as a name', withWeb('jobs: { __proto__: { run: x } }'), /__proto__ cannot be a key/],
  [
    'a cron expression that never happens',
    withWeb('jobs: { a: { run: x, schedule: 0 0 30 2 * } }'),
    /ever happens/,
  ],
  [
    'a cron expression with seconds',
    withWeb('jobs: { a: { run: x, schedule: "* * * * * *" } }'),
    /five fields/,
  ],
  ['an unknown time zone', withWeb('jobs: { a: { run: x, timezone: Mars } }'), /no such time zone/],
  ['a store of two kinds', withWeb('stores: { a: { postgres: {}, redis: {} } }'), /exactly one of/],
  ['a store of no kind', withWeb('stores: { a: {} }'), /exactly one of/],
  [
    'SQL in the ledger',
    withWeb('stores: { a: { postgres: { ledger: "a; drop table b" } } }'),
    /name of a table/,
  ],
  [
    'two stores with one variable',
    withWeb('stores: { a: { postgres: {} }, b: { postgres: {} } }'),
    /DATABASE_URL is already set/,
  ],
  [
    'an unknown size',
    withWeb('environments: { staging: { size: meduim } }'),
    /no size called "meduim".*"medium"/,
  ],
  [
    'a size called constructor',
    withWeb('environments: { staging: { size: constructor } }'),
    /no size called/,
  ],
  ['a size called none', withWeb('sizes: { none: {} }'), /none is reserved/],
  [
    'an override of an unknown service',
    withWeb('environments: { staging: { services: { api: {} } } }'),
    /no service called "api"/,
  ],
  [
    'a switched-off web',
    withWeb('environments: { preview: { services: { web: { instances: 0 } } } }'),
    /at least 1/,
  ],
  [
    'a warning after the end',
    withWeb('environments: { preview: { idle: { warn: 4d } } }'),
    /warn must not be longer/,
  ],
  [
    'an unknown choice',
    withWeb('environments: { preview: { data: onw } }'),
    /"onw" is not possible here.*"own"/,
  ],
  [
    'an unknown environment',
    withWeb('environments: { testing: {} }'),
    /environments\.testing: unknown key/,
  ],
  [
    'a smoke test without an address',
    'app: a\nservices: { w: { run: a, smoke: b } }',
    /needs an address/,
  ],
  ['an app that uses itself', withWeb('uses: { shop: { variable: A } }'), /cannot use itself/],
  [
    'an unknown rollout',
    withWeb('pipeline: { stages: [{ production: { rollout: c } }] }'),
    /no rollout called "c"/,
  ],
  [
    'stages that contradict themselves',
    withWeb(
      'pipeline: { stages: [{ a: { skip: ["docs/**"] } }, { b: { optional: true, approval: person } }, { c: { environment: shared, keep: 2h } }, { d: { rollout: r } }, { production: { optional: true } }, { e: { environment: package, tests: { l: { run: l, load: gateway } } } }] }',
    ),
    /add optional: true[^]*nobody need agree[^]*stays in any case[^]*nothing is replaced[^]*is not released[^]*behind the gateway/,
  ],
  [
    'two stages in one',
    withWeb('pipeline: { stages: [{ a: {}, b: {} }] }'),
    /one stage per list item/,
  ],
  ['a branch git refuses', withWeb('pipeline: { branch: "a b" }'), /git allows no branch/],
  [
    'steps that shrink',
    withWeb('rollouts: { a: { strategy: canary, steps: [50 %, 10 %, 100 %] } }'),
    /must grow/,
  ],
  [
    'steps without a canary',
    withWeb('rollouts: { a: { strategy: cycle, steps: [100 %] } }'),
    /only a canary/,
  ],
  ['a window nobody understands', withWeb('train: { windows: { open: 9-5 } }'), /days and times/],
  ['a timetable nobody understands', withWeb('train: { departs: sometimes }'), /every hour/],
  ['an endless number', withWeb('environments: { preview: { limit: .inf } }'), /limit/],
  ['merge keys', withWeb('<<: { a: 1 }'), /unknown key/],
  ['a key with a question mark', '? [a]\n: b\n', /begin with \?/],
  ['a YAML directive', '%YAML 1.1\n---\napp: a\n', /directives/],
  ['a key that is a list', '[a]: b\n', /a key must be plain text/],
  ['an unknown tag', withWeb('variables: { A: !!js/function x }'), /not valid YAML/],
];

for (const [title, text, expected] of refused) {
  test(`${title} is refused in words`, () => assert.match(problems(text), expected));
}

test('what a variable holds is what was written', () => {
  const { config } = loadConfig(
    withWeb('variables: { A: 0.10, B: true, C: 0x1F, D: "", E: off, F: 1e3 }'),
  );
  assert.deepEqual(config.variables, {
    A: '0.10',
    B: 'true',
    C: '0x1F',
    D: '',
    E: 'off',
    F: '1e3',
  });
});

test('jobs in previews may be written as a switch or as a boolean', () => {
  for (const written of ['on', 'true', '"on"']) {
    const { config } = loadConfig(withWeb(`environments: { preview: { jobs: ${written} } }`));
    assert.equal(config.environments.preview.jobs, true);
  }
});

test('control characters of a key are shown, not printed', () => {
  const text = problems(withWeb('"a\\e[31m\\u202eb": 1'));
  assert.ok(text.includes('\\u001b[31m\\u202eb'), text);
});

const bombs: Record<string, string> = {
  'a megabyte': withWeb(`#${'x'.repeat(1_000_000)}`),
  brackets: '['.repeat(250_000),
  braces: '{a: '.repeat(60_000),
  'questions, with which the parser alone needs minutes': '? '.repeat(125_000),
  'questions on lines': '?\n'.repeat(125_000),
  dashes: '- '.repeat(125_000),
  'dashes on lines': '-\n'.repeat(80_000),
  indentation: Array.from({ length: 700 }, (_, at) => `${' '.repeat(at)}a:`).join('\n'),
  aliases: `a: &a [x]\n${Array.from({ length: 20_000 }, (_, at) => `b${at}: *a`).join('\n')}`,
  'aliases of aliases': Array.from(
    { length: 30 },
    (_, at) => `a${at}: &a${at} [*a${at - 1}, *a${at - 1}]`,
  )
    .join('\n')
    .replaceAll('*a-1', 'x'),
  'an alias of itself': withWeb('variables: &a { A: *a }'),
  'forty thousand keys': Array.from({ length: 40_000 }, (_, at) => `k${at}:`).join('\n'),
  'twenty thousand services': `app: a\nservices:\n${' a: b\n'.repeat(20_000)}`,
  'tags without end': '!!a '.repeat(60_000),
};

for (const [title, text] of Object.entries(bombs)) {
  test(`${title}: refused without harm`, () => assert.ok(problems(text).length > 0));
}
