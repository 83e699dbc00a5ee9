import {
  deployEnvironment,
  destroyEnvironment,
  keepEnvironment,
  resetData,
  unkeepEnvironment,
} from 'virtual:endpoints';
import { reason } from './ask-dialog.tsx';
import { Verb } from './verb.tsx';

/** What must be known of an environment to offer what can be done with it. */
export interface Living {
  id: string;
  /** APP/NAME. */
  address: string;
  name: string;
  kind: string;
  branch: string;
  state: string;
  data: string | null;
  isKept: boolean;
}

interface EnvironmentVerbsProps {
  of: Living;
  done: () => void;
}

/** Long enough to see what one has clicked. */
const undoMs = 8000;
const dayMs = 86_400_000;
const spans = [
  ['1', 'for a day'],
  ['3', 'for 3 days'],
  ['7', 'for a week'],
  ['30', 'for 30 days'],
] as const;

/** Nothing of one that goes. Previews go and forget by a click that can be taken back; all others ask. */
export function EnvironmentVerbs({ of, done }: EnvironmentVerbsProps) {
  if (of.state === 'destroying' || of.state === 'destroyed') return null;
  const isPreview = of.kind === 'preview';
  const environment = of.id;
  return (
    <>
      {of.kind !== 'stage' && <DeployAgain of={of} done={done} />}
      {isPreview && <Keep of={of} done={done} />}
      {of.isKept && (
        <Verb
          of={unkeepEnvironment}
          label="End the lease"
          input={() => ({ environment })}
          done={done}
        />
      )}
      {isPreview && of.data !== null && !of.data.includes('shared with') && (
        <Verb
          of={resetData}
          label="Reset data"
          undoMs={undoMs}
          says={`The data of ${of.branch} is thrown away in ${undoMs / 1000} seconds.`}
          input={() => ({ environment })}
          done={done}
        />
      )}
      <Verb
        of={destroyEnvironment}
        label="Destroy"
        kind="danger"
        {...(isPreview
          ? { undoMs, says: `${of.branch} goes with its data in ${undoMs / 1000} seconds.` }
          : {
              says: `${of.address} goes.`,
              ask: {
                title: `Destroy ${of.address}?`,
                text: 'Its data is the original: it will be lost for good.',
                fields: [{ name: 'confirm', label: `Type ${of.name}`, exactly: of.name }],
              },
            })}
        input={({ confirm }) => ({ environment, ...(confirm ? { confirm } : {}) })}
        done={done}
      />
    </>
  );
}

const DeployAgain = ({ of, done }: EnvironmentVerbsProps) => (
  <Verb
    of={deployEnvironment}
    label="Deploy again"
    says={`The newest commit of ${of.branch} is on its way to ${of.address}.`}
    {...(of.kind === 'preview'
      ? {}
      : { ask: { title: `Deploy the newest commit of ${of.branch} to ${of.address}?` } })}
    input={() => ({ environment: of.id })}
    done={done}
  />
);

const Keep = ({ of, done }: EnvironmentVerbsProps) => (
  <Verb
    of={keepEnvironment}
    label={of.isKept ? 'Keep longer' : 'Keep'}
    says={`${of.branch} is kept.`}
    ask={{
      title: `Keep ${of.branch} though nobody uses it?`,
      fields: [
        { name: 'days', label: 'How long', kind: 'choice', choices: spans, value: '7' },
        reason(),
      ],
    }}
    input={({ days, reason: said = '' }) => ({
      environment: of.id,
      until: new Date(Date.now() + Number(days) * dayMs).toISOString(),
      reason: said,
    })}
    done={done}
  />
);
