import { match, ok } from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, describe, test } from 'node:test';
import { projectRoot } from './support/project-files.ts';

/** What stands behind the walls of a small project of its own, linted by this project's rules. */
const neighbours = {
  'src/git/push.ts': 'export const push = 1;\nexport type Push = string;\n',
  'src/git/tables.ts': 'export const insertPush = 1;\n',
  'src/git/drivers/github.ts': 'export const github = 1;\n',
  'src/gateway/data-plane/proxy.ts': 'export const proxy = 1;\n',
  'src/api/contract/apps.ts': 'export const apps = 1;\nexport type Apps = typeof apps;\n',
  'src/api/routes/apps.ts': 'export const routes = 1;\n',
  'src/api/contact.ts': 'export const contact = 1;\n',
  'src/kernel/id.ts': 'export const id = 1;\n',
};

const wall = 'may not import';

/** The rules, as this project has them. */
const copied = [
  'architecture.ts',
  'oxlint.config.ts',
  'tsconfig.json',
  'web/tsconfig.json',
  'package.json',
];

const cases = [
  {
    what: 'a value',
    at: 'src/build/a.ts',
    text: "export { push } from '../git/push.ts';",
    says: wall,
  },
  {
    what: 'a type',
    at: 'src/build/b.ts',
    text: "import type { Push } from '../git/push.ts';\nexport type Copy = Push;",
    says: wall,
  },
  {
    what: 'a value, later',
    at: 'src/build/c.ts',
    text: "export const later = (): Promise<unknown> => import('../git/push.ts');",
    says: wall,
  },
  {
    what: 'a type in place',
    at: 'src/build/d.ts',
    text: "export type Copy = import('../git/push.ts').Push;",
    says: 'consistent-type-imports',
  },
  {
    what: 'from a folder below',
    at: 'src/build/drivers/e.ts',
    text: "export { push } from '../../git/push.ts';",
    says: wall,
  },
  {
    what: 'by a detour',
    at: 'src/build/f.ts',
    text: "export { push } from './drivers/../../git/push.ts';",
    says: wall,
  },
  {
    what: 'by way of src',
    at: 'src/build/g.ts',
    text: "export { push } from '../../src/git/push.ts';",
    says: wall,
  },
  {
    what: 'from a domain that may, but a driver',
    at: 'src/environments/h.ts',
    text: "export { github } from '../git/drivers/github.ts';",
    says: wall,
  },
  {
    what: 'from a domain that may, but tables.ts',
    at: 'src/environments/i.ts',
    text: "export { insertPush } from '../git/tables.ts';",
    says: wall,
  },
  {
    what: 'from a domain that may, but the data plane',
    at: 'src/environments/j.ts',
    text: "export { proxy } from '../gateway/data-plane/proxy.ts';",
    says: wall,
  },
  {
    what: 'from cli, but not the contract',
    at: 'src/cli/commands/k.ts',
    text: "export { routes } from '../../api/routes/apps.ts';",
    says: wall,
  },
  {
    what: 'from cli, what only begins like the contract',
    at: 'src/cli/l.ts',
    text: "export { contact } from '../api/contact.ts';",
    says: wall,
  },
  {
    what: 'nothing, but has 301 lines',
    at: 'src/kernel/m.ts',
    text: `export const m = 1;\n${'// A line.\n'.repeat(300)}`,
    says: 'max-lines',
  },
  {
    what: 'nothing, but has a function of 71 lines',
    at: 'src/kernel/n.ts',
    text: `export function n(): void {\n${'  // A line.\n'.repeat(69)}}`,
    says: 'max-lines-per-function',
  },
  {
    what: 'nothing, but forgets a promise',
    at: 'src/kernel/o.ts',
    text: 'export function o(): void {\n  Promise.resolve(1);\n}',
    says: 'no-floating-promises',
  },
  {
    what: 'nothing, but exports a default',
    at: 'src/kernel/p.ts',
    text: 'export default 1;',
    says: 'no-default-export',
  },
  {
    what: 'nothing, but is called in camelCase',
    at: 'src/kernel/camelCase.ts',
    text: 'export const p = 1;',
    says: 'filename-case',
  },
  {
    what: 'in a circle',
    at: 'src/kernel/q.ts',
    text: "import { q } from './q2.ts';\nexport const q2 = (): number => q();",
    also: {
      'src/kernel/q2.ts': "import { q2 } from './q.ts';\nexport const q = (): number => q2();",
    },
    says: 'no-cycle',
  },
  {
    what: 'from web, but neither words nor contract',
    at: 'web/src/screens/w.tsx',
    text: "export { push } from '../../../src/git/push.ts';",
    says: wall,
  },
  {
    what: 'from web, but routes, be it their types',
    at: 'web/src/x.ts',
    text: "import type { routes } from '../../src/api/routes/apps.ts';\nexport type Copy = typeof routes;",
    says: wall,
  },
  {
    what: 'from web, but values of the contract',
    at: 'web/src/y.ts',
    text: "export { apps } from '../../src/api/contract/apps.ts';",
    says: wall,
  },
  {
    what: 'from web, but only Node has it',
    at: 'web/src/z.ts',
    text: "export { readFile } from 'node:fs';",
    says: wall,
  },
  {
    what: 'the dashboard',
    at: 'src/cli/v.ts',
    text: "export { push } from '../../web/src/push.ts';",
    says: wall,
  },
  {
    what: 'nothing, but asks a hook at times',
    at: 'web/src/hook.tsx',
    text: `import { useState } from 'preact/hooks';
export const Odd = ({ is }: { is: boolean }) => (is ? <p>{useState(1)[0]}</p> : null);`,
    says: 'rules-of-hooks',
  },
];

