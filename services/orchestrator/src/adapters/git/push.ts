/** The command that publishes a branch, for a person to run. */
import type { Context } from './context.ts'
import { quoted } from './shell-words.ts'

/** For a person to read and paste: quotes only where a shell needs them. */
const pasted = (s: string): string => (/^[\w@%+=:,./-]+$/.test(s) ? s : quoted(s))

/** Null when there is no remote. The branch's own remote first, else origin, else the only one. */
export const pushCommand = async (c: Context, branch: string): Promise<string | null> => {
  const { config } = await c.identity()
  const remotes = [...new Set([...config.keys()].map((k) => /^remote\.(.+)\.url$/.exec(k)?.[1]).filter((r) => r !== undefined))]
  const named = config.get(`branch.${branch}.pushremote`) ?? config.get('remote.pushdefault') ?? config.get(`branch.${branch}.remote`)
  const remote = named && remotes.includes(named) ? named : remotes.includes('origin') ? 'origin' : remotes[0]
  return remote === undefined ? null : `git push ${pasted(remote)} ${pasted(branch)}`
}
