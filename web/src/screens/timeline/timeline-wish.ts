import type { TimelineKind } from '../../../../src/kernel/timeline-kind.ts';
import type { Given } from '../../data/call.ts';

export type Wish = Given<'listTimeline'>;

/** What an address asks of the timeline. Empty is as good as absent. */
export function wishIn(search: URLSearchParams, app: string | undefined): Wish {
  const given = (name: string): string | undefined => search.get(name) || undefined;
  const environment = given('environment');
  return {
    app,
    kinds: given('kinds'),
    text: given('text'),
    environment: environment && app ? `${app}/${environment}` : environment,
  };
}

/** The kinds that are wished for, with this one in or out. */
export function withKind(kinds: readonly string[], kind: TimelineKind): string {
  const rest = kinds.filter((one) => one !== kind);
  return (rest.length < kinds.length ? rest : [...kinds, kind]).join();
}
