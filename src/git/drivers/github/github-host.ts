import type { CodeHost } from '../../host.ts';
import { askGithub } from './ask-github.ts';
import type { GithubSettings } from './github-settings.ts';
import { insist } from './insist.ts';
import { readNews } from './read-news.ts';
import { readRequests } from './read-requests.ts';
import { readReviews } from './read-reviews.ts';
import { writeComment } from './write-comment.ts';
import { writeDeployment } from './write-deployment.ts';
import { writeStatus } from './write-status.ts';

/**
 * One repository on GitHub or GitHub Enterprise. Asks nothing before it is used. The key needs to write commit statuses,
 * deployments, issues and pull requests, and to read contents and metadata. Refuses a key, an address and a name that
 * cannot be one with `host/refused`, `host/unusable-url` and `host/unknown-repository`.
 */
export function githubHost(settings: GithubSettings): CodeHost {
  const github = askGithub(settings);
  const patiently = insist(settings);
  const inTurn = oneByOne();
  // GitHub wants writes one after the other; and looking before writing is only worth something in a queue.
  const write = (work: () => Promise<void>) => inTurn(() => patiently(work));
  return {
    kind: 'github',
    status: (commit, status) => write(() => writeStatus(github, { commit, status })),
    deployment: (commit, deployment) =>
      write(() => writeDeployment(github, { commit, deployment })),
    comment: (request, text) =>
      write(() => writeComment(github, { app: settings.app, request, text })),
    openRequests: () => patiently(() => readRequests(github)),
    reviews: (commit) =>
      patiently(() => readReviews(github, { commit, mainBranch: settings.mainBranch ?? null })),
    news: readNews,
  };
}

function oneByOne(): (work: () => Promise<void>) => Promise<void> {
  let last: Promise<void> = Promise.resolve();
  return (work) => {
    const mine = last.then(work);
    last = mine.catch(() => undefined);
    return mine;
  };
}
