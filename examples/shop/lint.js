// The least a linter does: every file can be parsed.
import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';

const files = ['.', 'db'].flatMap((folder) =>
  readdirSync(folder)
    .filter((name) => name.endsWith('.js'))
    .map((name) => `${folder}/${name}`),
);
const failed = files.filter(
  (file) => spawnSync(process.execPath, ['--check', file], { stdio: 'inherit' }).status !== 0,
);
console.log(`${files.length} files, ${failed.length} cannot be parsed`);
process.exitCode = failed.length === 0 ? 0 : 1;
