import { deepEqual, equal, match } from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { projectRoot, readProjectFile } from './support/project-files.ts';

const sayWhatItGets = `
const word: string = process.argv[2] ?? '';
console.log(JSON.stringify({ node: process.version, words: process.argv.slice(2), cwd: process.cwd() }));
process.exit(word === 'fail' ? 7 : 0);
`;

describe('bin/signalbox', () => {
  let directory = '';
  let clone = '';

  before(() => {
    directory = mkdtempSync(join(tmpdir(), 'signalbox-bin-'));
    clone = join(directory, "a clone of Anna's");
    mkdirSync(join(clone, 'bin'), { recursive: true });
    mkdirSync(join(clone, 'src', 'main'), { recursive: true });
    cpSync(join(projectRoot, 'bin', 'signalbox'), join(clone, 'bin', 'signalbox'));
    writeFileSync(join(clone, 'src', 'main', 'cli.ts'), sayWhatItGets);
    symlinkSync(join(projectRoot, 'node_modules'), join(clone, 'node_modules'));
  });

  after(() => rmSync(directory, { recursive: true, force: true }));

  test('runs the command with the Node of its own, from a path with spaces', () => {
    const { status, said } = run(join(clone, 'bin', 'signalbox'), ['env', 'list', 'two words', '']);
    equal(status, 0);
    deepEqual(said.words, ['env', 'list', 'two words', '']);
    equal(said.node, `v${pinnedNode()}`);
  });

  test('runs through an absolute, a relative and a chained symlink', () => {
    const elsewhere = join(directory, 'usr local bin');
    mkdirSync(elsewhere);
    symlinkSync(join(clone, 'bin', 'signalbox'), join(elsewhere, 'absolute'));
    symlinkSync("../a clone of Anna's/bin/signalbox", join(elsewhere, 'relative'));
    symlinkSync('relative', join(elsewhere, 'chained'));
    for (const name of ['absolute', 'relative', 'chained']) {
      deepEqual(run(join(elsewhere, name), [name]).said.words, [name]);
    }
  });

  test('is found through PATH, and leaves the working directory as it is', () => {
    const path = `${join(clone, 'bin')}:${process.env['PATH']}`;
    const { said } = run('signalbox', ['status'], { PATH: path });
    equal(said.cwd, projectRoot);
  });

  test('passes on the exit code', () => {
    equal(run(join(clone, 'bin', 'signalbox'), ['fail']).status, 7);
  });

  describe('without packages', () => {
    let bare = '';

    before(() => {
      bare = join(directory, 'bare');
      cpSync(join(clone, 'bin'), join(bare, 'bin'), { recursive: true });
      cpSync(join(clone, 'src'), join(bare, 'src'), { recursive: true });
    });

    test('takes the machine’s node when that is recent enough', () => {
      const path = pathWith(join(directory, 'recent'), `exec '${process.execPath}' "$@"`);
      deepEqual(run(join(bare, 'bin', 'signalbox'), ['up'], { PATH: path }).said.words, ['up']);
    });

    test('says to run bin/setup when it is not', () => {
      const path = pathWith(
        join(directory, 'old'),
        '[ "$1" = -v ] && echo v20.1.0 && exit 0; exit 1',
      );
      const { status, stderr } = run(join(bare, 'bin', 'signalbox'), [], { PATH: path });
      equal(status, 1);
      match(stderr, /24\.12 or newer, and finds v20\.1\.0\.\n→ .*bare\/bin\/setup\n/);
    });
  });
});

test('.ci/run runs bin/test and nothing else', () => {
  const lines = readProjectFile('.ci/run').trim().split('\n');
  deepEqual(lines, ['#!/bin/sh', 'exec "$(dirname "$0")/../bin/test"']);
});

interface Said {
  node: string;
  words: string[];
  cwd: string;
}

function run(
  program: string,
  words: readonly string[],
  variables: Record<string, string> = {},
): { status: number | null; said: Said; stderr: string } {
  const env = { ...process.env, ...variables };
  const { status, stdout, stderr } = spawnSync(program, words, {
    cwd: projectRoot,
    env,
    encoding: 'utf8',
  });
  return { status, stderr, said: JSON.parse(stdout || '{}') as Said };
}

/** A search path on which a `node` of our making comes first. */
function pathWith(directory: string, script: string): string {
  mkdirSync(directory);
  writeFileSync(join(directory, 'node'), `#!/bin/sh\n${script}\n`);
  chmodSync(join(directory, 'node'), 0o755);
  return `${directory}:/usr/bin:/bin`;
}

function pinnedNode(): string {
  const { devDependencies } = JSON.parse(readProjectFile('package.json')) as {
    devDependencies: Record<string, string>;
  };
  return devDependencies['node'] ?? '';
}
