/** What a shell command line is about, in words: the part of it that a reader wants to know of. */

export type CommandSense =
  | { kind: 'test'; command: string }
  | { kind: 'install'; packages: string[]; command: string }
  | { kind: 'commit'; subject: string | null; command: string }
  | { kind: 'other'; command: string }

const test = /\b(?:pytest|vitest|jest|mocha|ava|tap|rspec|phpunit|tox|nox|ctest|unittest|playwright test)\b|\b(?:npm|pnpm|yarn|bun|cargo|go|make|mvn|gradle|gradlew|deno|mix|dotnet|swift|composer|rake)\b(?: run)?(?: -\S+)* (?:\S*:)?(?:tests?|t|check|spec)(?:$|[\s:])|\bnode\b.* --test\b|\bpython3? (?:-m )?\S*tests?\S*/
const install = /^(?:sudo )?(?:(?:npm|pnpm|bun|yarn) (?:install|i|ci|add)\b|(?:\S*\/)?pip3? install\b|python3? -m pip install\b|(?:uv|poetry|cargo|composer|dotnet) add\b|uv (?:pip install|sync)\b|poetry install\b|go get\b|go mod (?:download|tidy)\b|cargo install\b|gem install\b|bundle (?:install|add)\b|composer (?:install|require)\b|apt(?:-get)? (?:-\S+ )*install\b|brew install\b)/
const commit = /^git(?: -\S+(?: \S+)?)* commit\b/

/** Splits at `&&`, `||`, `;`, `|` and line ends that are not quoted. */
const steps = (line: string): string[] => {
  const out: string[] = []
  let step = ''
  let quote = ''
  for (let i = 0; i < line.length; i += 1) {
    const c = line[i] ?? ''
    if (quote) {
      if (c === quote) quote = ''
    } else if (c === '"' || c === "'") quote = c
    else if (c === ';' || c === '|' || c === '\n' || (c === '&' && line[i + 1] === '&')) {
      out.push(step)
      step = ''
      while (line[i + 1] === '|' || line[i + 1] === '&') i += 1
      continue
    }
    step += c
  }
  return [...out, step].map(bare).filter(Boolean)
}

/** Without variables set before it, a time limit, or redirections after it. */
const bare = (step: string): string =>
  step.trim().replace(/^(?:\w+=\S*\s+)*/, '').replace(/^(?:timeout|nice|time|env|npx|exec)\s+(?:-\S+\s+|\d+[smh]?\s+)*/, '').replace(/\s*\d?>{1,2}&?\s*\S+/g, '').trim()

const packagesOf = (command: string): string[] => {
  const words = command.replace(install, '').trim().split(/\s+/).filter(Boolean)
  return words.filter((w, i) => !w.startsWith('-') && !/^-[rc]$|^--requirement$/.test(words[i - 1] ?? '') && !/^[./]/.test(w))
}

/** `-m "subject"`, or the first line of a here-document. */
const subjectOf = (line: string): string | null => {
  const heredoc = line.match(/<<\s*['"]?(\w+)['"]?\n([^\n]*)/)
  if (heredoc?.[2]) return heredoc[2].trim() || null
  const given = line.match(/(?:\s-\w*m\s*|--message[= ])(?:"((?:[^"\\]|\\.)*)"|'([^']*)'|(\S+))/)
  return (given?.[1] ?? given?.[2] ?? given?.[3])?.split('\n')[0]?.trim() || null
}

const noise = /^(?:cd|export|source|set|\.|echo|true|sleep|mkdir|pwd|tail|head|cat|grep|tee|wc|sort)\b/

/** A here-document's text is what a command is given, not a command. */
const heredocBody = /(<<-?\s*['"]?(\w+)['"]?[^\n]*)\n[\s\S]*?\n[ \t]*\2(?=\n|$)/g
const written = /^\s*(?:cat|tee)\b[^\n]*?(?:>{1,2}|\btee\b)\s*(?:-a\s+)?([^\s<>|;&]+)[^\n]*<<|^\s*cat\s*<<[^\n]*?>{1,2}\s*(\S+)/m

export const senseOf = (line: string): CommandSense => {
  const all = steps(line.replace(heredocBody, '$1'))
  const find = (pattern: RegExp) => all.find((s) => pattern.test(s))
  const committing = find(commit)
  if (committing) return { kind: 'commit', subject: subjectOf(line), command: committing }
  const installing = find(install)
  const testing = all.find((s) => !install.test(s) && test.test(s))
  if (testing) return { kind: 'test', command: testing }
  if (installing) return { kind: 'install', packages: packagesOf(installing), command: installing }
  const file = line.match(written)
  if (file) return { kind: 'other', command: `cat > ${file[1] ?? file[2] ?? ''}` }
  return { kind: 'other', command: all.find((s) => !noise.test(s)) ?? all[0] ?? line.trim() }
}
