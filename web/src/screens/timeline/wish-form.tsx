import { useEffect, useRef } from 'preact/hooks';
import { listEnvironments } from 'virtual:endpoints';
import { timelineKinds } from '../../../../src/kernel/timeline-kind.ts';
import { may } from '../../data/credentials.ts';
import { useResource } from '../../data/use-resource.ts';
import { signOf } from './entry-words.ts';
import { withKind } from './timeline-wish.ts';

interface WishFormProps {
  app: string | undefined;
  search: URLSearchParams;
  set: (name: string, value: string) => void;
}

const restMs = 300;

/** What is shown: its kinds, its environment, its words. */
export function WishForm({ app, search, set }: WishFormProps) {
  const kinds = search.get('kinds')?.split(',').filter(Boolean) ?? [];
  const timer = useRef(0);
  useEffect(() => () => clearTimeout(timer.current), []);
  return (
    <div class="timeline-wish">
      <div role="group" aria-label="Kinds">
        {timelineKinds.map(
          (kind) =>
            // Who changed what is told to admins.
            (kind !== 'audit' || may('admin')) && (
              <button
                type="button"
                key={kind}
                aria-pressed={kinds.includes(kind)}
                onClick={() => set('kinds', withKind(kinds, kind))}
              >
                <span aria-hidden="true">{signOf(kind)}</span> {kind}
              </button>
            ),
        )}
      </div>
      {app !== undefined && (
        <EnvironmentChoice app={app} value={search.get('environment') ?? ''} set={set} />
      )}
      <input
        type="search"
        list={undefined}
        aria-label="Only with these words"
        placeholder="Only with these words"
        maxLength={200}
        defaultValue={search.get('text') ?? ''}
        onInput={({ currentTarget: { value } }) => {
          clearTimeout(timer.current);
          timer.current = window.setTimeout(() => set('text', value), restMs);
        }}
      />
    </div>
  );
}

interface EnvironmentChoiceProps {
  app: string;
  value: string;
  set: WishFormProps['set'];
}

function EnvironmentChoice({ app, value, set }: EnvironmentChoiceProps) {
  const list = useResource(
    listEnvironments,
    { app },
    { wakes: ({ kind }) => kind.startsWith('environment-') },
  );
  // Also one that is gone.
  const names = new Set(list.value.value?.environments.map(({ name }) => name)).add(value);
  return (
    <select
      aria-label="Environment"
      value={value}
      onChange={({ currentTarget }) => set('environment', currentTarget.value)}
    >
      {[...names.add('')].sort().map((name) => (
        <option key={name} value={name}>
          {name || 'all environments'}
        </option>
      ))}
    </select>
  );
}
