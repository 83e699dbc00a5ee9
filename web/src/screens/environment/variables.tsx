import { setVariables } from 'virtual:endpoints';
import { Panel } from '../../parts/panel.tsx';
import { Verb } from '../../parts/verb.tsx';
import type { Details, PartProps } from './environment.tsx';
import { Rows } from './rows.tsx';

const sources: Readonly<Record<Details['variables'][number]['from'], string>> = {
  file: 'signalbox.yaml',
  environment: 'set for this environment',
  secret: 'secret',
  store: 'address of a store',
  signalbox: 'Signalbox',
};

/** What its workloads see, and where each comes from. */
export const Variables = ({ of, reload }: PartProps) => (
  <Panel
    title="Variables"
    verbs={
      of.state !== 'destroyed' && of.state !== 'destroying' && <SetOne of={of} reload={reload} />
    }
  >
    {of.variables.length === 0 ? (
      <p class="empty">It has none. Set one for it, or write them into signalbox.yaml.</p>
    ) : (
      <Rows label="Variables" heads={['Name', 'Value', 'From', 'Verbs']}>
        {of.variables.map(({ name, value, from }) => (
          <tr key={name}>
            <td class="mono">{name}</td>
            <td class="mono environment-value">
              {value ?? (
                <>
                  <span aria-hidden="true">•••••• </span>
                  <span class="soft">masked</span>
                </>
              )}
            </td>
            <td>{sources[from]}</td>
            <td>
              {from === 'environment' && (
                <Verb
                  of={setVariables}
                  label="Unset"
                  input={() => ({ environment: of.id, unset: [name] })}
                  done={reload}
                />
              )}
            </td>
          </tr>
        ))}
      </Rows>
    )}
  </Panel>
);

const SetOne = ({ of, reload }: PartProps) => (
  <Verb
    of={setVariables}
    label="Set a variable"
    ask={{
      title: `Set a variable of ${of.name}`,
      text: 'Over what signalbox.yaml says, here alone, from the next deploy on. Secrets are set with: signalbox secret set',
      fields: [
        { name: 'name', label: 'Name', required: true },
        { name: 'value', label: 'Value', kind: 'long' },
      ],
    }}
    input={({ name = '', value = '' }) => ({
      environment: of.id,
      // Forms end their lines otherwise.
      set: { [name]: value.replaceAll('\r\n', '\n') },
    })}
    done={reload}
  />
);
