/**
 * Rules of hook managers, rewritten so that they run from trusted copies. What takes its orders from the worktree is left out by
 * name. Written as JSON, which every reader of YAML takes.
 */
import { parse } from 'yaml'
import type { Bound } from './hook-commands.ts'
import { quoted } from './shell-words.ts'

export type Rules = { text: string; leftOut: string[] } | { unusable: string }
/** `everyFile`: a rule picks from all files, not the staged ones alone. `extends`: further files of rules, by their path in the tree. */
export type LefthookRules = { text: string; leftOut: string[]; everyFile: boolean; extends: string[] } | { unusable: string }
type Bind = (text: string) => Promise<Bound>
type Table = Record<string, unknown>

const isTable = (v: unknown): v is Table => typeof v === 'object' && v !== null && !Array.isArray(v)
const list = (v: unknown): unknown[] => (Array.isArray(v) ? v : [])
const read = (text: string, version: '1.1' | '1.2'): Table | null => {
  try {
    const value: unknown = parse(text, { merge: true, version, maxAliasCount: 1000 })
    return isTable(value) ? value : null
  } catch (error) {
    if (error instanceof Error && error.name.startsWith('YAML')) return null
    throw error
  }
}

/** A hook of pre-commit. `pygrep` and `fail` have a text for an entry, no command. */
const preCommitHook = async (hook: Table, local: boolean, bind: Bind): Promise<{ hook: Table } | { leftOut: string }> => {
  const id = String(hook['id'])
  const name = local || hook['entry'] !== undefined ? String(hook['entry'] ?? '') : id
  if (['pygrep', 'fail'].includes(String(hook['language']))) return { hook }
  const { entry: _, args, ...rest } = hook
  const script = String(hook['language']).endsWith('script') && !/^[./~]/.test(name) ? './' : ''
  const bound = await bind([`${script}${name}`, ...list(args).map((a) => quoted(String(a)))].join(' '))
  if (bound.tree !== null) return { leftOut: `${id} (${bound.tree})` }
  return { hook: bound.uses.length > 0 ? { ...rest, entry: bound.text } : hook }
}

/** `.pre-commit-config.yaml`: other repositories come by address; one that is a path would be looked for in the worktree. */
export const preCommitRules = async (text: string, bind: Bind): Promise<Rules> => {
  const config = read(text, '1.1')
  if (config === null) return { unusable: 'its rules could not be read' }
  const leftOut: string[] = []
  const repos: Table[] = []
  for (const repo of list(config['repos']).filter(isTable)) {
    const from = String(repo['repo'])
    const hooks = list(repo['hooks']).filter(isTable)
    const elsewhere = /^(?:https?|ssh|git):\/\/|^[\w.-]+@[\w.-]+:|^\//.test(from)
    if (from !== 'local' && !elsewhere) { leftOut.push(...hooks.map((h) => `${String(h['id'])} (${from})`)); continue }
    const kept: Table[] = []
    for (const hook of hooks) {
      const done = await preCommitHook(hook, from === 'local', bind)
      if ('hook' in done) kept.push(done.hook); else leftOut.push(done.leftOut)
    }
    if (kept.length > 0) repos.push({ ...repo, hooks: kept })
  }
  return { text: JSON.stringify({ ...config, repos }), leftOut }
}

/** Settings of lefthook's own, those that go over as they are; every other key at the top is a hook. */
const kept = new Set(['min_version', 'no_tty', 'colors', 'output', 'skip_output', 'skip_lfs', 'glob_matcher'])
const settings = new Set([...kept, 'lefthook', 'rc', 'extends', 'remote', 'remotes', 'source_dir', 'source_dir_local', 'assert_lefthook_installed', 'templates', 'no_auto_install', 'install_non_git_hooks'])

/**
 * `lefthook.yml`. lefthook runs in a folder that stands for the tree (hook-wrappers.ts); `enter` takes each command from there
 * into the worktree. Scripts become commands that start their copy.
 */
