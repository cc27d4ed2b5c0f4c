/** Hostile code in a session's container: it runs as the agent's uid, with all that the agent has and nothing more. */
import { setTimeout as sleep } from 'node:timers/promises'
import { docker } from './program.ts'
import type { Ran } from './program.ts'
import { NotCarriedOut } from './attack.ts'

export type Push = { status: number; accepted: boolean; tip: string | null; reason: string }

export type Agent = {
  session: string
  /** Branch on the host. */
  branch: string
  container: string
  /** On the host. */
  worktree: string
  /** bash in the work tree, with $GITDIR (HEAD and index) and $COMMON (configuration, hooks, objects). */
  try: (script: string, o?: { deadlineMs?: number }) => Promise<Ran>
  /** As `try`; an exit code other than 0 means that the attack could not be carried out. Standard output, trimmed. */
  sh: (script: string, o?: { deadlineMs?: number }) => Promise<string>
  /** Hands what HEAD of the private gitdir leads to over to the host, as agentd does, and waits for the answer. */
  push: (kind?: 'commits' | 'snapshot') => Promise<Push>
  /** Files, index and configuration as they were when the session was new; commits stay. */
  clean: () => Promise<void>
}

const pushScript = (kind: string) => `
tip=$(git rev-parse HEAD) && base=$(git rev-parse refs/orchestra/base)
printf '%s\\n^%s\\n' "$tip" "$base" | git pack-objects --revs --thin --stdout -q >/tmp/push.pack
curl -sS --unix-socket /run/orchestra/relay.sock -X POST http://relay/push/pack -H 'x-kind: ${kind}' -H "x-sha: $tip" -H "x-head: $tip" --data-binary @/tmp/push.pack -w '\\n%{http_code}'`

/** The answer of a push: its JSON, and on the last line the status. */
export const readPush = (out: string): Push => {
  const [status = '', ...rest] = out.trim().split('\n').reverse()
  const said = JSON.parse(rest.reverse().join('\n') || '{}') as { accepted?: boolean; tip?: string | null; reason?: string; problem?: { message: string } }
  return { status: Number(status), accepted: said.accepted ?? false, tip: said.tip ?? null, reason: said.reason ?? said.problem?.message ?? '' }
}

const AWAY_MS = 30_000
const LOOK_AGAIN_MS = 250

/** When the person moved its branch, agentd's git holds the index for a moment: an agent tries again, and so does what has to be carried out here. */
const patientGit = `git() {
  for _ in $(seq 100); do
    command git "$@" 2>/tmp/git.said && return 0
    grep -q 'index.lock' /tmp/git.said || break
    sleep 0.1
  done
  cat /tmp/git.said >&2
  return 1
}`

export type Where = { session: string; branch: string; container: string; worktree: string; workdir?: string; gitDir?: string; common?: string }

export const agentIn = ({ workdir = '/workspace', gitDir = '/orchestra/git', common = gitDir, ...known }: Where): Agent => {
  const once: Agent['try'] = (script, { deadlineMs } = {}) =>
    docker(['exec', '-i', '-e', `GITDIR=${gitDir}`, '-e', `COMMON=${common}`, '-w', workdir, known.container, 'bash', '-s'], { input: script, deadlineMs })
  // After other limits, or an attack that ended it, a session's container is made anew, and is not there for a moment.
  const attempt: Agent['try'] = async (script, options) => {
    const until = Date.now() + AWAY_MS
    for (;;) {
      const ran = await once(script, options)
      if (ran.code === 0 || Date.now() > until || !/^Error response from daemon: .*(?:No such container|is not running)/m.test(ran.err)) return ran
      await sleep(LOOK_AGAIN_MS)
    }
  }
  const sh: Agent['sh'] = async (script, options) => {
    const ran = await attempt(`set -e\n${patientGit}\n${script}`, options)
    if (ran.code !== 0) throw new NotCarriedOut(`in ${known.session}, exit ${ran.code}: ${(ran.err || ran.out).slice(-1500)}\n${script.slice(0, 400)}`)
    return ran.out.trim()
  }
  return {
    ...known, sh, try: attempt,
    push: async (kind = 'commits') => readPush(await sh(pushScript(kind))),
    clean: async () => {
      await attempt('cp -n $COMMON/config $COMMON/config.first; cp $COMMON/config.first $COMMON/config; rm -rf $COMMON/info/attributes $GITDIR/config.worktree; git read-tree --reset -u refs/orchestra/base || git checkout -qf .; git clean -qffdx -e .orchestra')
    },
  }
}
