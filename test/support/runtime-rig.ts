import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { chmod, mkdir, mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { promisify } from 'node:util';
import type { JobSpec } from '../../src/kernel/job.ts';
import { processRuntime } from '../../src/runtimes/drivers/process/process-runtime.ts';
import type { InstanceSpec, Runtime } from '../../src/runtimes/runtime.ts';

export interface RuntimeRig {
  directory: string;
  runtime: Runtime;
  another(): Promise<Runtime>;
  /** The path of a tar file with these files. */
  archive(files: Readonly<Record<string, string>>): Promise<string>;
  /** An empty workspace `ID`, of the isolation of the same name. */
  workspace(id: string, files?: Readonly<Record<string, string>>): Promise<string>;
  /** Nothing of it runs and nothing of it is on disk when it resolves. */
  close(): Promise<void>;
}

/** A process runtime in a directory of its own. */
export async function runtimeRig(): Promise<RuntimeRig> {
  const top = await mkdtemp(join(tmpdir(), 'signalbox-runtime-'));
  await chmod(top, 0o711);
  const directory = join(top, 'runtime');
  const runtime = await processRuntime({ directory });
  let archives = 0;
  const rig: RuntimeRig = {
    directory,
    runtime,
    another: () => processRuntime({ directory }),
    async archive(files) {
      const source = join(top, `source-${++archives}`);
      await mkdir(source);
      for (const [path, text] of Object.entries(files)) {
        await mkdir(dirname(join(source, path)), { recursive: true });
        await writeFile(join(source, path), text);
      }
      const archive = `${source}.tar`;
      await promisify(execFile)('tar', ['-cf', archive, '-C', source, '.']);
      return archive;
    },
    async workspace(id, files) {
      const archives = files ? [await rig.archive(files)] : [];
      await runtime.ensureWorkspace({ id, owner: `environment:${id}`, isolation: id, archives });
      return join(directory, 'workspaces', id, 'files');
    },
    async close() {
      await empty(runtime);
      await rm(top, { recursive: true, force: true, maxRetries: 5 });
    },
  };
  return rig;
}

async function empty(runtime: Runtime): Promise<void> {
  for (const { kind, id } of await runtime.holdings()) {
    if (kind === 'service') await runtime.stopInstance(id);
    if (kind === 'job') await runtime.stopJob(id);
    await (kind === 'workspace' ? runtime.removeWorkspace(id) : runtime.forget(id));
  }
}

const placed = (workspace: string) => ({
  owner: `environment:${workspace}`,
  isolation: workspace,
  workspace,
  variables: {},
});

export const jobIn = (
  workspace: string,
  job: Pick<JobSpec, 'id' | 'run'> & Partial<JobSpec>,
): JobSpec => ({ ...placed(workspace), timeoutMs: 60_000, ...job });

export const serviceIn = (
  workspace: string,
  service: Pick<InstanceSpec, 'id' | 'run'> & Partial<InstanceSpec>,
): InstanceSpec => ({ ...placed(workspace), listens: false, stopMs: 5000, ...service });

/** The pids of living processes whose command line contains the text. */
export async function processesSaying(text: string): Promise<number[]> {
  const pids = (await readdir('/proc')).map(Number).filter(Number.isInteger);
  const said = await Promise.all(
    pids.map((pid) => readFile(`/proc/${pid}/cmdline`, 'latin1').catch(() => '')),
  );
  return pids.filter((pid, index) => pid !== process.pid && said[index]?.includes(text));
}

/** The pids of living processes with exactly this command line. */
export async function processesRunning(...commands: string[]): Promise<number[]> {
  const all = await Promise.all(
    commands.map(async (command) => {
      const line = `${command.replaceAll(' ', '\0')}\0`;
      const found = await processesSaying(line);
      return found.filter((pid) => commandLine(pid) === line);
    }),
  );
  return all.flat();
}

function commandLine(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'latin1');
  } catch {
    return '';
  }
}

/**
 * Runs a script as a controller that is killed with SIGKILL, after a while, once it has said `ready`: at its end unless it
 * does so itself. The script has `runtime`.
 */
export async function killedController(
  directory: string,
  script: string,
  afterMs = 0,
): Promise<void> {
  const driver = new URL('../../src/runtimes/drivers/process/process-runtime.ts', import.meta.url);
  const program = `
    import { processRuntime } from ${JSON.stringify(driver.href)};
    const runtime = await processRuntime({ directory: ${JSON.stringify(directory)} });
    ${script}
    console.log('ready');
    setInterval(() => {}, 1000);`;
  const controller = spawn(
    process.execPath,
    ['--input-type=module-typescript', '--eval', program],
    {
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  );
  const exit = once(controller, 'exit');
  await Promise.race([once(controller.stdout, 'data'), exit]);
  await pause(afterMs);
  controller.kill('SIGKILL');
  await exit;
}
