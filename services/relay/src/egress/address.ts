/** Addresses that lead to this machine or its neighbourhood. Other reserved blocks pass: a closed network may use one as its gateway. */
import { networkInterfaces } from 'node:os'
import ipaddr from 'ipaddr.js'

const refusedV4 = new Set(['unspecified', 'broadcast', 'multicast', 'linkLocal', 'loopback', 'carrierGradeNat', 'private'])
const refusedV6 = new Set(['unspecified', 'multicast', 'linkLocal', 'loopback', 'uniqueLocal', 'deprecatedSiteLocal'])
/** Clouds' metadata and wire services that lie outside the ranges above. */
const refusedHosts = new Set(['168.63.129.16', '192.0.0.192'])
/** An IPv4 address inside: where it starts in the bytes. */
const embedded: Record<string, number> = { ipv4Mapped: 12, rfc6145: 12, rfc6052: 12, '6to4': 2 }

type Network = ReturnType<typeof ipaddr.parseCIDR>
/** Where the relay itself stands: the stack's services and the host's bridges, whatever addresses the engine was told to give them. */
const attached = (): Network[] => Object.values(networkInterfaces()).flatMap((list) => list ?? []).flatMap(({ cidr }) => (cidr && ipaddr.isValidCIDR(cidr) ? [ipaddr.parseCIDR(cidr)] : []))
/** For translation within one network: which IPv4 address it leads to is that network's own affair. */
const localNat64 = ipaddr.IPv6.parseCIDR('64:ff9b:1::/48')

/** Why this address is refused, or null. */
export const refusedAddress = (text: string, own: Network[] = attached()): string | null => {
  if (!ipaddr.isValid(text)) return 'not an address'
  const address = ipaddr.parse(text)
  const range = address.range()
  const beside = own.some(([base, bits]) => base.kind() === address.kind() && address.match(base, bits)) ? 'an address beside the relay' : null
  if (address.kind() === 'ipv4') return refusedV4.has(range) || refusedHosts.has(address.toString()) ? `a ${range} address` : beside
  if (refusedV6.has(range) || range === 'teredo') return `a ${range} address`
  if (address.match(localNat64)) return 'a translated address'
  const bytes = address.toByteArray()
  const at = embedded[range] ?? (bytes.slice(0, 12).every((byte) => byte === 0) ? 12 : undefined)
  return at === undefined ? beside : refusedAddress(bytes.slice(at, at + 4).join('.'), own)
}
