/** Which hosts agents may reach. A rule is `host`, `host:port`, `*.domain`, `*.domain:port` or `*`; without a port it means 80 and 443. */
import { domainToASCII } from 'node:url'

type Rule = { host: string; port: number | null }
export type Verdict = { allowed: true; /** named by the operator: also when its address is private */ exempt: boolean } | { allowed: false; reason: string }
export type EgressPolicy = { judge(host: string, port: number, tls: boolean): Verdict }

const GITHUB = ['github.com', '*.github.com', '*.githubusercontent.com']

const parseRule = (text: string): Rule => {
  const found = /^((?:\*\.)?[a-z0-9.-]+|\*|\[[0-9a-f:.]+\])(?::(\d{1,5}))?$/i.exec(text)
  if (!found?.[1]) throw new Error(`"${text}" is no host: write host, host:port, *.domain or *`)
  return { host: normal(found[1]), port: found[2] ? Number(found[2]) : null }
}

/** Lower case, punycode, no brackets, no trailing dot. */
export const normal = (host: string): string => {
  const bare = host.toLowerCase().replace(/^\[(.*)\]$/, '$1').replace(/\.$/, '')
  return bare.startsWith('*') || bare.includes(':') ? bare : domainToASCII(bare) || bare
}

const matches = (rule: Rule, host: string, port: number): boolean => {
  if (rule.port === null ? port !== 443 && port !== 80 : port !== rule.port) return false
  if (rule.host === '*') return true
  return rule.host.startsWith('*.') ? host.endsWith(rule.host.slice(1)) : host === rule.host
}

/** `allow`: rules separated by commas. Throws on one that can't be read. */
export const makePolicy = (allow: string): EgressPolicy => {
  const rules = allow.split(',').map((one) => one.trim()).filter(Boolean).map(parseRule)
  const github = GITHUB.map((host) => ({ host, port: 443 }))
  return {
    judge(given, port, tls) {
      const host = normal(given)
      const named = rules.filter((rule) => matches(rule, host, port))
      if (named.length > 0) return { allowed: true, exempt: named.some((rule) => rule.host !== '*') }
      if (tls && github.some((rule) => matches(rule, host, port))) return { allowed: true, exempt: false }
      return { allowed: false, reason: 'not among the hosts that this project may reach' }
    },
  }
}
