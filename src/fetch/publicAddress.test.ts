import { expect, test } from 'vitest'
import { isPublicAddress } from './publicAddress.ts'

test.each([
  ['this network', '0.0.0.0', '0.1.2.3'],
  ['loopback', '127.0.0.1', '127.255.255.254', '::1'],
  ['private', '10.0.0.1', '172.16.0.1', '172.31.255.255', '192.168.1.1'],
  ['link-local', '169.254.0.1', '169.254.169.254', 'fe80::1', 'fe80::1%eth0'],
  ['shared by carriers', '100.64.0.1', '100.100.100.200', '100.127.255.255'],
  ['multicast', '224.0.0.1', '239.255.255.250', 'ff02::1'],
  ['broadcast and reserved', '255.255.255.255', '240.0.0.1', '192.0.0.1', '192.0.0.192'],
  ['documentation', '192.0.2.1', '198.51.100.7', '203.0.113.9', '2001:db8::1', '3fff::1'],
  ['benchmarks', '198.18.0.1', '198.19.255.255', '2001:2::1'],
  ['relays and sinks', '192.88.99.1', '192.52.193.1', '192.175.48.1', '100::1', '5f00::1'],
  ['unspecified', '::'],
  ['unique local', 'fc00::1', 'fd00:ec2::254'],
  ['site-local', 'fec0::1'],
  ['mapped', '::ffff:127.0.0.1', '::ffff:10.0.0.1', '::ffff:a9fe:a9fe', '::ffff:168.63.129.16'],
  ['compatible and translated', '::127.0.0.1', '::ffff:0:127.0.0.1', '64:ff9b::7f00:1', '64:ff9b:1::808:808'],
  ['tunnels', '2002:7f00:1::', '2002:808:808::1', '2001::1', '2001:0:7f00:1::'],
  ['metadata at a public address', '168.63.129.16'],
  ['no address at all', '', 'localhost', '1.2.3.4.5', '127.1/8'],
])('not public: %s', (_kind, ...addresses) => {
  expect(addresses.filter(isPublicAddress)).toEqual([])
})

test('what anybody can reach is public, also inside an IPv6 address', () => {
  const addresses = ['1.1.1.1', '93.184.215.14', '172.32.0.1', '100.128.0.1', '2606:4700::1111', '2a00::1']
  const embedded = ['::ffff:8.8.8.8', '64:ff9b::808:808']
  expect([...addresses, ...embedded].filter((address) => !isPublicAddress(address))).toEqual([])
})
