/** What agents may reach beside the model endpoint, which is no part of it. */
import { z } from 'zod'
import { hostRule } from './rules.ts'

/** `host`, `host:port`, `*.domain` or `*.domain:port`, in ASCII; without a port it means 80 and 443. */
export const EgressRule = z.string().max(300).regex(hostRule, 'write host, host:port or *.domain')
export type EgressRule = z.infer<typeof EgressRule>

/**
 * listed: GitHub over https, the registries of the tools in the sessions' image, what the operator and the project allow.
 * open: every public address. closed: nothing.
 */
export const EgressMode = z.enum(['listed', 'open', 'closed'])
export type EgressMode = z.infer<typeof EgressMode>

/** A package manager of the sessions' image and a host that it fetches from, as `host` or `host:port`. */
export const Registry = z.object({ tool: z.string().max(20), host: EgressRule })
export type Registry = z.infer<typeof Registry>

/** What the relay holds; it keeps the last one across its restarts. A refused host is refused in every mode. */
export const EgressPolicy = z.object({
  mode: EgressMode,
  allow: z.array(EgressRule).max(200),
  refuse: z.array(EgressRule).max(200),
  registries: z.array(EgressRule).max(100),
})
export type EgressPolicy = z.infer<typeof EgressPolicy>

/** Why a host was refused: not named by anybody, put on the refused list, egress closed, or its address is not public. */
export const EgressCause = z.enum(['unlisted', 'refused', 'closed', 'address'])
export type EgressCause = z.infer<typeof EgressCause>

/** The rule that names one host and port. Null where none can: then nothing should offer it. */
export const egressRuleFor = (host: string, port: number): EgressRule | null => {
  const rule = EgressRule.safeParse(`${host.toLowerCase().replace(/\.$/, '')}${port === 443 || port === 80 ? '' : `:${port}`}`)
  return rule.success && !rule.data.startsWith('*') ? rule.data : null
}
