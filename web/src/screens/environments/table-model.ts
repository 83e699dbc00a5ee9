import { batch, computed, signal, type ReadonlySignal } from '@preact/signals';
import {
  hasWords,
  inOrder,
  statesOf,
  steadied,
  wishIn,
  wordsOf,
  type EnvironmentRow,
  type Wish,
} from './environment-rows.ts';

/** More than a screen holds. The rest is laid out when somebody scrolls there: it is what a letter would cost most. */
const atFirst = 24;

/** What the table shows of what the API answered: nothing is drawn anew but what a wish or an answer changes. */
export function tableModel(
  answer: ReadonlySignal<{ environments: readonly EnvironmentRow[] } | undefined>,
  search: string,
) {
  const wish = signal(wishIn(search));
  const most = signal(atFirst);
  const q = computed(() => wish.value.q);
  const order = computed(() => `${wish.value.sort} ${wish.value.isDown}`);
  let known: readonly EnvironmentRow[] = [];
  const rows = computed(() => (known = steadied(known, answer.value?.environments ?? [])));
  const ordered = computed(() => (order.value, inOrder(rows.value, wish.peek())));
  /** Those with the words, of whatever state. */
  const found = computed(() => {
    const words = wordsOf(q.value);
    return ordered.value.filter((row) => hasWords(row, words));
  });
  const matching = computed(() => {
    const { state } = wish.value;
    return state === '' ? found.value : found.value.filter((row) => row.state === state);
  });
  return {
    wish,
    rows,
    ordered,
    found,
    matching,
    states: computed(() => statesOf(found.value)),
    shown: computed(() => new Set(matching.value.slice(0, most.value).map(({ id }) => id))),
    isMore: computed(() => matching.value.length > most.value),
    change(wanted: Partial<Wish>): void {
      batch(() => {
        wish.value = { ...wish.peek(), ...wanted };
        most.value = atFirst;
      });
    },
    showMore: (): void => void (most.value += atFirst),
  };
}

export type TableModel = ReturnType<typeof tableModel>;
