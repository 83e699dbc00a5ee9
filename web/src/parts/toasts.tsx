import { signal } from '@preact/signals';
import type { Refusal } from '../data/refusal.ts';
import { Trouble } from './trouble.tsx';

export interface Toast {
  text: string;
  /** Shown instead of the text, until somebody closes it. */
  refusal?: Refusal;
  /** Taking it back, while it is shown. */
  undo?: () => void;
  lastsMs?: number;
}

const shown = signal<readonly (Toast & { key: number })[]>([]);
const usualMs = 5000;
let count = 0;

/** Says something at the edge of the screen for a while. The answer takes it away. */
export function toast(what: Toast): () => void {
  count += 1;
  const key = count;
  shown.value = [...shown.value.slice(-3), { ...what, key }];
  const close = (): void => void (shown.value = shown.value.filter((one) => one.key !== key));
  if (!what.refusal) setTimeout(close, what.lastsMs ?? usualMs);
  return close;
}

/** Once, in the frame. */
export const Toasts = () => (
  <div class="toasts" role="status" aria-live="polite">
    {shown.value.map(({ key, text, refusal, undo }) => {
      const close = (): void => void (shown.value = shown.value.filter((one) => one.key !== key));
      return (
        <div class="toast" key={key}>
          {refusal ? <Trouble refusal={refusal} /> : <p>{text}</p>}
          {undo && (
            <button
              type="button"
              onClick={() => {
                undo();
                close();
              }}
            >
              Undo
            </button>
          )}
          <button type="button" class="quiet" onClick={close} aria-label="Close this message">
            ✕
          </button>
        </div>
      );
    })}
  </div>
);
