import assert from 'node:assert/strict';
import { test } from 'node:test';
import { questionsOf } from './question.ts';
import { readInfrastructureFile } from './read-infrastructure-file.ts';
import { withoutSecrets } from './secretless.ts';

const secret = { TOKEN: 'sesame-open-1', 'DATABASE_URL password': 'pass-of-db' };
const variables = {
  TOKEN: 'sesame-open-1',
  DATABASE_URL: 'postgres://shop:pass-of-db@db.internal/shop',
  SIGNALBOX_URL: 'http://staging--shop.localhost:8080',
  NESTED: '${TOKEN}',
  EMPTY: '',
  HOST: 'cache.internal',
  PIN: '77',
};

const questions = (text: string) =>
  questionsOf(readInfrastructureFile(text, 'infra.yaml'), 'infra.yaml', {
    variables,
    secret: { ...secret, PIN: '77' },
  });

test('variables are filled in, and what is expected shows the harmless ones only', () => {
  const [database, mixed, home] = questions(
    'ports: { a: "${DATABASE_URL}", b: "redis://:literal@${HOST}/" }\n' +
      'urls: { b: { url: "${SIGNALBOX_URL}/", send: { authorization: "Bearer ${TOKEN}" }, contains: "${PIN}" } }',
  );
  assert.deepEqual(database?.check, { ...database?.check, at: variables.DATABASE_URL });
  assert.equal(database?.expected, '${DATABASE_URL} accepts connections');
  assert.equal(mixed?.expected, 'cache.internal:6379 accepts connections');
  assert.ok(home?.section === 'urls');
  assert.equal(home.check.send['authorization'], 'Bearer sesame-open-1');
  assert.deepEqual(home.check.contains, ['77']);
  assert.equal(home.expected, 'http://staging--shop.localhost:8080/ answers 2xx, with "${PIN}"');
});

test('what a variable holds is not filled in again, and $${ is a plain ${', () => {
  const [one] = questions(
    'urls: { a: { url: "http://a/", contains: ["${NESTED}", "$${TOKEN}", "${open"] } }',
  );
  assert.ok(one?.section === 'urls');
  assert.deepEqual(one.check.contains, ['${TOKEN}', '${TOKEN}', '${open']);
});

test('a command line is left to the shell', () => {
  const [one] = questions(
    'commands: { a: { run: "echo ${WHATEVER} ${TOKEN}", prints: "${PIN}" } }',
  );
  assert.ok(one?.section === 'commands');
  assert.equal(one.check.run, 'echo ${WHATEVER} ${TOKEN}');
  assert.deepEqual(one.check.prints, ['77']);
});

test('a variable that the environment lacks is refused by name', () => {
  for (const name of ['MISSING', '', 'toString', '__proto__']) {
    assert.throws(() => questions(`urls: { a: "http://\${${name}}/" }`), {
      code: 'infrastructure/unknown-variable',
      why: `They use variables that this environment does not have: ${JSON.stringify(name)}.`,
    });
  }
});

test('a value that does not fit is refused without being shown', () => {
  const bad = [
    'ports: { a: "db:${TOKEN}" }',
    'ports: { a: "${EMPTY}" }',
    'urls: { a: "${TOKEN}" }',
    'urls: { a: "${DATABASE_URL}" }',
    'addresses: { a: { name: b, resolves-to: "${TOKEN}" } }',
    'urls: { a: { url: "http://a/", contains: "${EMPTY}" } }',
  ];
  for (const text of bad) {
    assert.throws(
      () => questions(text),
      (error: Error & { code?: string }) => {
        assert.equal(error.code, 'infrastructure/unusable-value', text);
        assert.doesNotMatch(error.message, /sesame|pass-of-db/);
        return true;
      },
    );
  }
});

test('secrets are taken out of a text as they are, as URLs and as JSON write them', () => {
  const values = { A: 'p@ss word/1', B: 'line one\nline two', C: 'quo"ted\\it' };
  const text = `p@ss word/1 ${encodeURIComponent('p@ss word/1')} line two ${JSON.stringify('quo"ted\\it')}`;
  assert.equal(withoutSecrets(text, values), '[A] [A] [B] "[C]"');
});
