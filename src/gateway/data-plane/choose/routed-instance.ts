import type { Endpoint, ServedInstance } from './chooser.ts';
import type { Ejection } from './ejection.ts';
import type { HealthWatch } from './instance-health.ts';

export interface RoutedEndpoint extends Endpoint {
  readonly ejection: Ejection;
}

export interface RoutedInstance extends ServedInstance {
  endpoint: RoutedEndpoint;
  /** What stands for it in a sticky cookie, and what for its version; '' where none are given. */
  tag: string;
  versionTag: string;
  /** Null: nobody asks after its health. */
  health: HealthWatch | null;
}
