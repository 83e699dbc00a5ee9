import { listSnapshots, resetData } from 'virtual:endpoints';
import { useResource } from '../../data/use-resource.ts';
import type { Field } from '../../parts/ask-dialog.tsx';
import { Ago } from '../../parts/ago.tsx';
import { Facts } from '../../parts/facts.tsx';
import { Panel } from '../../parts/panel.tsx';
import { Verb } from '../../parts/verb.tsx';
import type { Details, PartProps } from './environment.tsx';

/** Where its data comes from, and why from there. */
export const Stores = ({ of, reload }: PartProps) => (
  <Panel title="Data" verbs={<ResetFrom of={of} reload={reload} />}>
    <Facts
      of={Object.fromEntries(
        of.stores.map((store) => [`${store.name} (${store.kind})`, words(store)]),
      )}
    />
  </Panel>
);

const words = ({ seed, seededAt, sharedWith }: Details['stores'][number]) =>
  sharedWith === null ? (
    <>
      {seed},{' '}
      <span class="soft">
        seeded <Ago at={seededAt} />
      </span>
    </>
  ) : (
    `shared with ${sharedWith}`
  );

/** Production's data is the original, and shared data is another's. */
function ResetFrom({ of, reload }: PartProps) {
  const isOffered =
    of.kind !== 'production' &&
    of.state !== 'destroying' &&
    of.stores.every(({ sharedWith }) => sharedWith === null);
  const known = useResource(listSnapshots, isOffered ? { app: of.app } : null, {
    wakes: ({ kind }) => kind.startsWith('snapshot-'),
  });
  const ready = known.value.value?.snapshots.filter(({ state }) => state === 'ready') ?? [];
  const isStaging = of.kind === 'staging';
  if (!isOffered || (isStaging && ready.length === 0)) return null;
  const field: Field = {
    name: 'snapshot',
    label: 'Seed it from',
    kind: 'choice',
    choices: [
      ...(isStaging ? [] : [['', 'what a new environment would get'] as const]),
      ...ready.map(({ id, store, source, takenAt }) => {
        const when = new Date(takenAt).toLocaleString();
        return [id, `${store} of ${source}, ${when}`] as const;
      }),
    ],
  };
  return (
    <Verb
      of={resetData}
      label="Reset data from …"
      says="Its data is being reset."
      ask={{
        title: `Throw the data of ${of.name} away?`,
        text: 'What is in it now is lost. A deploy of what serves seeds it anew.',
        fields: [field],
      }}
      input={({ snapshot }) => ({ environment: of.id, ...(snapshot ? { snapshot } : {}) })}
      done={reload}
    />
  );
}
