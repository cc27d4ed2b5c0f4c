/** Rules that name hosts: `host`, `host:port`, `*.domain`, `*.domain:port` or `*`; without a port they mean 80 and 443. */
import { domainToASCII } from 'node:url'

export type Rule = { host: string; port: number | null }

export const parseRule = (text: string): Rule => {
  const found = /^((?:\*\.)?[a-z0-9._-]+|\*|\[[0-9a-f:.]+\])(?::(\d{1,5}))?$/i.exec(text)
  if (!found?.[1]) throw new Error(`"${text}" is no host: write host, host:port, *.domain or *`)
  return { host: normal(found[1]), port: found[2] ? Number(found[2]) : null }
}

/** As an operator writes them: separated by commas. Throws on one that can't be read. */
export const parseRules = (list: string): Rule[] => list.split(',').map((one) => one.trim()).filter(Boolean).map(parseRule)

/** Lower case, punycode, no brackets, no trailing dot. */
export const normal = (host: string): string => {
  const bare = host.toLowerCase().replace(/^\[(.*)\]$/, '$1').replace(/\.$/, '')
  return bare.startsWith('*') || bare.includes(':') ? bare : domainToASCII(bare) || bare
}

export const matches = (rule: Rule, host: string, port: number): boolean => {
  if (rule.port === null ? port !== 443 && port !== 80 : port !== rule.port) return false
  if (rule.host === '*') return true
  return rule.host.startsWith('*.') ? host.endsWith(rule.host.slice(1)) : host === rule.host
}
