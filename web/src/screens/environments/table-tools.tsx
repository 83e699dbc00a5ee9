import { Icon } from '../../parts/icon.tsx';
import { plural } from '../../words/number-words.ts';
import { toneOf } from '../../words/tone-of.ts';
import type { TableModel } from './table-model.ts';

/** The filter, and what states there are among what it found. */
export function TableTools({ model }: { model: TableModel }) {
  return (
    <div class="environments-tools">
      <input
        id="environments-filter"
        type="search"
        list={undefined}
        aria-label="Filter by name, state, commit or data"
        placeholder="Filter by name, state, commit or data ( / )"
        autocomplete="off"
        spellcheck={false}
        defaultValue={model.wish.peek().q}
        onInput={({ currentTarget }) => model.change({ q: currentTarget.value })}
      />
      <Chips model={model} />
      <Count model={model} />
    </div>
  );
}

function Chips({ model: { wish, states, found, change } }: { model: TableModel }) {
  const { state } = wish.value;
  const choose = (name: string) => (): void => change({ state: name === state ? '' : name });
  return (
    <div class="environments-chips" role="group" aria-label="State">
      <button type="button" aria-pressed={state === ''} onClick={choose('')}>
        all {found.value.length}
      </button>
      {states.value.map(([name, count]) => (
        <button type="button" key={name} aria-pressed={name === state} onClick={choose(name)}>
          <Icon tone={toneOf(name)} /> {name} {count}
        </button>
      ))}
    </div>
  );
}

const Count = ({ model: { matching, rows } }: { model: TableModel }) => (
  <p class="soft" role="status">
    {matching.value.length === rows.value.length
      ? plural(rows.value.length, 'environment')
      : `${matching.value.length} of ${plural(rows.value.length, 'environment')}`}
  </p>
);
