/** What configures a project, as committed: an agent's edits are inert until they are merged. */
import { ProjectSettings } from '@orchestra/contracts'
import type { Sha } from '@orchestra/contracts'
import { parse, YAMLParseError } from 'yaml'
import { z } from 'zod'
import type { ImageDefinition } from '../domain/image.ts'
import { proposeCheck } from '../domain/settings.ts'
import type { ProjectConfig } from '../domain/settings.ts'
import type { Repository } from '../ports/repository.ts'

const dollars = z.number().min(0).max(100_000)
export const imageFile = '.orchestra/agent.Dockerfile'
const ConfigFile = z.strictObject({
  setup: ProjectSettings.shape.setupCommand.optional(),
  check: ProjectSettings.shape.checkCommand.optional(),
  checkMinutes: ProjectSettings.shape.checkMinutes.optional(),
  carry: ProjectSettings.shape.carry.optional(),
  keepSpecsInGit: z.boolean().optional(),
  /** US dollars per million tokens, by model: in place of the table's. */
  prices: z.record(z.string().max(200), z.strictObject({ input: dollars, output: dollars, cacheRead: dollars, cacheWrite: dollars })).optional(),
})
const Manifest = z.object({ scripts: z.object({ test: z.string() }).optional() })
const topFiles = ['Cargo.toml', 'go.mod', 'pyproject.toml', 'pytest.ini', 'setup.py', 'Makefile'] as const
const mostCarried = 200

export type Configured = { config: ProjectConfig; /** Paths of `.worktreeinclude`. */ include: string[]; checkProposal: string | null; image: ImageDefinition | null; warning: string | null }

export const readProjectConfig = async (repository: Repository, head: Sha): Promise<Configured> => {
  const text = async (path: string) => (await repository.fileAt(head, path))?.text ?? null
  const [image, yaml, include, manifest, ...tops] = await Promise.all([
    repository.fileAt(head, imageFile), text('.orchestra/config.yaml'), text('.worktreeinclude'), text('package.json'), ...topFiles.map(text),
  ])
  const { config, warning } = readConfigFile(yaml)
  const has = (name: string) => tops.some((t, i) => t !== null && topFiles[i] === name)
  return {
    config,
    warning,
    image,
    include: (include ?? '').split('\n').map((l) => l.trim()).filter((l) => l && !l.startsWith('#')).slice(0, mostCarried),
    checkProposal: proposeCheck({ testScript: testScriptOf(manifest), has }),
  }
}

/** A file that can't be used counts as none, and the page says why. */
const readConfigFile = (yaml: string | null): { config: ProjectConfig; warning: string | null } => {
  const unusable = (why: string) => ({ config: {}, warning: `.orchestra/config.yaml on the target branch can't be used: ${why}` })
  try {
    const read = ConfigFile.safeParse(yaml === null ? {} : (parse(yaml) ?? {}))
    return read.success ? { config: read.data, warning: null } : unusable(z.prettifyError(read.error))
  } catch (error) {
    if (error instanceof YAMLParseError) return unusable(error.message)
    throw error
  }
}

/** A broken package.json is the project's own affair: it proposes nothing. */
const testScriptOf = (manifest: string | null): string | null => {
  if (manifest === null) return null
  try {
    const read = Manifest.safeParse(JSON.parse(manifest))
    return read.success ? (read.data.scripts?.test ?? null) : null
  } catch (error) {
    if (error instanceof SyntaxError) return null
    throw error
  }
}
