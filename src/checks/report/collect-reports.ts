import type { Fence } from '../../kernel/fence.ts';
import type { Jobs, Workload } from '../../kernel/job.ts';
import { readReports, type Reports } from './read-reports.ts';

/** A job that has ended, and whose workspace is still there. */
export interface ReportedJob extends Pick<
  Workload,
  'id' | 'owner' | 'isolation' | 'workspace' | 'size'
> {
  startedAt: Date;
  fence?: Fence | undefined;
}

const timeoutMs = 60_000;
const tailLines = 20_000;

/**
 * What a test or load job has left, however it ended: `collect` packs nothing of a job that failed, which is when the counts matter
 * most. So a second job in the same workspace gathers the reports, wherever they lie, and is forgotten again.
 * Where there are none, TAP in the job's log counts. Ids may have 72 characters here. Repeatable, until the
 * workspace is removed or the job forgotten. Abort ends the waiting only.
 */
export async function collectReports(
  jobs: Jobs,
  job: ReportedJob,
  signal?: AbortSignal,
): Promise<Reports> {
  const id = `${job.id}-reports`;
  const { owner, isolation, workspace, size, fence, startedAt } = job;
  const place = { owner, isolation, workspace, size };
  const folder = `${gathered}/${job.id}`;
  const collect = { reports: [folder] };
  const spec = { id, ...place, run: gather(folder), variables: {}, timeoutMs, collect };
  await jobs.ensureJob(spec, fence);
  const { archives } = await jobs.finishedJob(id, signal);
  const log = await jobs.logTail(job.id, tailLines);
  const reports = await readReports(archives['reports'] ?? null, { since: startedAt, log });
  await jobs.forget(id);
  if (!archives['reports']) reports.problems.push('The reports of the job could not be gathered.');
  return reports;
}

const gathered = '.signalbox-reports';

/**
 * Links instead of copies: they cost no space and leave times as they are. Names never reach the shell; what is too large to
 * be a report is not packed.
 */
const gather = (folder: string): string => `
rm -rf ${folder}
mkdir -p ${folder} || exit
find . \\( -name node_modules -o -name .git -o -path ./${gathered} \\) -prune -o -type f -size -40960 \\( \\
  -name '*.tap' -o -name load-result.json -o -path '*/reports/load.json' -o -name 'junit*.xml' -o -name '*junit.xml' \\
  -o -name 'TEST-*.xml' -o -name 'test-result*.xml' -o -path '*reports/*.xml' -o -path '*/test-results/*.xml' \\
  -o -path '*/junit/*.xml' \\) -exec cp -l --parents -t ${folder} {} +
exit 0
`;
