/** `end`: where the client's own bytes begin. `source`: its address; null: whoever connected is the client. */
export type ProxyHead = { end: number; source: string | null } | 'more' | 'bad';
