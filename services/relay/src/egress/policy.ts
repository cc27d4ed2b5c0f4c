/** Which hosts agents may reach: what the operator named when the relay was started, and what the project says meanwhile. */
import type { EgressCause, EgressPolicy } from '@orchestra/contracts'
import { matches, normal, parseRule } from './rules.ts'
import type { Rule } from './rules.ts'

export type Verdict = { allowed: true; /** named by the operator: also when its address is private */ exempt: boolean } | { allowed: false; cause: EgressCause; reason: string }
export type Policy = {
  judge(host: string, port: number, tls: boolean): Verdict
  set(policy: EgressPolicy): void
  /** Called after each change that `set` makes. Returns the stopper. */
  onChange(listener: () => void): () => void
}

/** Over https alone. */
const GITHUB: Rule[] = ['github.com', '*.github.com', '*.githubusercontent.com'].map((host) => ({ host, port: 443 }))

/** Until the project has said anything. */
export const unsaid: EgressPolicy = { mode: 'listed', allow: [], refuse: [], registries: [] }

const no = (cause: EgressCause, reason: string): Verdict => ({ allowed: false, cause, reason })

export const makePolicy = (operator: Rule[], first: EgressPolicy = unsaid): Policy => {
  const listeners = new Set<() => void>()
  let said = first
  let refuse = said.refuse.map(parseRule)
  let allow = [...said.allow, ...said.registries].map(parseRule)
  return {
    judge(given, port, tls) {
      const host = normal(given)
      const names = (rule: Rule) => matches(rule, host, port)
      if (said.mode === 'closed') return no('closed', 'refused: this project reaches nothing but its model')
      if (refuse.some(names)) return no('refused', 'refused for this project')
      const named = operator.filter(names)
      if (named.length > 0) return { allowed: true, exempt: named.some((rule) => rule.host !== '*') }
      if (said.mode === 'open' || allow.some(names) || (tls && GITHUB.some(names))) return { allowed: true, exempt: false }
      return no('unlisted', 'not among the hosts that this project may reach')
    },
    set(policy) {
      if (JSON.stringify(policy) === JSON.stringify(said)) return
      said = policy
      refuse = said.refuse.map(parseRule)
      allow = [...said.allow, ...said.registries].map(parseRule)
      for (const listener of listeners) listener()
    },
    onChange(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
  }
}
