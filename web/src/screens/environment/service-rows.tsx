import { restartService } from 'virtual:endpoints';
import { Ago } from '../../parts/ago.tsx';
import { Panel } from '../../parts/panel.tsx';
import { Status } from '../../parts/status.tsx';
import { Verb } from '../../parts/verb.tsx';
import { bytes } from '../../words/number-words.ts';
import type { Tone } from '../../words/tone-of.ts';
import type { Details, PartProps } from './environment.tsx';
import { Rows } from './rows.tsx';

type Instance = Details['services'][number]['instances'][number];

const tones: Readonly<Record<string, Tone>> = {
  serving: 'good',
  starting: 'busy',
  crashing: 'bad',
  missing: 'bad',
};

/** Each copy that runs. */
export const Services = ({ of, reload }: PartProps) => (
  <Panel title="Services">
    {of.services.length === 0 ? (
      <p class="empty">Nothing has run here yet.</p>
    ) : (
      <Rows
        label="Services"
        heads={['Service', 'State', 'Restarts', 'Up since', 'Memory', 'Address', 'Verbs']}
      >
        {of.services.flatMap(({ name, instances }) =>
          (instances.length > 0 ? instances : [null]).map((instance, index) => (
            <tr key={instance?.id ?? name}>
              <td>{name}</td>
              <InstanceCells of={instance} />
              <td>
                {index === 0 && of.state === 'live' && of.kind !== 'stage' && (
                  <Verb
                    of={restartService}
                    label="Restart"
                    ask={{
                      title: `Restart ${name}?`,
                      text: 'New instances take over when they are healthy; the old ones serve until then.',
                    }}
                    input={() => ({ environment: of.id, service: name })}
                    done={reload}
                  />
                )}
              </td>
            </tr>
          )),
        )}
      </Rows>
    )}
  </Panel>
);

const InstanceCells = ({ of }: { of: Instance | null }) =>
  of === null ? (
    <td colSpan={5}>
      <Status state="not running" tone="off" />
    </td>
  ) : (
    <>
      <td>
        <Status state={of.state} tone={tones[of.state] ?? 'off'} />
      </td>
      <td class={of.restarts > 0 ? 'bad' : ''}>{of.restarts}</td>
      <td>
        <Ago at={of.startedAt} />
      </td>
      <td>{of.memoryBytes === null ? '–' : bytes(of.memoryBytes)}</td>
      <td class="mono">{of.address ?? '–'}</td>
    </>
  );
