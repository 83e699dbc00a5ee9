/** One measurement of one gateway. */
export interface Load {
  requests: number;
  requestsPerSecond: number;
  p50Ms: number;
  p99Ms: number;
  /** Answers other than 2xx and 3xx, and whatever went wrong with a connection. */
  failed: number;
  /** What these were, each with its number; empty: none. */
  failures: string;
}

export interface LoadRequest {
  method?: 'GET' | 'POST';
  path: string;
  /** With `Host` in this spelling, or wrk sends two. */
  headers: Readonly<Record<string, string>>;
  bodyBytes?: number;
}