const allowed = {
  'src/environments/r.ts': "export { push } from '../git/push.ts';",
  'src/main/s.ts': "export { github } from '../git/drivers/github.ts';",
  'src/git/t.ts': "export { insertPush } from './tables.ts';",
  'src/cli/commands/u.ts': "export { apps } from '../../api/contract/apps.ts';",
  'src/build/drivers/v.ts': "export { id } from '../../kernel/id.ts';",
  'web/src/data/a.ts': "export { id } from '../../../src/kernel/id.ts';",
  'web/src/data/b.ts':
    "import type { Apps } from '../../../src/api/contract/apps.ts';\nexport type Copy = Apps;",
  // The dashboard has folders that are called like some of src/.
  'web/src/data/c.ts': "export { push } from '../git/push.ts';",
  'web/src/git/push.ts': 'export const push = 1;',
  'web/src/data/d.test.ts': "export { test } from 'node:test';",
};

describe('the linter', () => {
  const report = lint(
    Object.assign(
      {},
      neighbours,
      allowed,
      ...cases.map(({ at, text, also }) => ({ [at]: text, ...also })),
    ),
  );

  for (const { what, at, says } of cases) {
    test(`refuses a file that imports ${what}`, () => {
      ok(
        report.some((line) => line.startsWith(at) && line.includes(says)),
        `${at} passes: ${says} is silent.`,
      );
    });
  }

  for (const at of Object.keys(allowed)) {
    test(`has nothing against ${at}`, () => {
      ok(!report.some((line) => line.startsWith(at)), report.join('\n'));
    });
  }

  test('says who may not import whom, and where that stands', () => {
    match(report.join('\n'), /build may not import git: see architecture\.ts\./);
  });
});

/** One line per finding: path, rule and words. */
function lint(files: Record<string, string>): string[] {
  const directory = mkdtempSync(join(tmpdir(), 'signalbox-walls-'));
  after(() => rmSync(directory, { recursive: true, force: true }));
  mkdirSync(join(directory, 'web'));
  for (const file of copied) {
    cpSync(join(projectRoot, file), join(directory, file));
  }
  symlinkSync(join(projectRoot, 'node_modules'), join(directory, 'node_modules'));
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(directory, path)), { recursive: true });
    writeFileSync(join(directory, path), `${text}\n`);
  }
  const oxlint = join(projectRoot, 'node_modules', 'oxlint', 'bin', 'oxlint');
  const { stdout, stderr } = spawnSync(process.execPath, [oxlint, '--format=json', 'src', 'web'], {
    cwd: directory,
    encoding: 'utf8',
  });
  return findings(stdout, stderr);
}

function findings(stdout: string, stderr: string): string[] {
  type Finding = { filename: string; code: string; message: string; help?: string };
  try {
    const { diagnostics } = JSON.parse(stdout) as { diagnostics: Finding[] };
    return diagnostics.map(
      ({ filename, code, message, help }) => `${filename} ${code} ${message} ${help ?? ''}`,
    );
  } catch {
    throw new Error(`oxlint did not lint: ${stdout}${stderr}`);
  }
}
