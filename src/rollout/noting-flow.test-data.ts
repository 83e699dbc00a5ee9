import type { Flow } from '../workflow/workflow.ts';

/** Where a controller is killed: before its n-th step, or when that has acted but nobody has noted it, or after it. */
export interface Death {
  step: number;
  moment: 'before' | 'done, not noted' | 'after';
}

export type Noted = { value: unknown } | { error: Error };

export class Killed extends Error {}

/** Steps are just done. */
export const noFlow: Flow = {
  id: 'none',
  step: (_, act) => act(),
  sleepUntil: () => Promise.reject(new Error('Nothing sleeps here.')),
  waitFor: () => Promise.reject(new Error('Nobody waits here.')),
};

/** Steps by position, as the engine keeps them; it can die at one. */
export function notingFlow({
  id,
  noted,
  stepNames,
  death,
}: {
  id: string;
  noted: Map<number, Noted>;
  stepNames: string[];
  death: Death | null;
}): Flow {
  let at = 0;
  const die = (moment: Death['moment'], step: number): void => {
    if (death?.step === step && death.moment === moment) throw new Killed(`${moment} ${step}`);
  };
  return {
    ...noFlow,
    id,
    async step<T>(name: string, act: () => Promise<T>): Promise<T> {
      const mine = ++at;
      const known = noted.get(mine);
      if (stepNames[mine - 1] !== undefined && stepNames[mine - 1] !== name)
        throw new Error(`Step ${mine} was "${stepNames[mine - 1]}" and is now "${name}".`);
      stepNames[mine - 1] = name;
      if (known) {
        if ('error' in known) throw known.error;
        return structuredClone(known.value) as T;
      }
      die('before', mine);
      const result = await act().then(
        // As the engine keeps it.
        (value) => ({ value: JSON.parse(JSON.stringify(value ?? null)) as unknown }),
        (error: Error) => {
          if (error instanceof Killed) throw error;
          return { error };
        },
      );
      die('done, not noted', mine);
      noted.set(mine, result);
      die('after', mine);
      if ('error' in result) throw result.error;
      return result.value as T;
    },
  };
}
