/** Addresses that lead to this machine or its neighbourhood. Other reserved blocks pass: a closed network may use one as its gateway. */
import ipaddr from 'ipaddr.js'

const refusedV4 = new Set(['unspecified', 'broadcast', 'multicast', 'linkLocal', 'loopback', 'carrierGradeNat', 'private'])
const refusedV6 = new Set(['unspecified', 'multicast', 'linkLocal', 'loopback', 'uniqueLocal', 'deprecatedSiteLocal'])
/** Clouds' metadata and wire services that lie outside the ranges above. */
const refusedHosts = new Set(['168.63.129.16', '192.0.0.192'])
/** An IPv4 address inside: where it starts in the bytes. */
const embedded: Record<string, number> = { ipv4Mapped: 12, rfc6145: 12, rfc6052: 12, '6to4': 2 }

/** Why this address is refused, or null. */
export const refusedAddress = (text: string): string | null => {
  if (!ipaddr.isValid(text)) return 'not an address'
  const address = ipaddr.parse(text)
  const range = address.range()
  if (address.kind() === 'ipv4') return refusedV4.has(range) || refusedHosts.has(address.toString()) ? `a ${range} address` : null
  if (refusedV6.has(range) || range === 'teredo') return `a ${range} address`
  const bytes = address.toByteArray()
  const at = embedded[range] ?? (bytes.slice(0, 12).every((byte) => byte === 0) ? 12 : undefined)
  return at === undefined ? null : refusedAddress(bytes.slice(at, at + 4).join('.'))
}
