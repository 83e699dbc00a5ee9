import type { Fence } from '../../kernel/fence.ts';
import type { Jobs, Size } from '../../kernel/job.ts';
import type { Section } from './infrastructure-file.ts';
import type { Entrance } from './reach.ts';

export interface InfrastructureYard {
  jobs: Jobs;
  /** PEM: authorities to trust besides those of the machine. */
  authorities?: readonly string[] | undefined;
}

export interface InfrastructureOrder {
  /** The text of the YAML file. */
  file: string;
  /** Its path, for words. */
  path: string;
  /** Unique prefix of the ids of jobs: [a-z0-9-], at most 60 characters. */
  run: string;
  owner: string;
  isolation: string;
  /** It must exist. */
  workspace: string;
  /** For ${NAME} in the file, and the whole environment of its commands. */
  variables: Readonly<Record<string, string>>;
  /** Values that must never be shown, by name. */
  secret: Readonly<Record<string, string>>;
  /** Limits of each job. */
  size?: Size | undefined;
  fence?: Fence | undefined;
  /** Where hosts of a domain really listen, such as the gateway on this machine. */
  entrance?: Entrance | undefined;
}

export interface InfrastructureResult {
  name: string;
  kind: InfrastructureKind;
  passed: boolean;
  /** What must be true, in words, without secrets. */
  expected: string;
  /** What was found at the last try, in words, without secrets. */
  found: string;
  /** From the beginning of all checks to this one's last answer. */
  durationMs: number;
}

export type InfrastructureKind = (typeof kindOf)[Section];

/** One check of a section, as people call it. */
export const kindOf = {
  ports: 'port',
  addresses: 'address',
  certificates: 'certificate',
  mounts: 'mount',
  directories: 'directory',
  processes: 'process',
  urls: 'url',
  commands: 'command',
} as const satisfies Record<Section, string>;
