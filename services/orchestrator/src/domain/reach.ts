/** Whether a host still has to be asked about. Only the relay decides what is reached. */
import type { EgressRule, ProjectSettings } from '@orchestra/contracts'

const names = (rule: string, host: string): boolean => {
  const wanted = rule.toLowerCase()
  return wanted.startsWith('*.') ? host.endsWith(wanted.slice(1)) : host === wanted
}

/** `host` as `egressRuleFor` writes it. True when the settings have an answer for it: allowed or kept refused, or a mode that asks nobody. */
export const withinReach = (settings: Pick<ProjectSettings, 'egress' | 'egressAllow' | 'egressRefuse'>, host: EgressRule): boolean =>
  settings.egress !== 'listed' || [...settings.egressAllow, ...settings.egressRefuse].some((rule) => names(rule, host))
