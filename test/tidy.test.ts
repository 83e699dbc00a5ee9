import { deepEqual, ok } from 'node:assert/strict';
import { readdirSync, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { describe, test } from 'node:test';
import { mayImport, mergeToProduction, pushToPreview, trainToProduction } from '../architecture.ts';
import {
  existsInProject,
  projectFiles,
  projectRoot,
  readProjectFile,
} from './support/project-files.ts';

const walks: string[] = [...pushToPreview, ...mergeToProduction, ...trainToProduction];

describe('folders', () => {
  test('every folder under src/ stands in architecture.ts', () => {
    const folders = readdirSync(join(projectRoot, 'src'), { withFileTypes: true });
    none(folders.filter((entry) => !entry.isDirectory()).map((entry) => `src/${entry.name}`));
    none(folders.map((entry) => entry.name).filter((name) => !(name in mayImport)));
  });

  test('architecture.ts names only what it knows, and the direction has no cycle', () => {
    for (const [folder, others] of Object.entries(mayImport)) {
      none(others.filter((other) => !(topOf(other) in mayImport)));
      none(
        others
          .filter((other) => reaches(topOf(other), folder))
          .map((other) => `${folder} ⇄ ${other}`),
      );
    }
  });

  test('no file is called by a name that says nothing', () => {
    // A section of signalbox.yaml is called what the file calls it.
    const files = projectFiles('{src,test,bench,web}/**').filter(
      (path) => !path.startsWith('src/config/schema/'),
    );
    const empty = /^(utils?|helpers?|managers?|services?|types?|common)(\.|$)/;
    none(files.filter((path) => path.split('/').some((part) => empty.test(part))));
  });
});

test('every folder and file of the dashboard is called in kebab-case', () => {
  const words = /^[a-z0-9]+(-[a-z0-9]+)*(\.[a-z0-9]+)*$/;
  none(projectFiles('web/**').filter((path) => !path.split('/').every((part) => words.test(part))));
});

describe('errors', () => {
  const thrown = new Set(
    projectFiles('src/**/*.ts')
      .filter((path) => !/\.(test|contract)\.ts$/.test(path))
      .flatMap((path) => matches(readProjectFile(path), /\bcode:([^,;]*)/g))
      .flatMap((choice) => matches(choice, /['`]([a-z-]+\/[a-z-]+)['`]/g)),
  );
  const described = new Set(matches(textOrNothing('docs/errors.md'), /^## `?([^`\n]+)`?$/gm));

  test('every SignalboxError code in src/ has a heading in docs/errors.md', () => {
    none([...thrown].filter((code) => !described.has(code)));
  });

  test('every heading in docs/errors.md is a code that src/ can throw', () => {
    none([...described].filter((code) => !thrown.has(code)));
  });
});

describe('documents', () => {
  test('every file of the walk from push to production exists', () => {
    none(walks.filter((path) => !existsInProject(path)));
  });

  test('docs/architecture.md shows the walk in its order', () => {
    const page = readProjectFile('docs/architecture.md');
    const walk = matches(page, /^\d+\. `(src\/[^`]+)`/gm);
    deepEqual(walk, walks);
  });

  test('every path that a document names exists', () => {
    for (const page of documents()) {
      const paths = matches(
        readProjectFile(page),
        /`((?:src|bin|docs|test|bench|examples|web)\/[\w./-]+)`/g,
      );
      none(paths.filter((path) => !existsInProject(path)).map((path) => `${page}: ${path}`));
    }
  });

  test('every relative link leads somewhere', () => {
    for (const page of documents()) {
      const links = matches(withoutCode(readProjectFile(page)), /\]\((?![a-z]+:|#)([^)#\s]+)/g);
      none(
        links
          .filter((link) => !existsInProject(join(dirname(page), link)))
          .map((link) => `${page}: ${link}`),
      );
    }
  });

  test('AGENTS.md has at most 60 lines', () => {
    ok(lineCount('AGENTS.md') <= 60);
  });
});

test('programs in bin/ have at most 40 lines and can be run', () => {
  const programs = projectFiles('bin/*');
  none(programs.filter((path) => lineCount(path) > 40));
  none(
    [...programs, '.ci/run'].filter(
      (path) => (statSync(join(projectRoot, path)).mode & 0o111) !== 0o111,
    ),
  );
});

test('no file names a package registry or a place on the machine it was written on', () => {
  const machine = /(?:^|[\s'"`(=])\/(?:work|root|home\/[a-z]+)\//m;
  const registry = /\bregistry\.[a-z0-9-]+\.[a-z]{2,}|\/(?:artifactory|nexus|verdaccio)\//;
  const texts = [...projectFiles('**'), ...projectFiles('.{ci,github}/**'), ...projectFiles('.*')];
  const strangers = texts.filter((path) => {
    const text = readProjectFile(path);
    return machine.test(text) || registry.test(text);
  });
  none(strangers);
});

describe('packages', () => {
  const manifests = projectFiles('{package.json,examples/*/package.json}');

  test('dependencies are pinned to one version', () => {
    for (const path of manifests) {
      const { dependencies = {}, devDependencies = {} } = parsed(path);
      const ranges = Object.entries({ ...dependencies, ...devDependencies });
      none(
        ranges
          .filter(([, range]) => !/^\d+\.\d+\.\d+(-[\w.]+)?$/.test(range))
          .map(([name]) => `${path}: ${name}`),
      );
    }
  });

  test('lock files do not say where packages were downloaded', () => {
    const locks = projectFiles('{package-lock.json,examples/*/package-lock.json}');
    none(locks.filter((path) => readProjectFile(path).includes('"resolved"')));
  });

  // A registry that lacks a package for another platform leaves it out without a word; npm ci then fails.
  test('the lock file names every optional package, whatever platform wrote it', () => {
    const { packages } = JSON.parse(readProjectFile('package-lock.json')) as { packages: Locked };
    const wanted = Object.entries(packages).flatMap(([path, { optionalDependencies = {} }]) =>
      Object.keys(optionalDependencies).map((name) => ({ path, name })),
    );
    const lost = wanted.filter(
      ({ path, name }) =>
        !packages[`${path}/node_modules/${name}`] && !packages[`node_modules/${name}`],
    );
    none(lost.map(({ name }) => name));
  });
});

test('every method of a port says what is true when it resolves', () => {
  // A long contract has its chapters in a folder `contract/`, and one file that reads them all.
  const ports = projectFiles('src/**/*.contract.ts')
    .filter((path) => !path.includes('/contract/'))
    .map((path) => path.replace('.contract.ts', '.ts'));
  none(
    ports
      .filter((path) => !existsInProject(path))
      .map((path) => `${path} is missing beside its contract`),
  );
  for (const path of ports.filter(existsInProject)) {
    none(undocumented(path).map((method) => `${path}: ${method}`));
  }
});

/** Methods of the interface that is named like the file, and exported functions, without a docstring. */
function undocumented(path: string): string[] {
  const name = basename(path, '.ts').replaceAll(/(?:^|-)([a-z])/g, (_, letter: string) =>
    letter.toUpperCase(),
  );
  const text = readProjectFile(path);
  const port = new RegExp(`^export interface ${name}\\b.*?^}`, 'ms').exec(text)?.[0] ?? '';
  const lines = [...methodHeads(port), ...functionHeads(text)];
  return lines.filter(({ before }) => !before.endsWith('*/')).map(({ name: method }) => method);
}

type Head = { name: string; before: string };

const methodHeads = (text: string): Head[] => heads(text, /^ {2}(\w+)[(<]/);
const functionHeads = (text: string): Head[] => heads(text, /^export (?:async )?function (\w+)/);

function heads(text: string, head: RegExp): Head[] {
  const lines = text.split('\n');
  return lines.flatMap((line, index) => {
    const name = head.exec(line)?.[1];
    return name ? [{ name, before: lines[index - 1] ?? '' }] : [];
  });
}

function none(offenders: readonly string[]): void {
  deepEqual(offenders, []);
}

function topOf(path: string): string {
  return path.split('/')[0] ?? path;
}

/** cli and api/contract: an edge to a part of a folder counts as an edge to the folder. */
function reaches(from: string, to: string, seen = new Set<string>()): boolean {
  if (from === to) return true;
  if (seen.has(from)) return false;
  seen.add(from);
  return (mayImport[from] ?? []).some((next) => reaches(topOf(next), to, seen));
}

function matches(text: string, pattern: RegExp): string[] {
  return Array.from(text.matchAll(pattern), (match) => match[1] ?? '');
}

function documents(): string[] {
  return projectFiles('{*.md,docs/**/*.md,examples/*/*.md}');
}

function withoutCode(page: string): string {
  return page.replaceAll(/^```.*?^```/gms, '').replaceAll(/`[^`\n]*`/g, '');
}

function textOrNothing(path: string): string {
  return existsInProject(path) ? readProjectFile(path) : '';
}

function lineCount(path: string): number {
  return readProjectFile(path).trimEnd().split('\n').length;
}

type Ranges = Record<string, string>;
type Locked = Record<string, { optionalDependencies?: Ranges }>;

function parsed(path: string): { dependencies?: Ranges; devDependencies?: Ranges } {
  return JSON.parse(readProjectFile(path)) as { dependencies?: Ranges; devDependencies?: Ranges };
}
