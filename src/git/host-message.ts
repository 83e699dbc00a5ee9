import type { CodeHost, CommitStatus, HostDeployment } from './host.ts';

/** One thing that a hosting service shows because we told it. */
export type HostMessage =
  | ({ what: 'status'; commit: string } & CommitStatus)
  | ({ what: 'deployment'; commit: string } & HostDeployment)
  | { what: 'comment'; request: number; text: string };

/** The host shows it when it resolves; twice shows it once. Refuses as the host does. */
export function sendMessage(host: CodeHost, message: HostMessage): Promise<void> {
  switch (message.what) {
    case 'status': {
      const { commit, context, state, text, url } = message;
      return host.status(commit, { context, state, text, url });
    }
    case 'deployment': {
      const { commit, environment, state, url } = message;
      return host.deployment(commit, { environment, state, url });
    }
    case 'comment':
      return host.comment(message.request, message.text);
  }
}

/** What it is one of: a later message of the same key takes its place. */
export function messageKey(message: HostMessage): string {
  switch (message.what) {
    case 'status':
      return `status ${message.commit} ${message.context}`;
    case 'deployment':
      return `deployment ${message.commit} ${message.environment}`;
    case 'comment':
      return `comment ${message.request}`;
  }
}
