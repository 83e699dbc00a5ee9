import type { CommandEntry } from '../cli.ts';

const branches = 'Apps and branches';
const settings = 'Data and settings';
const itself = 'Signalbox itself';

/** Every command that only needs a controller; main adds those that are one. */
export const allCommands: readonly CommandEntry[] = [
  {
    name: 'app',
    summary: 'add, show, sync and remove apps',
    group: branches,
    load: async () => (await import('./app.ts')).appCommand,
  },
  {
    name: 'env',
    summary: 'list, show, keep and destroy environments',
    group: branches,
    load: async () => (await import('./env.ts')).envCommand,
  },
  {
    name: 'follow',
    summary: "follow a branch's newest push until it has ended",
    group: branches,
    load: async () => (await import('./follow.ts')).followCommand,
  },
  {
    name: 'deploy',
    summary: 'deploy a commit, or the newest one again',
    group: branches,
    load: async () => (await import('./deploy.ts')).deployCommand,
  },
  {
    name: 'deploys',
    summary: 'list the deploys of an environment',
    group: branches,
    load: async () => (await import('./deploys.ts')).deploysCommand,
  },
  {
    name: 'candidates',
    summary: 'list commits on their way to production',
    group: branches,
    load: async () => (await import('./candidates.ts')).candidatesCommand,
  },
  {
    name: 'candidate',
    summary: 'show or follow a candidate: its stages, tests and gates',
    group: branches,
    load: async () => (await import('./candidate.ts')).candidateCommand,
  },
  {
    name: 'approve',
    summary: 'let a candidate into the stage that asks',
    group: branches,
    load: async () => (await import('./approve.ts')).approveCommand,
  },
  {
    name: 'reject',
    summary: 'say no to a candidate: it goes no further',
    group: branches,
    load: async () => (await import('./reject.ts')).rejectCommand,
  },
  {
    name: 'skip',
    summary: 'let a candidate pass by an optional stage',
    group: branches,
    load: async () => (await import('./skip.ts')).skipCommand,
  },
  {
    name: 'stop',
    summary: 'stop a candidate',
    group: branches,
    load: async () => (await import('./stop.ts')).stopCommand,
  },
  {
    name: 'revert',
    summary: 'take a commit back, the way of any push',
    group: branches,
    load: async () => (await import('./revert.ts')).revertCommand,
  },
  {
    name: 'rollout',
    summary: 'show and steer a release on its way to all requests',
    group: branches,
    load: async () => (await import('./rollout.ts')).rolloutCommand,
  },
  {
    name: 'rollback',
    summary: 'go back to an earlier release, at once where it still runs',
    group: branches,
    load: async () => (await import('./rollback.ts')).rollbackCommand,
  },
  {
    name: 'lane',
    summary: 'show, lock and lift what keeps candidates out of an environment',
    group: branches,
    load: async () => (await import('./lane.ts')).laneCommand,
  },
  {
    name: 'mark',
    summary: 'write down what everybody should know of a commit',
    group: branches,
    load: async () => (await import('./mark.ts')).markCommand,
  },
  {
    name: 'traffic',
    summary: 'show requests, errors and latencies of each version',
    group: branches,
    load: async () => (await import('./traffic.ts')).trafficCommand,
  },
  {
    name: 'infra',
    summary: "check an environment's surroundings",
    group: branches,
    load: async () => (await import('./infra.ts')).infraCommand,
  },
  {
    name: 'logs',
    summary: 'read logs of services, builds, checks and jobs',
    group: branches,
    load: async () => (await import('./logs.ts')).logsCommand,
  },
  {
    name: 'run',
    summary: 'run a command inside an environment',
    group: branches,
    load: async () => (await import('./run.ts')).runCommand,
  },
  {
    name: 'console',
    summary: 'open a terminal inside an environment',
    group: branches,
    load: async () => (await import('./console.ts')).consoleCommand,
  },
  {
    name: 'open',
    summary: "print an environment's URL and open it",
    group: branches,
    load: async () => (await import('./open.ts')).openCommand,
  },
  {
    name: 'doctor',
    summary: 'explain why an environment is or is not there',
    group: branches,
    load: async () => (await import('./doctor.ts')).doctorCommand,
  },
  {
    name: 'snapshot',
    summary: 'take, list, import and drop snapshots of data',
    group: settings,
    load: async () => (await import('./snapshot.ts')).snapshotCommand,
  },
  {
    name: 'secret',
    summary: 'set, list and unset secrets',
    group: settings,
    load: async () => (await import('./secret.ts')).secretCommand,
  },
  {
    name: 'job',
    summary: "list and run an environment's jobs",
    group: settings,
    load: async () => (await import('./job.ts')).jobCommand,
  },
  {
    name: 'certificate',
    summary: 'order, list, show and remove certificates',
    group: settings,
    load: async () => (await import('./certificate.ts')).certificateCommand,
  },
  {
    name: 'status',
    summary: 'show how Signalbox itself is',
    group: itself,
    load: async () => (await import('./status.ts')).statusCommand,
  },
  {
    name: 'login',
    summary: 'remember a controller and the token that opens it',
    group: itself,
    load: async () => (await import('./login.ts')).loginCommand,
  },
  {
    name: 'git-credential',
    summary: 'tell git the token for the controller',
    group: itself,
    load: async () => (await import('./git-credential.ts')).gitCredentialCommand,
  },
  {
    name: 'token',
    summary: 'create, list and revoke tokens',
    group: itself,
    load: async () => (await import('./token.ts')).tokenCommand,
  },
  {
    name: 'audit',
    summary: 'list who changed what',
    group: itself,
    load: async () => (await import('./audit.ts')).auditCommand,
  },
  {
    name: 'completion',
    summary: 'print the completion script of a shell',
    group: itself,
    load: async () => (await import('./completion.ts')).completionCommand,
  },
  {
    name: 'version',
    summary: 'print the version',
    group: itself,
    load: async () => (await import('./version.ts')).versionCommand,
  },
];
