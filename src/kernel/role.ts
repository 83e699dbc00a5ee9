/** Each role may do everything the ones before it may; `public` needs no token. */
export const roles = ['public', 'viewer', 'developer', 'release-manager', 'admin'] as const;
export type Role = (typeof roles)[number];
/** What a person, or a token, can have. */
export type HeldRole = Exclude<Role, 'public'>;

export function mayDo(has: Role, needs: Role): boolean {
  return roles.indexOf(has) >= roles.indexOf(needs);
}

/** The one that may do less. */
export const lowerRole = <Held extends Role>(one: Held, other: Held): Held =>
  mayDo(one, other) ? other : one;
