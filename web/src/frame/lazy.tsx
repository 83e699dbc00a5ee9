import { signal } from '@preact/signals';
import type { ComponentType } from 'preact';

/** A screen whose code is loaded when somebody goes there. */
export function lazy<Props extends object>(load: () => Promise<ComponentType<Props>>) {
  const loaded = signal<ComponentType<Props> | null>(null);
  const failed = signal(false);
  let isAsked = false;
  return function Lazy(props: Props) {
    const Screen = loaded.value;
    if (Screen) return <Screen {...props} />;
    if (!isAsked) {
      isAsked = true;
      load().then(
        (screen) => void (loaded.value = screen),
        () => {
          isAsked = false;
          failed.value = true;
        },
      );
    }
    return failed.value ? (
      <div class="trouble" role="alert">
        <p>
          This screen could not be loaded: the controller does not answer, or has been updated.{' '}
          <button type="button" onClick={() => location.reload()}>
            Load the page anew
          </button>
        </p>
      </div>
    ) : (
      <p class="loading" aria-busy="true">
        Loading …
      </p>
    );
  };
}
