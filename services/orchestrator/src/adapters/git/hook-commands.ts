/**
 * What a hook's command starts: programs of the machine, files of the tree, or something that takes its orders from the tree.
 * Pure. It looks at the heads of commands; where it can't tell, it says that the tree decides.
 */
import { commandsOf, quoted, type Word } from './shell-words.ts'

export type Trusted = {
  /** Is this path (relative to the top, no leading ./) a file that the person's own branch has? */
  has: (path: string) => boolean
  /** Where its trusted copy lies. */
  at: (path: string) => string
}
export type Bound = {
  /** With the files of the tree that it starts replaced by their copies. */
  text: string
  /** Those files. */
  uses: string[]
  /** The word through which the worktree decides what runs; null when none does. */
  tree: string | null
}

/** They run what manifests, configuration, plugins or tests in the folder say. */
const led = new Set(`npm npx pnpm pnpx yarn yarnpkg bun bunx deno corepack make gmake bmake cmake ctest ninja meson just task rake bundle tox nox pytest poetry pdm hatch pipenv uv uvx
cargo go golangci-lint mvn gradle sbt mix composer dotnet swift xcodebuild bazel buck2 pants nx turbo lerna rush jest vitest mocha ava tsx ts-node eslint stylelint prettier commitlint
lint-staged webpack vite rollup grunt gulp pylint mypy flake8 sphinx-build rubocop standardrb rspec phpstan phpcs php-cs-fixer phpunit psalm cspell markdownlint-cli2 secretlint
docker docker-compose podman vagrant ansible ansible-lint ansible-playbook terraform tofu terragrunt tflint helm pulumi nix nix-shell nix-build devbox direnv overcommit husky lefthook
pre-commit captainhook grumphp clang-tidy stack cabal rebar3 lein clojure`.split(/\s+/))
const interpreter = /^(?:(?:ba|da|z|k|a)?sh|fish|source|\.|python[\d.]*|pypy[\d.]*|node|nodejs|ruby|perl|php|lua|Rscript|pwsh|tclsh|osascript)$/
const prefix = new Set(['if', 'then', 'else', 'elif', 'while', 'until', 'do', '!', '{', '}', 'time', 'exec', 'command', 'builtin', 'env', 'nohup', 'nice', 'xargs', 'eval', 'sudo', 'busybox', 'setsid', 'timeout', 'stdbuf'])
const syntax = new Set(['for', 'case', 'in', 'fi', 'done', 'esac', 'function', 'select'])
const whereabouts = /show-toplevel|show-cdup|\bpwd\b|\bPWD\b|GIT_WORK_TREE/
const assignment = /^[A-Za-z_]\w*\+?=/

const nameOf = (path: string): string => path.slice(path.lastIndexOf('/') + 1)
const redirection = /^(?:\d*|&)[<>]/
const withoutRedirections = (words: Word[]): Word[] => words.filter((w, i) => !redirection.test(w.raw) && !/^(?:\d*|&)[<>]+&?$/.test(words[i - 1]?.raw ?? ''))
/** A folder on the path that is not the machine's: husky's `PATH="node_modules/.bin:$PATH"`. */
const relativePath = (w: Word): boolean => w.raw.startsWith('PATH=') && w.raw.slice(5).replaceAll(/["']/g, '').split(':').some((d) => !/^[/~$]/.test(d))

/** Place of the word that is run: behind assignments, keywords, and programs that run another one (with their options). */
const headOf = (words: Word[]): number => {
  let i = 0
  for (; i < words.length; i++) {
    const { raw = '', value = '' } = words[i] ?? {}
    const after = i > 0 && prefix.has(words[i - 1]?.value ?? '')
    if (!assignment.test(raw) && !prefix.has(value ?? '') && !(after && /^-|^\d+[smhd]?$/.test(value ?? ''))) break
  }
  return i
}

export const bind = (text: string, trusted: Trusted): Bound => {
  const uses: string[] = []
  const edits: { from: number; to: number; text: string }[] = []
  let tree: string | null = null
  const say = (word: string): void => { tree ??= word.slice(0, 80) }
  const started = (w: Word): void => {
    if (w.value === null) { if (whereabouts.test(text)) say(w.raw); return }
    const path = w.value.replace(/^(?:\.\/+)+/, '')
    if (/^[/~]/.test(path)) return
    if (trusted.has(path) && w.from >= 0) { uses.push(path); edits.push({ from: w.from, to: w.to, text: quoted(trusted.at(path)) }) } else say(w.value)
  }
  const code = (name: string, option: Word, argument: Word | undefined): void => {
    if (!name.endsWith('sh') || argument?.value == null) return say(`${name} ${option.raw}`)
    const inside = bind(argument.value, trusted)
    if (inside.tree !== null) return say(inside.tree)
    uses.push(...inside.uses)
    if (inside.uses.length > 0) edits.push({ from: argument.from, to: argument.to, text: quoted(inside.text) })
  }
  for (const all of commandsOf(text)) {
    const words = withoutRedirections(all)
    if (words.some(relativePath)) say('PATH')
    const at = headOf(words)
    const head = words[at]
    if (!head || syntax.has(head.value ?? '')) continue
    const name = nameOf(head.value ?? '')
    if (led.has(name)) say(name)
    else if (interpreter.test(name)) {
      const rest = words.slice(at + 1)
      const script = rest.findIndex((w) => !/^[-+]/.test(w.value ?? ''))
      const coded = rest.slice(0, script < 0 ? rest.length : script).find((w) => /^-[a-zA-Z]*[cmpr]$|^--/.test(w.value ?? '') || (w.value === '-e' && !name.endsWith('sh')))
      if (coded) code(name, coded, rest[script])
      else if (rest[script]) started(rest[script])
    } else if (head.value === null || head.value.includes('/')) started(head)
  }
  return { text: edits.sort((a, b) => b.from - a.from).reduce((t, e) => t.slice(0, e.from) + e.text + t.slice(e.to), text), uses, tree }
}
