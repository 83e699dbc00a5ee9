import type { Route } from '../../route.ts';
import type { Share, Version } from './chooser.ts';

/** How many equal parts the users are cut into: steps of 0.01 %. */
export const parts = 10_000;

/**
 * The parts of each version after a change: its weight relative to the sum of all, rounded to a whole part up
 * or down. Only users move that must: losers give what they have too much, gainers get just that, and of two
 * ways to round the one that moves fewer wins. A version keeps its users in as few runs as possible, so that
 * a weight that goes down and up again brings the same users back. Pure. A page or text shares out nothing
 * and leaves everyone where they were; [] when no version has a weight.
 */
export function shareOut(before: readonly Share[], target: Route['target']): Share[] {
  if (target.kind !== 'versions') return [...before];
  const weighted = target.versions.filter(({ weight, draining }) => weight > 0 && !draining);
  const [only] = weighted;
  if (only === undefined) return [];
  if (weighted.length === 1) return [{ version: only.version, from: 0, to: parts }];

  const owners = ownersOf(before, weighted);
  const owned = countOf(owners, weighted.length);
  const sizes = sizesOf(weighted, owned);
  const spare = sizes.map((size, index) => (owned[index] ?? 0) - size);
  const lacking = spare.reduce((total, one) => total + Math.max(-one, 0), 0);
  const moving = { owners, spare, lacking };
  growFromBelow(moving);
  growFromAbove(moving);
  fillTheRest(moving);
  return sharesOf(owners, weighted);
}

const nobody = -1;

/** For each part the index of its version among those that stay, or nobody's. */
function ownersOf(before: readonly Share[], weighted: readonly Version[]): Int32Array {
  const owners = new Int32Array(parts).fill(nobody);
  for (const { version, from, to } of before) {
    owners.fill(
      weighted.findIndex((one) => one.version === version),
      from,
      to,
    );
  }
  return owners;
}

function countOf(owners: Int32Array, versions: number): number[] {
  const counts = Array.from({ length: versions }, () => 0);
  for (const owner of owners) {
    if (owner !== nobody) counts[owner] = (counts[owner] ?? 0) + 1;
  }
  return counts;
}

/** Whole parts that add up to all. What rounding leaves over goes to who keeps users by it, then to the largest rest. */
function sizesOf(weighted: readonly Version[], owned: readonly number[]): number[] {
  const hundredths = weighted.map(({ weight }) => Math.max(Math.round(weight * 100), 1));
  const sum = hundredths.reduce((total, one) => total + one, 0);
  const exact = hundredths.map((one) => ({
    size: Math.floor((one * parts) / sum),
    rest: (one * parts) % sum,
  }));
  const left = parts - exact.reduce((total, { size }) => total + size, 0);
  const keepsUsers = (index: number) =>
    Number((owned[index] ?? 0) > (exact[index]?.size ?? 0) && (exact[index]?.rest ?? 0) > 0);
  const rest = (index: number) => exact[index]?.rest ?? 0;
  const roundedUp = new Set(
    [...exact.keys()]
      .toSorted((one, other) => keepsUsers(other) - keepsUsers(one) || rest(other) - rest(one))
      .slice(0, left),
  );
  return exact.map(({ size }, index) => size + Number(roundedUp.has(index)));
}

interface Moving {
  owners: Int32Array;
  /** What each has too much (above 0) or lacks (below 0). */
  spare: number[];
  /** By all together. */
  lacking: number;
}

/** Who lacks users takes the parts above its own, as far as they can be spared. */
function growFromBelow(moving: Moving): void {
  for (let part = 1; part < parts && moving.lacking > 0; part++) {
    move(moving, part, moving.owners[part - 1]);
  }
}

function growFromAbove(moving: Moving): void {
  for (let part = parts - 2; part >= 0 && moving.lacking > 0; part--) {
    move(moving, part, moving.owners[part + 1]);
  }
}

/** Who still lacks users begins at the upper end. */
function fillTheRest(moving: Moving): void {
  let gainer = 0;
  for (let part = parts - 1; part >= 0 && moving.lacking > 0; part--) {
    while ((moving.spare[gainer] ?? 0) >= 0) gainer++;
    move(moving, part, gainer);
  }
}

/** Nothing happens unless the one lacks users and the part's owner can spare it. */
function move(moving: Moving, part: number, to = nobody): void {
  const { owners, spare } = moving;
  const from = owners[part] ?? nobody;
  if (to === nobody || (spare[to] ?? 0) >= 0) return;
  if (from !== nobody && (spare[from] ?? 0) <= 0) return;
  if (from !== nobody) spare[from] = (spare[from] ?? 0) - 1;
  spare[to] = (spare[to] ?? 0) + 1;
  owners[part] = to;
  moving.lacking--;
}

function sharesOf(owners: Int32Array, weighted: readonly Version[]): Share[] {
  const shares: Share[] = [];
  for (let from = 0, to = 1; to <= parts; to++) {
    if (to < parts && owners[to] === owners[from]) continue;
    const version = weighted[owners[from] ?? nobody]?.version;
    if (version !== undefined) shares.push({ version, from, to });
    from = to;
  }
  return shares;
}
