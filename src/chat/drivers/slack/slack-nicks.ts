import type { SlackWeb } from './slack-web.ts';

/** What people are called in the workspace, remembered; their id where Slack does not tell. */
export function slackNicks({ client }: SlackWeb): (user: string) => Promise<string> {
  const nicks = new Map<string, string>();
  return async (user) => {
    const known = nicks.get(user);
    if (known !== undefined) return known;
    // A name is worth one try: nobody waits for it.
    const nick = await client.users
      .info({ user })
      .then(({ user }) => user?.profile?.display_name || user?.real_name || user?.name)
      .catch(() => undefined);
    if (!nick) return user;
    if (nicks.size >= mostNicks) nicks.clear();
    nicks.set(user, nick);
    return nick;
  };
}

const mostNicks = 5_000;
