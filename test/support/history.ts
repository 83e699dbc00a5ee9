import { execa } from 'execa';

export interface Written {
  /** `Name <address>`. */
  by?: string;
  /** All there are in the commit, each with the same in it; absent: those of its first parent. */
  files?: readonly string[];
}

/** Commits written into a bare repository itself, so that they may look like anything. */
export interface History {
  commit(of: { message: string; parents: readonly string[] }, more?: Written): Promise<string>;
  /** One after another on top of a commit; the last of them. */
  many(parent: string, count: number): Promise<string>;
  /** A commit with these very bytes as its message and author. */
  raw(of: { parent: string; subject?: Buffer; author?: string; tree?: string }): Promise<string>;
}

const ann = 'Ann <ann@example.com>';
const date = '1767225600 +0000';

export function history(bare: string): History {
  const git: Git = async (args, input = '') =>
    (await execa('git', ['--git-dir', bare, ...args], { input })).stdout.trim();
  const write = (of: Bytes): Promise<string> =>
    git(['hash-object', '-t', 'commit', '-w', '--stdin', '--literally'], bytesOf(of));
  return {
    async commit({ message, parents }, { by = ann, files } = {}) {
      const tree =
        files === undefined
          ? await git(['rev-parse', `${parents[0]}^{tree}`])
          : await treeOf(git, files);
      return write({ tree, parents, author: by, message: Buffer.from(message) });
    },
    async many(parent, count) {
      const commits = Array.from({ length: count }, (_, nth) => imported(nth + 1, parent));
      await git(['fast-import', '--quiet'], commits.join(''));
      return git(['rev-parse', 'refs/test/many']);
    },
    async raw({ parent, subject = Buffer.from('x'), author = ann, tree: given }) {
      const tree = given ?? (await treeOf(git, ['hostile.txt']));
      return write({ tree, parents: [parent], author, message: subject });
    },
  };
}

type Git = (args: readonly string[], input?: string | Buffer) => Promise<string>;

async function treeOf(git: Git, files: readonly string[]): Promise<string> {
  const lines: string[] = [];
  for (const top of new Set(files.map((file) => file.split('/')[0] ?? ''))) {
    const inside = files
      .filter((file) => file.startsWith(`${top}/`))
      .map((file) => file.slice(top.length + 1));
    const [kind, object] =
      inside.length > 0
        ? ['040000 tree', await treeOf(git, inside)]
        : ['100644 blob', await git(['hash-object', '-w', '--stdin'], 'x')];
    lines.push(`${kind} ${object}\t${top}\n`);
  }
  return git(['mktree'], lines.join(''));
}

interface Bytes {
  tree: string;
  parents: readonly string[];
  author: string;
  message: Buffer;
}

function bytesOf({ tree, parents, author, message }: Bytes): Buffer {
  const head = [
    `tree ${tree}`,
    ...parents.map((parent) => `parent ${parent}`),
    `author ${author} ${date}`,
    `committer Git <git@example.com> ${date}`,
  ];
  return Buffer.concat([Buffer.from(`${head.join('\n')}\n\n`), message, Buffer.from('\n')]);
}

/** For git fast-import. */
const imported = (number: number, parent: string): string => `commit refs/test/many
committer ${ann} ${date}
data <<END
number ${number}
END
${number === 1 ? `from ${parent}\n` : ''}M 100644 inline number.txt
data <<END
${number}
END

`;
