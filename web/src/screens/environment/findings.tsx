import { doctor } from 'virtual:endpoints';
import type { Answer } from '../../data/call.ts';
import { useResource } from '../../data/use-resource.ts';
import { Panel } from '../../parts/panel.tsx';
import { Shown } from '../../parts/shown.tsx';
import { Status } from '../../parts/status.tsx';
import { Fixes } from '../../parts/trouble.tsx';
import type { Tone } from '../../words/tone-of.ts';

const tones: Readonly<Record<Answer<'doctor'>['findings'][number]['severity'], Tone>> = {
  fine: 'good',
  note: 'wait',
  trouble: 'bad',
};

/** The trail of decisions that led to an environment, or to none. */
export function Findings({ address }: { address: string }) {
  const app = address.split('/')[0];
  const known = useResource(
    doctor,
    { environment: address },
    { wakes: (event) => event.app === app || event.environment === address, everyMs: 15_000 },
  );
  return (
    <Panel
      title="Why it is as it is"
      verbs={
        <button type="button" onClick={known.reload}>
          Look again
        </button>
      }
    >
      <Shown of={known}>
        {({ findings }) => (
          <ul class="environment-findings">
            {findings.map(({ finding, text, fix, severity }, index) => (
              <li key={`${finding} ${index}`}>
                <Status state={severity} tone={tones[severity]} />
                <div>
                  {text}
                  <Fixes fix={fix} />
                </div>
              </li>
            ))}
          </ul>
        )}
      </Shown>
    </Panel>
  );
}
