/** The conversation as the CLI itself wrote it down, in the session's home volume: what the model really got. */
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { z } from 'zod'

const Line = z.looseObject({ type: z.string(), uuid: z.string().optional(), isSidechain: z.boolean().optional(), message: z.looseObject({ role: z.string(), content: z.unknown() }).optional(), attachment: z.unknown().optional() })
export type Line = z.infer<typeof Line>

const files = (dir: string): string[] => readdirSync(dir).flatMap((name) => {
  const path = join(dir, name)
  return statSync(path).isDirectory() ? files(path) : path.endsWith('.jsonl') ? [path] : []
})

/** Lines of every conversation of the session, in order; those cut short by a kill are left out. Empty when there is none yet. */
export const readTranscript = async (container: string, copy: (from: string, to: string) => Promise<boolean>): Promise<Line[]> => {
  const dir = mkdtempSync(join(tmpdir(), 'orchestra-transcript-'))
  try {
    if (!(await copy(`${container}:/home/agent/.claude/projects/.`, dir))) return []
    return files(dir).flatMap((file) => readFileSync(file, 'utf8').split('\n').flatMap((text) => {
      try {
        const line = Line.safeParse(JSON.parse(text))
        return line.success ? [line.data] : []
      } catch {
        return [] // an empty last line, or one that the process died in
      }
    }))
  } finally {
    rmSync(dir, { recursive: true, force: true })
  }
}

/**
 * What the model was given: prompts, and what was queued while it worked. Every line once, by its id. Results of tools are not
 * messages, nor is what the CLI notes about its own queue.
 */
export const promptsOf = (lines: Line[]): string[] => {
  const seen = new Set<string>()
  return lines.flatMap((line) => {
    if (line.uuid !== undefined && seen.has(line.uuid)) return []
    if (line.uuid !== undefined) seen.add(line.uuid)
    if (line.type === 'attachment') return [JSON.stringify(line.attachment)]
    if (line.type !== 'user' || line.message === undefined) return []
    const { content } = line.message
    if (typeof content === 'string') return [content]
    const blocks = z.array(z.looseObject({ type: z.string(), text: z.string().optional() })).safeParse(content)
    return blocks.success ? blocks.data.flatMap((b) => (b.type === 'text' && b.text !== undefined ? [b.text] : [])) : []
  })
}

/** How often a text stands in what the model was given. */
export const timesGiven = (prompts: string[], token: string): number => prompts.reduce((n, p) => n + p.split(token).length - 1, 0)
