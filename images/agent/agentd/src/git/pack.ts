/** Sends objects to the relay as a thin pack: what `want` reaches and none of `have` does. */
import { spawn } from 'node:child_process'
import { link } from '@orchestra/contracts'
import type { Places } from '../places.ts'
import { reasonOf } from '../log.ts'
import type { RelayRequest } from '../relay/request.ts'

export type Push = { kind: 'commits' | 'snapshot'; want: string; head: string; have: string[] }
export type Pushed = { ok: true; reply: link.PushReply } | { ok: false; reason: string }

const TIMEOUT_MS = 120_000

/** `ok: false`: nothing was learned (relay away, git failed); try again later. */
export const pushPack = async (places: Places, post: RelayRequest, push: Push): Promise<Pushed> => {
  const child = spawn('git', ['-c', 'pack.threads=1', 'pack-objects', '--revs', '--thin', '--stdout', '--delta-base-offset', '-q', '--window=10'], {
    cwd: places.workspace,
    env: { PATH: process.env['PATH'], HOME: places.home, LC_ALL: 'C.UTF-8', GIT_DIR: places.git },
    stdio: ['pipe', 'pipe', 'pipe'],
  })
  let said = ''
  child.stderr.on('data', (chunk: Buffer) => (said = (said + chunk.toString('utf8')).slice(-2000)))
  child.stdin.on('error', () => undefined)
  const ended = new Promise<number | null>((resolve) => child.on('close', resolve).on('error', () => resolve(null)))
  child.stdin.end(`${[push.want, ...push.have.map((sha) => `^${sha}`)].join('\n')}\n`)
  try {
    const headers = { 'content-type': 'application/octet-stream', 'x-kind': push.kind, 'x-sha': push.want, 'x-head': push.head }
    const answer = await post('/push/pack', child.stdout, headers, AbortSignal.timeout(TIMEOUT_MS))
    const code = await ended
    if (code !== 0) return { ok: false, reason: `git pack-objects ended with ${code}: ${said.trim()}` }
    // Too large, or nothing that the relay takes: the same again would end the same.
    if (answer.status === 413 || answer.status === 400) return { ok: true, reply: { accepted: false, tip: null, reason: answer.body.slice(0, 500) } }
    if (answer.status !== 200) return { ok: false, reason: `the relay answered ${answer.status}: ${answer.body.slice(0, 500)}` }
    return { ok: true, reply: link.PushReply.parse(JSON.parse(answer.body)) }
  } catch (error) {
    child.kill('SIGKILL')
    return { ok: false, reason: reasonOf(error) }
  }
}