export const lefthookRules = async (text: string, bind: Bind, enter: string, renamed: (path: string) => string): Promise<LefthookRules> => {
  const config = read(text, '1.2')
  if (config === null) return { unusable: 'its rules could not be read' }
  if (config['remotes'] !== undefined || config['remote'] !== undefined) return { unusable: 'some of its rules come from another repository' }
  const others = list(config['extends']).map(String)
  if (others.some((p) => /[*?[]|^[/~]|:\/\/|\.\./.test(p))) return { unusable: 'it is extended by files that are not named one by one' }
  const templates = Object.entries(isTable(config['templates']) ? config['templates'] : {})
  const leftOut: string[] = []
  const command = async (run: string, sub: unknown): Promise<{ run: string } | { tree: string }> => {
    const bound = await bind(templates.reduce((t, [k, v]) => t.replaceAll(`{${k}}`, String(v)), run))
    return bound.tree !== null ? { tree: bound.tree } : { run: `ORCHESTRA_BELOW=${quoted(typeof sub === 'string' ? sub : '')}; . ${quoted(enter)}; ${bound.text}` }
  }
  /** `skip` and `only` may ask a command. */
  const condition = async (v: unknown): Promise<unknown> => {
    if (Array.isArray(v)) return Promise.all(v.map(condition))
    if (!isTable(v) || typeof v['run'] !== 'string') return v
    const done = await command(v['run'], '')
    return 'run' in done ? { ...v, run: done.run } : { ...v, run: 'false' }
  }
  const job = async (name: string, entry: Table, hook: string, root: unknown): Promise<Table | null> => {
    const { script, runner, run, stage_fixed: fixed, group, ...rest } = entry
    const below = rest['root'] ?? root
    if (isTable(group)) return { ...rest, name, group: { ...group, jobs: await jobs(list(group['jobs']).filter(isTable), hook, below) } }
    const text = typeof script === 'string' ? `${typeof runner === 'string' ? runner : ''} ./${String(config['source_dir'] ?? '.lefthook').replace(/^\.\//, '')}/${hook}/${script} {0}`.trim() : String(run ?? '')
    const done = await command(text, below)
    const files = typeof rest['files'] === 'string' ? await command(rest['files'], below) : null
    if ('tree' in done) { leftOut.push(`${name} (${done.tree})`); return null }
    if (files && 'tree' in files) { leftOut.push(`${name} (${files.tree})`); return null }
    return {
      ...rest, name, run: fixed === true && hook === 'pre-commit' ? `${done.run}\ntest $? -eq 0 && git add -- {staged_files}` : done.run,
      ...(files ? { files: files.run } : {}), ...(rest['skip'] === undefined ? {} : { skip: await condition(rest['skip']) }), ...(rest['only'] === undefined ? {} : { only: await condition(rest['only']) }),
    }
  }
  const jobs = async (entries: Table[], hook: string, root: unknown): Promise<Table[]> => {
    const out: Table[] = []
    for (const [i, e] of entries.entries()) { const done = await job(String(e['name'] ?? e['script'] ?? e['run'] ?? `job ${i + 1}`), e, hook, root); if (done) out.push(done) }
    return out
  }
  const compiled: Table = { no_auto_install: true, ...(others.length > 0 ? { extends: others.map(renamed) } : {}) }
  for (const [key, value] of Object.entries(config)) {
    if (kept.has(key)) compiled[key] = value
    if (settings.has(key) || !isTable(value)) continue
    const { commands, scripts, jobs: own, files, skip, only, ...rest } = value
    const named = (t: unknown, more: (k: string) => Table): Table[] => Object.entries(isTable(t) ? t : {}).map(([k, v]) => ({ name: k, ...(isTable(v) ? v : {}), ...more(k) }))
    const all = [...list(own).filter(isTable), ...named(commands, () => ({})), ...named(scripts, (k) => ({ script: k }))].sort((a, b) => Number(a['priority'] ?? 1e9) - Number(b['priority'] ?? 1e9))
    const of = typeof files === 'string' ? await command(files, '') : null
    if (of && 'tree' in of) { leftOut.push(`${key} (${of.tree})`); continue }
    compiled[key] = { ...rest, jobs: await jobs(all.map((e) => ({ ...e, priority: undefined })), key, undefined), ...(of ? { files: of.run } : {}), ...(skip === undefined ? {} : { skip: await condition(skip) }), ...(only === undefined ? {} : { only: await condition(only) }) }
  }
  return { text: JSON.stringify(compiled), leftOut, everyFile: /\{all_files\}|\{files\}/.test(text), extends: others }
}
