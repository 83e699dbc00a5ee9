import { toast } from './toasts.tsx';

/** The beginning of a commit's name; a click copies all of it. */
export function Commit({ commit }: { commit: string | null }) {
  if (commit === null || commit === '') return <span class="soft">none</span>;
  const copy = (): void =>
    void navigator.clipboard.writeText(commit).then(
      () => toast({ text: `Copied ${commit}` }),
      () => toast({ text: commit }),
    );
  return (
    <button type="button" class="commit" title={`Copy ${commit}`} onClick={copy}>
      {commit.slice(0, 7)}
    </button>
  );
}
