import type { HttpError } from './http-error.ts';
import { quoted, refused, unknownRepository } from './refusals.ts';
import { triedInVain } from './tried-in-vain.ts';

/**
 * The refusal for an answer that will stay the same, or the error itself where it may not. `repository`: a 404 says
 * that this is not there; null: that something within is not.
 */
export function whyRefused(error: HttpError, repository: string | null): unknown {
  if (triedInVain(error, new Date(0)) !== null) return error;
  const said = `It answered with ${error.status}: ${quoted(error.message)}`;
  if (error.status === 404 && repository !== null) return unknownRepository(repository, said);
  return refused(said, fixOf(error));
}

function fixOf({ status, response }: HttpError): string {
  if (status === 401) return 'Give Signalbox a key that is valid: signalbox host add.';
  const needed = response?.headers['x-accepted-github-permissions'];
  if (needed !== undefined) return `Give the key the permission ${quoted(String(needed))}.`;
  if (status === 403) return 'Give the key the permission to write there.';
  if (status === 404) {
    return 'Check that it is still there; GitHub says so also where the key may not write.';
  }
  return 'Look at the words of GitHub above.';
}
