import { pathInWords } from './problem.ts';

interface Waiting {
  /** Keys of the file; `*` stands for any. */
  path: string;
  /** Values that need no machinery. */
  unless?: readonly unknown[];
  /** What happens meanwhile. */
  meanwhile: string;
}

/** What signalbox.yaml may hold before its machinery exists. Whoever builds the machinery deletes the line. */
const waiting: readonly Waiting[] = [
  { path: 'uses', meanwhile: 'set the addresses with signalbox env set' },
  { path: 'stores.*.redis', meanwhile: 'its variable is not set' },
  { path: 'stores.*.solr', meanwhile: 'its variable is not set' },
  { path: 'stores.*.seed.scrub', meanwhile: 'snapshots are copied as they are' },
  { path: 'stores.*.seed.proof', meanwhile: 'snapshots are not searched' },
  {
    path: 'environments.preview.idle.sleep',
    meanwhile: 'previews stay awake until they are destroyed',
  },
  {
    path: 'environments.preview.protect',
    unless: ['none'],
    meanwhile: 'whoever knows the address can open a preview',
  },
];

/** One sentence for each thing the file (as plain JSON, before defaults) sets and nothing obeys yet. */
export function notYetActive(file: unknown): string[] {
  return waiting.flatMap(({ path, unless = [], meanwhile }) =>
    found(file, path.split('.'), [])
      .filter(({ value }) => value !== null && value !== undefined && !unless.includes(value))
      .map(({ at }) => `${pathInWords(at)} is valid but not yet active: ${meanwhile}.`),
  );
}

function found(
  value: unknown,
  path: readonly string[],
  at: readonly (string | number)[],
): { at: readonly (string | number)[]; value: unknown }[] {
  const [step, ...rest] = path;
  if (step === undefined) return [{ at, value }];
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value)
    .filter(([key]) => step === '*' || step === key)
    .flatMap(([key, inside]) =>
      found(inside, rest, [...at, Array.isArray(value) ? Number(key) : key]),
    );
}
