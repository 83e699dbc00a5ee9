import { askHost } from '../../ask-host.ts';
import type { CodeHost } from '../../host.ts';
import { hostAccess, type HostSettings } from '../host-access.ts';
import { writeComment } from './write-comment.ts';
import { readNews } from './read-news.ts';
import type { Project } from './project.ts';
import { readReviews } from './read-reviews.ts';
import { readRequests } from './read-requests.ts';
import { writeDeployment } from './write-deployment.ts';
import { writeStatus } from './write-status.ts';

/**
 * A project on gitlab.com or an instance of one's own, GitLab 15 and newer. The token is a personal, group or project
 * access token with scope `api` and role Developer or higher (Maintainer where environments or branches are
 * protected). By fetch: the usual client library repeats at once instead of waiting as long as the service asks for,
 * and reads answers of any size.
 */
export function gitlabHost(settings: HostSettings): CodeHost {
  const path = `/projects/${encodeURIComponent(settings.repository)}`;
  const access = hostAccess(settings, {
    title: 'GitLab',
    below: '/api/v4',
    repositoryPath: path,
    authorization: `Bearer ${settings.token}`,
    tokenNeeds: 'scope api, role Developer or higher',
  });
  const project: Project = { path, mainBranch: settings.mainBranch ?? null, app: settings.app };
  return {
    kind: 'gitlab',
    status: (commit, status) =>
      askHost(access, (line) => writeStatus(line, project, { commit, status })),
    deployment: (commit, deployment) =>
      askHost(access, (line) => writeDeployment(line, project, { commit, deployment })),
    comment: (request, text) =>
      askHost(access, (line) => writeComment(line, project, { request, text })),
    openRequests: () => askHost(access, (line) => readRequests(line, project)),
    reviews: (commit) => askHost(access, (line) => readReviews(line, project, commit)),
    news: readNews,
  };
}

export type { HostSettings } from '../host-access.ts';
