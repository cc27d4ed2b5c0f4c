/** The command line that starts Claude Code or takes its conversation up again, as a script: a brief is too long for tmux' own. */
import { mkdir, open, readFile, rename, writeFile } from 'node:fs/promises'
import type { link } from '@orchestra/contracts'
import { codeOf } from '../../log.ts'
import type { Places } from '../../places.ts'
import { mcpConfigPath, settingsPath } from './settings.ts'

/** Folder in which the CLI keeps the conversations of a working folder. */
export const transcriptFolder = (places: Places) => `${places.home}/.claude/projects/${places.workspace.replaceAll(/[^a-zA-Z0-9]/g, '-')}`
export const transcriptPath = (places: Places, conversation: string) => `${transcriptFolder(places)}/${conversation}.jsonl`

const fill = (text: string, values: Record<string, string>) => text.replaceAll(/\{\{(\w+)\}\}/g, (whole, key: string) => values[key] ?? whole)

const instructions = async (places: Places, seed: link.Seed): Promise<string> => {
  const text = await readFile(`${places.profiles}/claude/${seed.role === 'designer' ? 'designer' : 'executor'}.md`, 'utf8')
  return fill(text, {
    session: seed.session,
    role: seed.role,
    title: seed.title,
    project: seed.project,
    branch: seed.git.branch,
    base: seed.git.base,
    source: seed.paired ? 'The project as the person has it on disk right now is readable under /source (it follows their edits; you cannot write there).' : '',
  })
}

/** A first prompt that begins like a command of the CLI would be run as one. */
const asText = (brief: string) => (/^[\s]*[/!#@]/.test(brief) ? `Your task:\n\n${brief}` : brief)

const quoted = (text: string) => `'${text.replaceAll("'", `'\\''`)}'`

const HEAD_BYTES = 512 * 1024

/**
 * Whether there is something to resume. The CLI writes late: killed in its first seconds it leaves a file without a turn in it,
 * which it neither resumes nor starts over with the same id. Such a file is put aside.
 */
const hasConversation = async (path: string): Promise<boolean> => {
  const file = await open(path).catch((error: unknown) => {
    if (codeOf(error) === 'ENOENT') return null
    throw error
  })
  if (file === null) return false
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(HEAD_BYTES), 0, HEAD_BYTES, 0)
    if (/"type":"(user|assistant)"/.test(buffer.toString('utf8', 0, bytesRead))) return true
  } finally {
    await file.close()
  }
  await rename(path, `${path}.unfinished`)
  return false
}

export const writeScript = async (places: Places, seed: link.Seed): Promise<{ path: string; resumed: boolean }> => {
  const dir = `${places.home}/.orchestra`
  await mkdir(dir, { recursive: true })
  await writeFile(`${dir}/instructions.md`, await instructions(places, seed))
  // What is on disk decides, not what the seed says: a container may have been killed before or after the first turn.
  const resumed = await hasConversation(transcriptPath(places, seed.conversation))
  const mode = seed.permissionMode === 'bypass' ? 'bypassPermissions' : 'default'
  const words = [
    'exec', 'claude', resumed ? '--resume' : '--session-id', seed.conversation,
    '--permission-mode', mode, '--settings', quoted(settingsPath(places)), '--mcp-config', quoted(mcpConfigPath(places)),
    '--append-system-prompt', `"$(cat ${quoted(`${dir}/instructions.md`)})"`,
  ]
  if (!resumed && seed.brief !== null && seed.brief.trim() !== '') {
    await writeFile(`${dir}/brief.md`, asText(seed.brief))
    words.push('--', `"$(cat ${quoted(`${dir}/brief.md`)})"`)
  }
  const path = `${dir}/start-cli.sh`
  await writeFile(path, `cd ${quoted(places.workspace)} || exit 1\n${words.join(' ')}\n`)
  return { path, resumed }
}
