import { mkdir, realpath, stat } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { shortHash } from '../../../kernel/id.ts';
import { SignalboxError } from '../../../kernel/signalbox-error.ts';

/** Where the runtime keeps what it knows. Several controllers may share it; there is no other state. */
export interface Place {
  root: string;
  /** Tells our control groups and processes from those of another directory. */
  name: string;
  /** One directory per service and job; workloads cannot look in. */
  workloads: string;
  terminals: string;
  workspaces: string;
  isolations: string;
  /** Which isolation has which number. */
  keys: string;
  numbers: string;
  ports: string;
  fences: string;
  /** What is being made, under the identity of its maker, until it is complete and renamed. */
  making: string;
  /** What is gone for everybody and not yet deleted. */
  trash: string;
}

/** A workload may pass through these to what is its own, but not list them. */
const passable = ['workspaces', 'isolations', 'making'] as const;
const closed = ['workloads', 'terminals', 'keys', 'numbers', 'ports', 'fences', 'trash'] as const;

/** All directories exist when it resolves. Repeatable, also from several processes at once. */
export async function preparePlace(directory: string): Promise<Place> {
  await mkdir(resolve(directory), { recursive: true, mode: 0o711 });
  const root = await realpath(directory);
  const at = (name: string): string => join(root, name);
  for (const name of passable) await mkdir(at(name), { recursive: true, mode: 0o711 });
  for (const name of closed) await mkdir(at(name), { recursive: true, mode: 0o700 });
  const named = Object.fromEntries([...passable, ...closed].map((name) => [name, at(name)]));
  return { root, name: shortHash(root, 8), ...named } as unknown as Place;
}

/** Throws when other users cannot get to their own files below the directory. */
export async function refuseUnreachable(root: string): Promise<void> {
  for (let at = root; ; at = dirname(at)) {
    if (((await stat(at)).mode & 0o001) === 0) throw unreachable({ root, blocked: at });
    if (at === dirname(at)) return;
  }
}

const unreachable = ({ root, blocked }: { root: string; blocked: string }): SignalboxError =>
  new SignalboxError({
    code: 'runtime/directory-unreachable',
    what: `Cannot run workloads in ${root}.`,
    why: `As root, Signalbox runs each environment as a user of its own, who may not pass through ${blocked}.`,
    fix: [
      `chmod o+x ${blocked}`,
      'or choose a directory that others may pass through, for example --data /var/lib/signalbox',
      'or start Signalbox as an ordinary user',
    ],
  });

/** Ids become names of files and control groups. */
export function checkedId(id: string): string {
  if (/^[a-z0-9][a-z0-9-]{0,79}$/.test(id)) return id;
  throw badName({
    kind: 'id',
    name: id,
    rule: 'a-z, 0-9 and -, at most 80 characters, no - in front',
  });
}

/** Scopes, owners and isolations are the caller's words; only what breaks a line or is endless is refused. */
export function checkedName(kind: 'owner' | 'isolation' | 'scope', name: string): string {
  if (/^[\x21-\x7e]{1,200}$/.test(name)) return name;
  throw badName({ kind, name, rule: '1 to 200 printable ASCII characters without spaces' });
}

const badName = (bad: { kind: string; name: string; rule: string }): SignalboxError =>
  new SignalboxError({
    code: 'runtime/bad-name',
    what: `The runtime cannot use ${JSON.stringify(bad.name.slice(0, 100))} as ${bad.kind}.`,
    why: `Allowed: ${bad.rule}.`,
    fix: ['Choose another name.'],
  });
