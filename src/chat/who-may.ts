import type { Role } from '../kernel/role.ts';
import type { CommandWord } from './command-words.ts';

/** What a command is in the API, under which name the audit has it, too; null: it changes and shows nothing there. */
export interface Right {
  needs: Role;
  endpoint: string | null;
}

/** Who may say what: the same roles as for the same act by the API; src/api/chat-roles.test.ts compares them. */
export const whoMay: Readonly<Record<CommandWord, Right>> = {
  good: { needs: 'developer', endpoint: 'sayGood' },
  bad: { needs: 'developer', endpoint: 'sayBad' },
  hold: { needs: 'developer', endpoint: 'holdTrain' },
  unhold: { needs: 'developer', endpoint: 'unholdTrain' },
  force: { needs: 'release-manager', endpoint: 'forceTrain' },
  eject: { needs: 'developer', endpoint: 'ejectChanges' },
  revert: { needs: 'developer', endpoint: 'revertChanges' },
  delegate: { needs: 'developer', endpoint: 'delegateVote' },
  cancel: { needs: 'release-manager', endpoint: 'cancelTrain' },
  depart: { needs: 'release-manager', endpoint: 'departNow' },
  train: { needs: 'viewer', endpoint: 'getTrain' },
  next: { needs: 'viewer', endpoint: 'getNextTrain' },
  mine: { needs: 'viewer', endpoint: 'getMyCommits' },
  who: { needs: 'viewer', endpoint: 'listNodes' },
  bb: { needs: 'developer', endpoint: 'buildBranch' },
  lock: { needs: 'developer', endpoint: 'lockLane' },
  unlock: { needs: 'developer', endpoint: 'liftLane' },
  freeze: { needs: 'release-manager', endpoint: 'freezeApp' },
  unfreeze: { needs: 'release-manager', endpoint: 'unfreezeApp' },
  rollback: { needs: 'developer', endpoint: 'rollBack' },
  // Whoever has the code is the person; that is what it is for.
  verify: { needs: 'public', endpoint: null },
  help: { needs: 'public', endpoint: null },
};

/** What only shows something. */
export const looksOnly: ReadonlySet<CommandWord> = new Set<CommandWord>([
  'train',
  'next',
  'mine',
  'who',
  'help',
]);

/**
 * What may be obeyed again after a crash in the middle: done twice, it is the same as once. Anything else is begun once
 * at most, and whoever said it is told that nobody knows how far it came.
 */
export const isRepeatable: ReadonlySet<CommandWord> = new Set<CommandWord>([
  ...looksOnly,
  'good',
  'bad',
  'bb',
  'delegate',
  'lock',
]);
