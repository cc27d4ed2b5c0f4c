/**
 * When things happened, read off what each step leaves behind (times of files, of containers, of log lines) after the round: no
 * service is told that it is measured. Milliseconds since the epoch of this machine.
 */
import { statSync } from 'node:fs'
import { run } from '../test/e2e/shell.ts'

const docker = async (...args: string[]): Promise<string> => {
  const { code, output } = await run('docker', args, { cwd: '/', env: process.env, deadlineMs: 20_000 })
  if (code !== 0) throw new Error(`docker ${args.slice(0, 3).join(' ')}: ${output}`)
  return output
}

/** Last change of files in a container; a file that is not there has no mark. */
export const filesIn = async (container: string, paths: Record<string, string>): Promise<Record<string, number>> => {
  const found = await docker('exec', container, 'sh', '-c', 'for f in "$@"; do stat -c "%.6Y %n" "$f" 2>/dev/null; done; true', 'sh', ...Object.values(paths))
  const at = new Map(found.split('\n').filter((l) => l !== '').map((l): [string, number] => [l.slice(l.indexOf(' ') + 1), Number(l.slice(0, l.indexOf(' '))) * 1000]))
  return Object.fromEntries(Object.entries(paths).flatMap(([name, path]) => (at.has(path) ? [[name, at.get(path) as number]] : [])))
}

export const fileHere = (path: string): number => statSync(path).mtimeMs

export const startedAt = async (container: string): Promise<number> => Date.parse((await docker('inspect', '--format', '{{.State.StartedAt}}', container)).trim())

/** The first line of a container's log that matches. */
export const logged = async (container: string, line: RegExp): Promise<number | null> => {
  const found = (await docker('logs', '--timestamps', container)).split('\n').find((l) => line.test(l))
  return found === undefined ? null : Date.parse(found.slice(0, found.indexOf(' ')))
}
