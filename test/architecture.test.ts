/**
 * Holds the table of docs/architecture.md over the real imports: which room may import which, and who
 * alone may import each driver. Also that the launcher's list of base images is the one in use.
 */
import { globSync, readFileSync } from 'node:fs'
import { expect, test } from 'vitest'

import { type Import, importsOf, sourceFiles } from './harness/imports.ts'

/** A room is a folder; the longest match wins. `may` names other rooms, `libraries` packages from outside. */
type Room = { may: readonly string[]; libraries: readonly string[] }

const orchestrator = 'services/orchestrator/src'
const rooms: Record<string, Room> = {
  'packages/contracts/src': { may: [], libraries: ['zod'] },
  [`${orchestrator}/domain`]: { may: ['packages/contracts/src'], libraries: [] },
  [`${orchestrator}/ports`]: { may: ['packages/contracts/src', `${orchestrator}/domain`], libraries: ['node:stream'] },
  [`${orchestrator}/engine`]: {
    may: ['packages/contracts/src', `${orchestrator}/domain`, `${orchestrator}/ports`],
    libraries: ['node:', 'zod', 'yaml', 'diff'],
  },
  ...adapter('postgres', ['pg']),
  ...adapter('git', ['simple-git', 'yaml', 'diff']),
  ...adapter('nats', ['@nats-io/']),
  ...adapter('spawner', []),
  ...adapter('relay', ['ws']),
  [`${orchestrator}/http`]: {
    may: ['packages/contracts/src', `${orchestrator}/ports`, `${orchestrator}/domain`],
    libraries: ['node:', 'fastify', '@fastify/', '@hocuspocus/', 'yjs', 'ws', 'zod', 'diff'],
  },
  // main.ts wires everything; migrate.ts and signin.ts are programs of their own.
  [orchestrator]: { may: ['*'], libraries: ['node:', 'zod'] },
  'services/relay/src': { may: ['packages/contracts/src'], libraries: ['node:', '@modelcontextprotocol/', 'ipaddr.js', 'undici', 'ws', 'zod', '@nats-io/'] },
  'services/spawner/src': { may: ['packages/contracts/src'], libraries: ['node:', 'dockerode', 'dockerode-compose', 'tar-stream', 'zod'] },
  'images/agent/agentd/src': { may: ['packages/contracts/src'], libraries: ['node:', 'ws', 'zod'] },
  'services/web/src': { may: ['packages/contracts/src'], libraries: ['*'] },
}

function adapter(name: string, drivers: readonly string[]): Record<string, Room> {
  return {
    [`${orchestrator}/adapters/${name}`]: {
      may: ['packages/contracts/src', `${orchestrator}/domain`, `${orchestrator}/ports`],
      libraries: ['node:', 'zod', ...drivers],
    },
  }
}

/** The one place that may import each driver, besides tests and benchmarks. */
const drivers: Record<string, readonly string[]> = {
  pg: [`${orchestrator}/adapters/postgres`],
  '@nats-io/': [`${orchestrator}/adapters/nats`, 'services/relay/src/bus'],
  dockerode: ['services/spawner/src/docker'],
  'dockerode-compose': ['services/spawner/src/docker'],
  'simple-git': [`${orchestrator}/adapters/git`],
  // The hardened wrapper and the one long-lived git that it makes ready: nothing else starts a program on the orchestrator.
  'node:child_process': [`${orchestrator}/adapters/git/spawn.ts`, `${orchestrator}/adapters/git/ref-transaction.ts`, 'images/agent/agentd/src'],
}

const roomOf = (file: string): string | undefined =>
  Object.keys(rooms)
    .filter((room) => file.startsWith(`${room}/`))
    .sort((a, b) => b.length - a.length)[0]

const matches = (name: string, list: readonly string[]): boolean =>
  list.some((entry) => entry === '*' || name === entry || (/[/:]$/.test(entry) ? name.startsWith(entry) : name.startsWith(`${entry}/`)))

const isTest = (file: string): boolean => /\.(test|itest)\.tsx?$|\/testing\//.test(file)

function complaint(one: Import): string | null {
  const from = roomOf(one.file)
  if (!from) return null
  const { may, libraries } = rooms[from] as Room
  if (one.target === null) {
    return matches(one.name, libraries) ? null : `${one.file} imports ${one.name}, which ${from} may not`
  }
  const to = roomOf(one.target)
  if (to === undefined) return `${one.file} imports ${one.name}, which lies in no room`
  if (to === from || may.includes('*') || may.includes(to)) return null
  return `${one.file} imports ${one.name}: ${from} may not import ${to}`
}

const files = sourceFiles(Object.keys(rooms))
const imports = files.filter((file) => !isTest(file)).flatMap(importsOf)

test('every room imports only what the table lets it', () => {
  expect(imports.map(complaint).filter(Boolean)).toEqual([])
})

test('each driver has one importer', () => {
  const wrong = imports.filter(
    ({ file, name }) => Object.entries(drivers).some(([driver, homes]) => matches(name, [driver]) && !homes.some((home) => file === home || file.startsWith(`${home}/`))),
  )
  expect(wrong.map(({ file, name }) => `${file} imports ${name}`)).toEqual([])
})

