/**
 * Run by the spawner in a throw-away container without network, on the volume and the worktree of a session whose container is
 * gone: the uncommitted work as agentd itself would have pushed it. Prints "<snapshot> <head>\n", then a thin pack against the
 * commits that are named as arguments.
 */
import { spawn } from 'node:child_process'
import { Sha } from '@orchestra/contracts'
import { gitOn } from './git/git.ts'
import { Skips } from './git/skips.ts'
import { Snapshots } from './git/snapshot.ts'
import { inContainer as places } from './places.ts'

const known = process.argv.slice(2).map((sha) => Sha.parse(sha))
const git = gitOn(places)
const skips = new Skips(places, (text) => process.stderr.write(`${text}\n`))
await skips.scan(git)
const { sha, head } = await new Snapshots(places, git).take(skips.list())
process.stdout.write(`${sha} ${head}\n`)
const pack = spawn('git', ['-c', 'pack.threads=1', 'pack-objects', '--revs', '--thin', '--stdout', '--delta-base-offset', '-q', '--window=10'], {
  env: { PATH: process.env['PATH'], HOME: '/tmp', LC_ALL: 'C.UTF-8', GIT_DIR: places.git }, stdio: ['pipe', 'inherit', 'inherit'],
})
pack.stdin.end(`${[sha, ...known.map((k) => `^${k}`)].join('\n')}\n`)
pack.once('close', (code) => process.exit(code ?? 1))
