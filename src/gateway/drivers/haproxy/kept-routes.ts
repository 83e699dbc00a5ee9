import { lookup } from 'node:dns/promises';
import { isIP, isIPv6 } from 'node:net';
import type { Fence } from '../../../kernel/fence.ts';
import { SignalboxError } from '../../../kernel/signalbox-error.ts';
import { log } from '../../data-plane/log.ts';
import type { Route, RouteChange } from '../../route.ts';
import { forget, formerLanes, prepare, switchOver } from './apply-plan.ts';
import { impossible } from './abilities.ts';
import type { HeldPauses } from './held-pauses.ts';
import type { PlacedRoute } from './placed-route.ts';
import { type Plan, planChange, SlotsMissing, slotsOf } from './plan-change.ts';
import { type SavedState, saveState } from './saved-state.ts';
import { moreSlots, type UsedSlots } from './used-slots.ts';

/** The routes: the file is the truth, HAProxy follows it. */
export interface KeptRoutes {
  state(): SavedState;
  all(): Route[];
  /** As the port says. Not to be called while another call is under way. */
  change(changes: readonly RouteChange[], fence: Fence | undefined): Promise<void>;
  /** Ends pauses that are over and empties what nothing uses any more. */
  tidy(): Promise<void>;
}

interface Parts {
  saved: SavedState;
  slots: UsedSlots;
  pauses: HeldPauses;
  /** HAProxy has read the state anew when it resolves. */
  reload: () => Promise<void>;
  /** Names that mean something from now on. */
  learn: (placed: Iterable<PlacedRoute>) => void;
}

/** Long enough for a request to have looked up all that its record names. */
const graceMs = 5_000;

export function keptRoutes({ saved, slots, pauses, reload, learn }: Parts): KeptRoutes {
  let state = saved;
  let former: { placed: readonly PlacedRoute[]; atMs: number }[] = [];

  async function planned(changes: readonly RouteChange[]): Promise<Plan> {
    const addresses = await addressesOf(changes);
    for (;;) {
      try {
        return planChange(state, changes, { busy: slots.busy(), addresses });
      } catch (error) {
        if (!(error instanceof SlotsMissing)) throw error;
        state = { ...state, slots: moreSlots(state.slots, error.wanted) };
        await saveState(state);
        await reload();
      }
    }
  }

  async function carryOut(plan: Plan, changes: readonly RouteChange[], next: SavedState) {
    const before = state.placed;
    await prepare(plan, before, slots);
    if (plan.former.length + plan.set.length > 0 || next.fences !== state.fences) {
      await saveState(next);
    }
    state = next;
    learn(plan.set);
    await pauses.begin(changes, plan.placed);
    await switchOver(plan, before);
    await pauses.end(changes, plan.placed);
    for (const lane of formerLanes(plan)) slots.leave(lane);
    if (plan.former.length > 0) former.push({ placed: plan.former, atMs: Date.now() });
  }

  return {
    state: () => state,
    all: () => [...state.placed.values()].map(({ route }) => route),

    async change(changes, fence) {
      const fences = fenced(state.fences, fence);
      for (const change of changes) refuseImpossible(change);
      const plan = await planned(changes);
      const next = { ...state, placed: plan.placed, nextId: plan.nextId, fences };
      try {
        await carryOut(plan, changes, next);
      } catch (error) {
        // HAProxy has half of it; from the files it has all or none, as far as it was saved.
        log('HAProxy did not follow a change; it is reloaded', error);
        await reload();
        if (state !== next) throw error;
      }
    },

    async tidy() {
      await pauses.end([], state.placed);
      await slots.tidy();
      const due = former.filter(({ atMs }) => Date.now() - atMs >= graceMs);
      former = former.filter((one) => !due.includes(one));
      await forget(due.flatMap(({ placed }) => placed));
    },
  };
}

/** HAProxy reads all files anew: only the slots of the routes are in use then. */
export function noteReload(
  state: SavedState,
  { slots, pauses }: Pick<Parts, 'slots' | 'pauses'>,
): void {
  slots.reset(slotsOf(state.placed.values()));
  pauses.reset(pauses.lines(state.placed));
}

function refuseImpossible(change: RouteChange): void {
  const why = 'set' in change ? impossible(change.set) : null;
  if (why === null) return;
  throw new SignalboxError({
    code: 'gateway/cannot',
    what: 'The routes were not changed: HAProxy cannot do all of it.',
    why: why.what,
    fix: [why.instead],
  });
}

/** HAProxy is given addresses: names are looked up when a route is set, and then kept. */
async function addressesOf(changes: readonly RouteChange[]): Promise<Map<string, string>> {
  const hosts = new Set(
    changes.flatMap((change) =>
      'set' in change && change.set.target.kind === 'versions'
        ? change.set.target.versions.flatMap(({ instances }) => instances.map(({ host }) => host))
        : [],
    ),
  );
  const found = await Promise.all(
    [...hosts].map(async (host) => {
      const address = isIP(host) === 0 ? (await lookup(host)).address : host;
      return [host, isIPv6(address) ? `[${address}]` : address] as const;
    }),
  );
  return new Map(found);
}

/** Long after any controller can have slept over losing its lock. */
const rememberFenceMs = 30 * 24 * 3_600_000;

function fenced(fences: SavedState['fences'], fence: Fence | undefined): SavedState['fences'] {
  if (fence === undefined) return fences;
  const highest = fences.get(fence.scope)?.epoch;
  if (fence.epoch === highest) return fences;
  if (highest !== undefined && fence.epoch < highest) throw outranked(fence, highest);
  const now = Date.now();
  const next = new Map([...fences].filter(([, { seenAt }]) => now - seenAt < rememberFenceMs));
  return next.set(fence.scope, { epoch: fence.epoch, seenAt: now });
}

function outranked({ scope, epoch }: Fence, highest: number): SignalboxError {
  return new SignalboxError({
    code: 'gateway/fenced',
    what: `The gateway changed no route of ${scope}.`,
    why: `Another controller has taken over: its lock has number ${highest}, this one's ${epoch}.`,
    fix: ['Nothing is to be done: the controller that took over does the work.'],
  });
}
