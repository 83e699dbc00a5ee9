import assert from 'node:assert/strict';
import { test } from 'node:test';
import { addressesOf } from './reach.ts';

const whyNot = async (host: string): Promise<string | null> => {
  const found = await addressesOf(host, new AbortController().signal);
  return 'wrong' in found ? found.wrong : null;
};

for (const address of ['100.100.100.200', '192.0.0.192', '168.63.129.16'])
  test(`where a cloud tells secrets is never asked: ${address}, in whatever notation`, async () => {
    for (const host of [address, `::ffff:${address}`, `64:ff9b::${address}`])
      assert.match((await whyNot(host)) ?? '', /clouds tell a machine's secrets/, host);
  });

test('link-local addresses are not reached by way of translated ones', async () => {
  for (const host of ['169.254.169.254', '64:ff9b::169.254.169.254', '64:ff9b::a9fe:1'])
    assert.match((await whyNot(host)) ?? '', /link-local/, host);
});

test('their neighbours are asked as others are', async () => {
  for (const host of ['100.100.100.201', '168.63.129.17', '64:ff9b::c000:201', '64:ff9b::a9ff:1'])
    assert.equal(await whyNot(host), null, host);
});
