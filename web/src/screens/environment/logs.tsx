import { useState } from 'preact/hooks';
import { getEnvironment, readLogs } from 'virtual:endpoints';
import { addressOf } from '../../data/call.ts';
import { useResource } from '../../data/use-resource.ts';
import { LogView } from '../../parts/log-view.tsx';

const newest = '5000';

/** What the services of an environment print. */
export function Logs({ environment, address }: { environment: string; address: string }) {
  const details = useResource(
    getEnvironment,
    { environment },
    { wakes: (event) => event.environment === environment },
  );
  const [service, setService] = useState('');
  const [tail, setTail] = useState(newest);
  const services = details.value.value?.services ?? [];
  const source = addressOf(readLogs, {
    environment,
    follow: true,
    ...(service === '' ? {} : { service }),
    ...(tail === '' ? {} : { tail: Number(tail) }),
  });
  return (
    <LogView source={source} name={service === '' ? address : `${address} ${service}`}>
      <select
        aria-label="Service"
        value={service}
        onChange={(event) => setService(event.currentTarget.value)}
      >
        <option value="">All services</option>
        {services.map(({ name }) => (
          <option key={name} value={name}>
            {name}
          </option>
        ))}
      </select>
      <select
        aria-label="How far back"
        value={tail}
        onChange={(event) => setTail(event.currentTarget.value)}
      >
        <option value={newest}>The newest 5,000 of each</option>
        <option value="">All that is kept</option>
      </select>
    </LogView>
  );
}
