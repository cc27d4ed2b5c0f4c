/** Shell text as commands of words, as far as it takes to see what each of them starts, and words written as shell text. Pure. */
export type Word = {
  raw: string
  /** Place in the text; -1 inside of a substitution. */
  from: number
  to: number
  /** Null: it holds an expansion, so only a shell knows. */
  value: string | null
}

const closing = (text: string, from: number, mark: string): number => { const at = text.indexOf(mark, from); return at < 0 ? text.length : at }
const bracket = (text: string, from: number): number => {
  let depth = 1
  for (let i = from; i < text.length; i++) if (text[i] === '(') depth++; else if (text[i] === ')' && --depth === 0) return i
  return text.length
}

/** What a substitution runs is a command like any other. */
export const commandsOf = (text: string): Word[][] => {
  const inner: Word[][] = []
  const commands: Word[][] = [[]]
  let from = -1
  let value: string | null = ''
  const end = (at: number): void => {
    if (from >= 0) commands.at(-1)?.push({ raw: text.slice(from, at), from, to: at, value })
    from = -1
    value = ''
  }
  const add = (at: number, s: string | null): void => { if (from < 0) from = at; value = s === null || value === null ? null : value + s }
  /** Returns the last place of it. */
  const expansion = (i: number): number => {
    add(i, null)
    const [start, to] = text[i] === '`' ? [i + 1, closing(text, i + 1, '`')] : text.startsWith('$(', i) ? [i + 2, bracket(text, i + 2)] : [i, i]
    if (to > i) inner.push(...commandsOf(text.slice(start, to)).map((c) => c.map((w) => ({ ...w, from: -1, to: -1 }))))
    return to
  }
  for (let i = 0; i < text.length; i++) {
    const ch = text[i] ?? ''
    if (ch === '\\') { if (text[i + 1] !== '\n') add(i, text[i + 1] ?? ''); i++ }
    else if (ch === "'") { const to = closing(text, i + 1, "'"); add(i, text.slice(i + 1, to)); i = to }
    else if (ch === '"') {
      add(i, '')
      for (i++; i < text.length && text[i] !== '"'; i++) {
        if (text[i] === '\\') add(i, text[++i] ?? '')
        else if (text[i] === '$' || text[i] === '`') i = expansion(i)
        else add(i, text[i] ?? '')
      }
    } else if (ch === '$' || ch === '`') i = expansion(i)
    else if (ch === '#' && from < 0) { while (i + 1 < text.length && text[i + 1] !== '\n') i++ }
    else if (ch === '&' && (text[i + 1] === '>' || text[i - 1] === '>' || text[i - 1] === '<')) add(i, ch)
    else if (/[\n;&|()]/.test(ch)) { end(i); commands.push([]) }
    else if (/\s/.test(ch)) end(i)
    else add(i, ch)
  }
  end(text.length)
  return [...commands, ...inner].filter((c) => c.length > 0)
}

/** One word of a shell, whatever is in it. */
export const quoted = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`
