import { SignalboxError } from '../../../kernel/signalbox-error.ts';
import { askHost } from '../../ask-host.ts';
import type { CodeHost } from '../../host.ts';
import { hostAccess, type HostSettings } from '../host-access.ts';
import { writeComment } from './write-comment.ts';
import { readNews } from './read-news.ts';
import { readRequests } from './read-requests.ts';
import { readReviews } from './read-reviews.ts';
import type { Repository } from './repository.ts';
import { asStatus, writeStatus } from './write-status.ts';

/**
 * A repository on Forgejo, or on Gitea, which speaks the same API. It knows no deployments: one is shown as a commit
 * status `signalbox/ENVIRONMENT`. The token needs the scopes `write:repository`, `write:issue` and `read:user`.
 */
export function forgejoHost(settings: HostSettings): CodeHost {
  const path = pathOf(settings.repository);
  const access = hostAccess(settings, {
    title: 'Forgejo',
    below: '/api/v1',
    repositoryPath: path,
    authorization: `token ${settings.token}`,
    tokenNeeds:
      'scopes write:repository, write:issue and read:user, of a user who may write to the repository',
  });
  const { mainBranch = null, app } = settings;
  const repository: Repository = { path, mainBranch, app };
  return {
    kind: 'forgejo',
    status: (commit, status) =>
      askHost(access, (line) => writeStatus(line, repository, { commit, status })),
    deployment: (commit, deployment) =>
      askHost(access, (line) =>
        writeStatus(line, repository, { commit, status: asStatus(deployment) }),
      ),
    comment: (request, text) =>
      askHost(access, (line) => writeComment(line, repository, { request, text })),
    openRequests: () => askHost(access, (line) => readRequests(line, repository)),
    reviews: (commit) => askHost(access, (line) => readReviews(line, repository, commit)),
    news: readNews,
  };
}

/** Dots alone would lead to another part of the API. */
function pathOf(repository: string): string {
  const [owner = '', name = '', ...rest] = repository.split('/');
  const isUsable = [owner, name].every((part) => /^[\w.-]+$/.test(part) && !/^\.+$/.test(part));
  if (isUsable && rest.length === 0) return `/repos/${owner}/${name}`;
  throw new SignalboxError({
    code: 'host/unknown-repository',
    what: `${JSON.stringify(repository.slice(0, 200))} cannot be a repository of Forgejo.`,
    fix: ['Give its owner and name as in its web address: --repository acme/shop'],
  });
}

export type { HostSettings } from '../host-access.ts';
