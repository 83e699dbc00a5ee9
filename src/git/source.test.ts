import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseSource, shownSource } from './source.ts';

for (const source of [
  'ext::sh -c touch% /tmp/owned',
  'ext::sh',
  '--upload-pack=touch /tmp/owned',
  '-oProxyCommand=x',
  'ssh://-oProxyCommand=x/y',
  'ssh://-oProxyCommand=x@host/y',
  '-u@host:path',
  'host:-path',
  'fd::17',
  'ftp://example.com/x.git',
  'file://other-host/etc',
  'relative/path',
  '../up',
  'http://exa mple.com/x',
  'https://example.com/x\u0000',
  'https://example.com/x\nfoo',
  '\u202ehttps://example.com',
  `https://example.com/${'x'.repeat(2000)}`,
  '',
]) {
  test(`a source that could do harm is refused: ${JSON.stringify(source.slice(0, 40))}`, () => {
    assert.throws(() => parseSource(source), { code: 'git/unusable-source' });
    assert.equal(shownSource(source), '(unusable)');
  });
}

for (const source of [
  'https://git.example.com/team/shop.git',
  'http://[::1]:3000/shop.git',
  'ssh://git@git.example.com:2222/team/shop.git',
  'git@git.example.com:team/shop.git',
  'git://example.com/shop',
  '/srv/git/shop.git',
  'file:///srv/git/shop.git',
]) {
  test(`a usual source is taken as it is: ${source}`, () => {
    assert.equal(parseSource(source).url, source);
    assert.equal(shownSource(source), source);
  });
}

test('credentials are taken out of the URL and never shown', () => {
  const source = parseSource('https://ada:s%40cret@git.example.com/shop.git');
  assert.equal(source.url, 'https://git.example.com/shop.git');
  assert.deepEqual(source.credentials, {
    origin: 'https://git.example.com',
    user: 'ada',
    password: 's@cret',
  });
  assert.equal(source.shown, 'https://…@git.example.com/shop.git');
});

test('a token as the user name is a credential too', () => {
  assert.equal(shownSource('https://ghp_token@github.com/a/b'), 'https://…@github.com/a/b');
});
