import { fail, ok, problem } from '@orchestra/contracts'
import type { Result } from '@orchestra/contracts'

/** What a project's Dockerfile calls the agent image. */
export const AGENT_BASE = 'orchestra-agent'

/** Instructions, with comments and empty lines gone and continued lines joined. */
const instructions = (text: string): string[] =>
  text.replaceAll('\r\n', '\n').split('\n').filter((line) => !/^\s*(#|$)/.test(line)).join('\n').replace(/\\\s*\n/g, ' ').split('\n').map((line) => line.trim())

/**
 * Puts the real agent image in place of `FROM orchestra-agent`. Exactly one FROM: what agents run in must be the agent image
 * with additions. Parser directives are refused, they would change how all the rest is read.
 */
export const onAgentImage = (text: string, agentImage: string): Result<string> => {
  const bad = (message: string) => fail(problem('bad_input', message, { about: '.orchestra/agent.Dockerfile', next: `Start it with "FROM ${AGENT_BASE}" and add to that, without a build context.` }))
  if (/^\s*#\s*(syntax|escape|check)\s*=/im.test(text)) return bad('Parser directives ("# syntax=", "# escape=") are not supported.')
  const all = instructions(text)
  if (all.filter((line) => /^from\s/i.test(line)).length !== 1) return bad('It must have exactly one FROM.')
  if (!/^from\s+orchestra-agent(:\S+)?$/i.test(all[0] ?? '')) return bad(`Its first instruction must be "FROM ${AGENT_BASE}".`)
  const copies = all.find((line) => /^(copy|add)\s/i.test(line) && !/--from=/i.test(line) && !/^add\s.*https?:\/\//i.test(line))
  if (copies !== undefined) return bad(`There is no build context, so this can't work: ${copies.slice(0, 200)}`)
  return ok([`FROM ${agentImage}`, 'USER 0:0', ...all.slice(1)].join('\n') + '\n')
}
