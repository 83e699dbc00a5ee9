import { Link, Redirect } from 'wouter-preact';
import { listApps } from 'virtual:endpoints';
import { useResource } from '../../data/use-resource.ts';
import { places } from '../../frame/places.ts';
import { Ago } from '../../parts/ago.tsx';
import { Shown } from '../../parts/shown.tsx';
import { useTitle } from '../../parts/use-title.ts';

/** All apps; where there is only one, that. */
export function Apps() {
  const apps = useResource(
    listApps,
    {},
    { wakes: ({ kind }) => kind.startsWith('app-'), everyMs: 5000 },
  );
  useTitle('Apps');
  return (
    <>
      <h1>Apps</h1>
      <Shown of={apps}>
        {({ apps: all }) => {
          const [only] = all;
          if (only && all.length === 1) return <Redirect to={places.overview(only.name)} replace />;
          if (all.length === 0) return <NoApps />;
          return (
            <div class="scrolls">
              <table>
                <thead>
                  <tr>
                    <th>App</th>
                    <th>Environments</th>
                    <th>Main branch</th>
                    <th>Since</th>
                  </tr>
                </thead>
                <tbody>
                  {all.map(({ name, environments, mainBranch, createdAt }) => (
                    <tr key={name}>
                      <td>
                        <Link href={places.overview(name)}>{name}</Link>
                      </td>
                      <td>
                        <Link href={places.environments(name)}>{environments}</Link>
                      </td>
                      <td>{mainBranch}</td>
                      <td>
                        <Ago at={createdAt} />
                      </td>
                    </tr>
                  ))}
                </tbody>
              </table>
            </div>
          );
        }}
      </Shown>
    </>
  );
}

const NoApps = () => (
  <div class="empty">
    <p>There is no app yet. In the repository of one:</p>
    <pre>
      <code>{`signalbox app add NAME\ngit remote add signalbox ${location.origin}/git/NAME.git\ngit push signalbox main`}</code>
    </pre>
  </div>
);
