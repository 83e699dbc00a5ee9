import { execa } from 'execa';

/** Which of Debian's packages has which program. */
const packages = {
  haproxy: 'haproxy',
  nginx: 'nginx-light',
  caddy: 'caddy',
  wrk: 'wrk',
  h2load: 'nghttp2-client',
  gcc: 'gcc libc6-dev',
  openssl: 'openssl',
  taskset: 'util-linux',
} as const;

export type Program = keyof typeof packages;

const howTheyTell: Record<Program, string[]> = {
  haproxy: ['-v'],
  nginx: ['-v'],
  caddy: ['version'],
  wrk: ['-v'],
  h2load: ['--version'],
  gcc: ['-dumpversion'],
  openssl: ['version'],
  taskset: ['--version'],
};

export interface Present {
  /** The version of each program that is here. */
  versions: Map<Program, string>;
  missing: Program[];
}

/** Looks for the programs that the benchmark calls. */
export async function findPrograms(): Promise<Present> {
  const versions = new Map<Program, string>();
  const missing: Program[] = [];
  for (const program of Object.keys(packages) as Program[]) {
    const { stdout, stderr, exitCode } = await execa(program, howTheyTell[program], {
      reject: false,
      // Debian keeps daemons where a plain user's PATH does not look.
      env: { PATH: `${process.env['PATH']}:/usr/sbin:/sbin` },
    });
    if (exitCode === undefined) missing.push(program);
    else versions.set(program, /\d+\.\d+(\.\d+)?/.exec(stdout + stderr)?.[0] ?? '?');
  }
  return { versions, missing };
}

/** The command that installs them without starting a system service. */
export function howToInstall(missing: readonly Program[]): string {
  const names = missing.map((program) => packages[program]).join(' ');
  return `RUNLEVEL=1 apt-get install -y --no-install-recommends ${names}`;
}
