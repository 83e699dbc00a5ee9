import type { Asked } from './asked.ts';
import type { Command } from './command.ts';
import { tellMine, tellNext, tellTrain, tellWho } from './obey-questions.ts';
import {
  obeyBuild,
  obeyFreeze,
  obeyLock,
  obeyRollback,
  obeyUnfreeze,
  obeyUnlock,
} from './obey-release.ts';
import {
  obeyCancel,
  obeyDepart,
  obeyEject,
  obeyForce,
  obeyHold,
  obeyRevert,
  obeyUnhold,
} from './obey-train.ts';
import { obeyDelegation, obeyVote } from './obey-votes.ts';

/** Runs the domain's own functions, as the API does. Answers what to say. Refuses as they do. */
export function act(asked: Asked, command: Command): Promise<string[]> {
  switch (command.word) {
    case 'good':
    case 'bad':
      return obeyVote(asked, command);
    case 'delegate':
      return obeyDelegation(asked, command);
    case 'hold':
      return obeyHold(asked, command);
    case 'unhold':
      return obeyUnhold(asked);
    case 'force':
      return obeyForce(asked, command);
    case 'cancel':
      return obeyCancel(asked, command);
    case 'eject':
      return obeyEject(asked, command);
    case 'revert':
      return obeyRevert(asked, command);
    case 'depart':
      return obeyDepart(asked);
    case 'train':
      return tellTrain(asked);
    case 'next':
      return tellNext(asked);
    case 'mine':
      return tellMine(asked);
    case 'who':
      return tellWho(asked, command);
    case 'bb':
      return obeyBuild(asked, command);
    case 'lock':
      return obeyLock(asked, command);
    case 'unlock':
      return obeyUnlock(asked, command);
    case 'freeze':
      return obeyFreeze(asked, command);
    case 'unfreeze':
      return obeyUnfreeze(asked);
    case 'rollback':
      return obeyRollback(asked, command);
    case 'verify':
    case 'help':
      // They need no app, and are answered before.
      return Promise.resolve([]);
  }
}