// An integration test may hold two services against each other; nothing else may.
test('no part imports the code of another service', () => {
  const services = /^(services\/[^/]+|images\/agent\/agentd)\//
  const wrong = files.filter((file) => !file.endsWith('.itest.ts')).flatMap(importsOf).filter(({ file, target }) => {
    const to = target?.match(services)?.[1]
    return to !== undefined && to !== file.match(services)?.[1]
  })
  expect(wrong.map(({ file, name }) => `${file} imports ${name}`)).toEqual([])
})

test('the launcher knows every base image that is used, and no other', () => {
  const text = (file: string) => readFileSync(new URL(`../${file}`, import.meta.url), 'utf8')
  const list = text('scripts/launcher/images.sh').match(/base_images='([^']+)'/)?.[1] ?? ''
  const known = list.split('\n').map((line) => line.split(' ')[0])
  const used = ['compose.yaml', 'compose.demo.yaml', 'services/Dockerfile', 'images/agent/Dockerfile'].flatMap((file) => {
    const own = new Set([...text(file).matchAll(/\bAS (\S+)/g)].map((m) => m[1]))
    const named = [...text(file).matchAll(/^(?:FROM|\s+image:|COPY --from=)\s*(\S+)/gm), ...text(file).matchAll(/--from=(\S+)/g)].map((m) => m[1] as string)
    return named.filter((name) => name.includes(':') && !own.has(name) && !name.startsWith('orchestra-') && !name.startsWith('$'))
  })
  // debian:trixie-slim is what the stand-ins themselves are made from.
  expect([...new Set(used), 'debian:trixie-slim'].sort()).toEqual(known.sort())
})

/** Calls of node:fs that follow a link in the last part of a path, or read what a folder holds. */
const following = /(?<![\w.])(?:fs\.)?(?:readFile|open|writeFile|appendFile|copyFile|readdir|opendir|stat|access|mkdir|rename|chmod|chown|truncate|utimes)(?:Sync)?\(\s*(?:join|resolve)\(\s*([^,()]+(?:\(\))?[^,()]*),/g
const stream = /(?<![\w.])createReadStream|createWriteStream/
/** What names a worktree, or the person's checkout, where it is the first part of a path. */
const inAgentsHands = /(^|\.)(path|worktree|top|projectDir|workTree|checkout|specDir)$/
/** Of the project, before any agent is there: where its .git lies, and whether the spec's folders are folders (lstat). */
const allowedFiles = new Set([`${orchestrator}/adapters/git/locate.ts`, 'services/spawner/src/project.ts'])

test('no service opens a file below a worktree or the project by its path', () => {
  const wrong = files.filter((file) => file.startsWith('services/') && !file.startsWith('services/web/') && !isTest(file) && !file.endsWith('/fixture.ts') && !allowedFiles.has(file)).flatMap((file) => {
    const text = readFileSync(new URL(`../${file}`, import.meta.url), 'utf8')
    const calls = [...text.matchAll(following)].filter((m) => inAgentsHands.test((m[1] ?? '').trim().replaceAll('()', ''))).map((m) => `${file}: ${m[0]}`)
    return stream.test(text) ? [...calls, `${file}: a stream of a file, whose path follows links`] : calls
  })
  expect(wrong, 'open it by adapters/git/nofollow.ts, from descriptor to descriptor').toEqual([])
})

test('that rule sees what it is for', () => {
  const seen = (code: string) => [...code.matchAll(following)].some((m) => inAgentsHands.test((m[1] ?? '').trim().replaceAll('()', '')))
  for (const code of ["readFileSync(join(spec.path, 'x'))", "await readFile(join(s.worktree, name), 'utf8')", 'open(join(c.place().top, p))', "fs.writeFileSync(resolve(projectDir, '.orchestra/x'), y)"]) expect([code, seen(code)]).toEqual([code, true])
  for (const code of ["readFileSync(join(gitDir, 'HEAD'))", "lstatSync(join(path, '.git'))", "rm(join(places.logs, 'x'))"]) expect([code, seen(code)]).toEqual([code, false])
})

// Code with such a mark does not compile; a page with one has been on main for an hour.
test('no page has the marks of a merge that was not finished', () => {
  const pages = globSync(['*.md', 'docs/**/*.md', 'test/**/*.md', 'images/**/*.md', 'services/**/*.md'], { exclude: (name) => name === 'node_modules' })
  expect(pages.length).toBeGreaterThan(5)
  expect(pages.filter((page) => /^(<{7}|>{7}) /m.test(readFileSync(page, 'utf8')))).toEqual([])
})

// Two changes that land side by side can take the same number; neither notices until a database is migrated.
test('migrations count up, without a gap and without a twin', () => {
  const numbers = globSync('migrations/*.sql').map((file) => Number(file.replace(/^.*[/\\]/, '').slice(0, 4))).sort((a, b) => a - b)
  expect(numbers).toEqual(numbers.map((_, i) => i + 1))
})
