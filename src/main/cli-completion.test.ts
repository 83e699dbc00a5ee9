import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { cliLab, cliScript, type CliLab } from '../../test/support/cli-lab.ts';

let lab: CliLab;
const signalbox: CliLab['signalbox'] = (...asked) => lab.signalbox(...asked);
before(async () => (lab = await cliLab()));
after(() => lab.close());

describe('completion', () => {
  const offers = async (...words: string[]): Promise<string[]> => {
    const { out } = await signalbox(['__complete', '--', ...words]);
    return out
      .split('\n')
      .filter(Boolean)
      .map((line) => line.split('\t')[0] ?? '');
  };

  test('commands, subcommands, options, choices, environments and apps are offered', async () => {
    assert.deepEqual(await offers('dep'), ['deploy', 'deploys']);
    assert.deepEqual(await offers('env', 'un'), ['unkeep', 'unset']);
    assert.deepEqual(await offers('env', 'keep', '--r'), ['--reason']);
    assert.deepEqual(await offers('completion', ''), ['bash', 'zsh', 'fish']);
    assert.deepEqual(await offers('deploy', ''), ['staging', 'new-cool-page']);
    assert.deepEqual(await offers('--app', ''), ['shop']);
    assert.deepEqual(await offers('run', 'staging', '--', ''), []);
  });

  test('without a controller it offers no names and no noise', async () => {
    const env = { SIGNALBOX_URL: 'http://127.0.0.1:9' };
    const { out, err, code } = await signalbox(['__complete', '--', 'deploy', ''], { env });
    assert.deepEqual([out, err, code], ['', '', 0]);
  });

  test('bash understands its script', async () => {
    const { out } = await signalbox(['completion', 'bash']);
    const call = `signalbox() { '${process.execPath}' '${cliScript}' "$@"; }`;
    const type =
      'COMP_WORDS=(signalbox deploy new); COMP_CWORD=2; _signalbox; echo "${COMPREPLY[@]}"';
    const shell = await new Promise<string>((resolve) => {
      execFile('bash', ['-c', `${out}\n${call}\n${type}`], { env: lab.env() }, (_error, out) =>
        resolve(out),
      );
    });
    assert.equal(shell, 'new-cool-page\n');
  });
});

test('docs/guides/cli.md is what the commands say', async () => {
  const page = join(import.meta.dirname, '../../docs/guides/cli.md');
  const { out } = await signalbox(['__reference']);
  assert.equal(await readFile(page, 'utf8'), out, 'bin/signalbox __reference > docs/guides/cli.md');
});
