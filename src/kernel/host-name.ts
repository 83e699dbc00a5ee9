import { shortHash } from './id.ts';

const longestLabel = 63;
const longestSlug = 40;
const between = '--';

interface PreviewName {
  branch: string;
  app: string;
  domain: string;
  /** Six; more only after a host turned out to be taken by another branch (24 bits can be forged). */
  hashDigits?: 6 | 12 | undefined;
}

/** `<branch-slug>--<app>.<domain>`, its first label at most 63 characters whatever the branch is called. */
export function previewHost({ branch, app, domain, hashDigits = 6 }: PreviewName): string {
  const longest = longestLabel - between.length - app.length;
  return `${branchSlug(branch, { longest, hashDigits })}${between}${app}.${domain}`.toLowerCase();
}

/** `staging--<app>.<domain>`, and `<app>.<domain>` for production. */
export function stageHost({
  app,
  stage,
  domain,
}: {
  app: string;
  stage: 'staging' | 'production';
  domain: string;
}): string {
  const label = stage === 'production' ? app : `${stage}${between}${app}`;
  return `${label}.${domain}`.toLowerCase();
}

/** `node-<number>--<app>.<domain>`, whichever branch is there. */
export function nodeHost({
  number,
  app,
  domain,
}: {
  number: number;
  app: string;
  domain: string;
}): string {
  return `node-${number}${between}${app}.${domain}`.toLowerCase();
}

/**
 * A branch's name as part of a DNS label: [a-z0-9-], no two hyphens in a row, none at the ends. At most
 * 40 characters, and `-` and six hex digits of the branch's SHA-256 more whenever the slug lost anything,
 * so two branches share a slug only when their hashes begin alike too.
 */
export function branchSlug(
  branch: string,
  {
    longest = longestLabel,
    hashDigits = 6,
  }: { longest?: number | undefined; hashDigits?: 6 | 12 | undefined } = {},
): string {
  const plain = readablePart(branch);
  const fits = plain.length <= Math.min(longestSlug, longest);
  if (plain === branch && fits && !isReserved(plain)) return plain;
  const room = Math.min(longestSlug, longest - hashDigits - 1);
  const cut = plain.slice(0, room).replace(/-$/, '');
  return `${cut || 'branch'}-${shortHash(branch, hashDigits)}`;
}

function readablePart(branch: string): string {
  return branch
    .slice(0, 1_000)
    .normalize('NFKD')
    .replaceAll(/\p{Mark}/gu, '')
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^-|-$/g, '');
}

/**
 * Names that would say something else than "this branch": the shared environments; a branch node; what looks
 * like another branch's slug and hash; and xn, because a label that begins with xn-- is decoded as Unicode.
 */
function isReserved(slug: string): boolean {
  return (
    ['staging', 'production', 'xn'].includes(slug) ||
    /^node-\d+$/.test(slug) ||
    /-([0-9a-f]{6}|[0-9a-f]{12})$/.test(slug)
  );
}
