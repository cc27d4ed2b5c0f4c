import { expect, test } from 'vitest'
import ipaddr from 'ipaddr.js'
import { refusedAddress } from './address.ts'

test.each([
  '127.0.0.1', '127.9.9.9', '0.0.0.0', '0.1.2.3', '10.1.2.3', '172.16.0.1', '172.31.255.255', '192.168.1.1', '169.254.169.254', '100.64.0.1', '100.100.100.200',
  '224.0.0.1', '255.255.255.255', '168.63.129.16', '::', '::1', 'fe80::1', 'fe80::1%eth0', 'fc00::1', 'fd00:ec2::254', 'ff02::1', 'fec0::1',
  '::ffff:127.0.0.1', '::ffff:10.0.0.1', '::ffff:a9fe:a9fe', '::127.0.0.1', '64:ff9b::10.0.0.1', '64:ff9b:1::8.8.8.8', '2002:7f00:1::', '2001:0:1234::1', 'localhost', '',
])('%s is refused', (address) => expect(refusedAddress(address)).not.toBeNull())

test.each(['8.8.8.8', '172.32.0.1', '192.0.2.5', '198.51.100.7', '203.0.113.9', '198.18.0.1', '2606:4700::1', '64:ff9b::8.8.8.8', '::ffff:8.8.8.8'])('%s passes', (address) =>
  expect(refusedAddress(address, [])).toBeNull())

test('what stands beside the relay is refused, whatever addresses the engine gives its networks', () => {
  const own = [ipaddr.parseCIDR('203.0.113.5/24'), ipaddr.parseCIDR('2001:db8:1::5/64')]
  expect(['203.0.113.1', '::ffff:203.0.113.9', '2001:db8:1::7', '203.0.114.1', '2606:4700::1'].map((a) => refusedAddress(a, own) !== null)).toEqual([true, true, true, false, false])
})
