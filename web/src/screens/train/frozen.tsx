import { unfreezeApp } from 'virtual:endpoints';
import type { Answer } from '../../data/call.ts';
import { Verb } from '../../parts/verb.tsx';

/** That nothing goes to production, until when and why. */
export const Frozen = ({ app, freezes }: { app: string } & Answer<'listFreezes'>) =>
  freezes.length === 0 ? null : (
    <div class="notice wait train-frozen">
      <div>
        {freezes.map(({ id, by, ends, reason }) => (
          <p key={id}>
            Frozen by {by} until {ends}: {reason}
          </p>
        ))}
      </div>
      <Verb
        of={unfreezeApp}
        label="Unfreeze"
        says={`${app} may go to production again.`}
        input={() => ({ app })}
      />
    </div>
  );
