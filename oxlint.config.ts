import { defineConfig, type OxlintOverride } from 'oxlint';
import { mayImport, privateFiles } from './architecture.ts';

const folders = Object.keys(mayImport);

/** How an import leaves its folder for another one under src/. The linter's regexes know no look-ahead. */
const into = (folder: string): string => `^(\\.\\./)+(src/)?${folder}/`;

const startsOtherwiseThan = (word: string): string =>
  `(${Array.from(word, (letter, index) => `${word.slice(0, index)}[^${letter}]`).join('|')})`;

const isOpen = (from: string, to: string): boolean =>
  to === from || (mayImport[from]?.includes(to) ?? false);

/** Where only the contract of a folder is open, the rest of it is closed. */
const closedTo = (from: string) =>
  folders
    .filter((to) => !isOpen(from, to))
    .map((to) => ({
      regex: into(to) + (isOpen(from, `${to}/contract`) ? startsOtherwiseThan('contract/') : ''),
      message: `${from} may not import ${to}: see architecture.ts.`,
    }));

const privatePart = `(.*/)?(${Object.values(privateFiles).join('|').replaceAll('.', '\\.')})`;

/** Another folder's drivers, SQL and data plane are nobody's business but main's. */
const privateTo = (from: string) =>
  folders
    .filter((to) => to !== from && from !== 'main')
    .map((to) => ({
      regex: into(to) + privatePart,
      message: `${from} may not import what is private to ${to} (and main): see architecture.ts.`,
    }));

const detour = {
  regex: '[^./]/+\\.\\./',
  message: 'A path that goes down and up again may not import anything: write it straight.',
};

const wallAround = (from: string): OxlintOverride => ({
  files: [`src/${from}/**`],
  rules: {
    'no-restricted-imports': [
      'error',
      { patterns: [...closedTo(from), ...privateTo(from), detour] },
    ],
  },
});

/** Its own folders may be called like those of src/, so only ways through src/ count. */
const closedToWeb = folders
  .filter((to) => !isOpen('web', to))
  .map((to) => ({
    regex:
      `^(\\.\\./)+src/${to}/` +
      (isOpen('web', `${to}/contract`) ? startsOtherwiseThan('contract/') : ''),
    message: `web may not import ${to}: see architecture.ts.`,
  }));

const contractAsTypes = {
  regex: '^(\\.\\./)+src/api/contract/',
  allowTypeImports: true,
  message:
    'web may not import values of the contract, they bring zod: use `virtual:endpoints`, or types.',
};

const noNode = {
  regex: '^node:',
  message: 'web may not import what only Node has.',
};

const wallAroundWeb: OxlintOverride[] = [
  { files: ['web/src/**'], closed: [...closedToWeb, contractAsTypes, detour, noNode] },
  // Run by Node, not built.
  { files: ['web/src/**/*.test.ts'], closed: [...closedToWeb, contractAsTypes, detour] },
].map(({ files, closed }) => ({
  files,
  plugins: ['typescript', 'unicorn', 'import', 'node', 'promise', 'react', 'jsx-a11y'],
  rules: {
    'no-restricted-imports': ['error', { patterns: closed }],
    'react/rules-of-hooks': 'error',
    'react/jsx-key': 'error',
    'jsx-a11y/alt-text': 'error',
    'jsx-a11y/aria-props': 'error',
    'jsx-a11y/aria-role': 'error',
    'jsx-a11y/no-static-element-interactions': 'error',
  },
}));

export default defineConfig({
  plugins: ['typescript', 'unicorn', 'import', 'node', 'promise'],
  categories: { correctness: 'error', suspicious: 'error' },
  options: { typeAware: true },
  ignorePatterns: ['node_modules/**', 'dist/**', 'web/dist/**', 'examples/**'],
  rules: {
    'max-lines': ['error', { max: 300, skipBlankLines: false, skipComments: false }],
    'max-lines-per-function': ['error', { max: 70, skipBlankLines: false, skipComments: false }],
    'import/no-cycle': 'error',
    'import/no-default-export': 'error',
    'unicorn/filename-case': ['error', { case: 'kebabCase' }],
    'typescript/no-floating-promises': [
      'error',
      {
        allowForKnownSafeCalls: [
          { from: 'package', name: ['test', 'describe', 'it', 'suite'], package: 'node:test' },
        ],
      },
    ],
    'typescript/no-misused-promises': 'error',
    'typescript/switch-exhaustiveness-check': [
      'error',
      { considerDefaultExhaustiveForUnions: true },
    ],
    'typescript/no-explicit-any': 'error',
    'typescript/no-unsafe-type-assertion': 'off',
    'typescript/consistent-type-imports': 'error',
    'no-await-in-loop': 'off',
    'no-underscore-dangle': 'off',
    'no-shadow': 'off',
    'unicorn/no-array-sort': 'off',
    'unicorn/no-array-reverse': 'off',
    // Blind to what a callback changes while the loop waits.
    'no-unmodified-loop-condition': 'off',
    'unicorn/consistent-function-scoping': 'off',
    'typescript/no-unnecessary-type-arguments': 'off',
    'import/no-unassigned-import': 'off',
    'promise/always-return': 'off',
    'unicorn/require-module-specifiers': 'off',
    // For browser windows; a worker thread's postMessage has no origin.
    'unicorn/require-post-message-target-origin': 'off',
    'import/no-named-as-default-member': 'off',
    // The compiler sees missing returns, also behind an exhaustive switch; our functions know no `this`.
    'typescript/consistent-return': 'off',
    'typescript/unbound-method': 'off',
  },
  overrides: [
    ...folders.filter((folder) => folder !== 'web').map(wallAround),
    ...wallAroundWeb,
    {
      files: ['oxlint.config.ts', 'web/vite.config.ts'],
      rules: { 'import/no-default-export': 'off' },
    },
    // A test file is a list of facts; a describe block is not a function anyone calls.
    {
      files: ['**/*.test.ts', '**/*.contract.ts', 'bench/**'],
      rules: { 'max-lines-per-function': 'off' },
    },
  ],
});
