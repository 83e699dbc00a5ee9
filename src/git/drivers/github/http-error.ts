/** What octokit throws: with a response an answer of 400 or more, without one there was none. */
export interface HttpError extends Error {
  status: number;
  response?: { headers: Readonly<Record<string, string | number | undefined>> };
}

export const isHttpError = (error: unknown): error is HttpError =>
  error instanceof Error && error.name === 'HttpError' && 'status' in error;
