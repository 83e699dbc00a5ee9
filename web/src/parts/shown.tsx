import type { ComponentChildren } from 'preact';
import type { Resource } from '../data/use-resource.ts';
import { Trouble } from './trouble.tsx';

interface ShownProps<Value> {
  of: Resource<Value>;
  /** Stands there until the first answer has come; absent: that it is on its way. */
  until?: ComponentChildren;
  children: (value: Value) => ComponentChildren;
}

/** What the API answered; that it has not yet; or why not. What is known stays while asking again fails. */
export function Shown<Value>({ of, until, children }: ShownProps<Value>) {
  const value = of.value.value;
  const refusal = of.refusal.value;
  return (
    <>
      {refusal && (value === undefined || refusal.status !== 0) && <Trouble refusal={refusal} />}
      {value === undefined
        ? !refusal &&
          (until ?? (
            <p class="loading" aria-busy="true">
              Loading …
            </p>
          ))
        : children(value)}
    </>
  );
}
