/** What was typed and not sent, kept by the browser: a reload, a closed tab or an upgrade loses none of it. */

const KEY = 'orchestra.drafts'
const MOST = 50
const LONGEST = 32_000

export type Drafts = Record<string, string>

/** Newest last; empty ones are none. */
export const withDraft = (drafts: Drafts, key: string, text: string): Drafts => {
  const { [key]: _old, ...others } = drafts
  const kept = Object.entries(others).filter(([, t]) => t !== '')
  return Object.fromEntries(text === '' ? kept : [...kept.slice(1 - MOST), [key, text]])
}

export const loadDrafts = (): Drafts => {
  try {
    const found: unknown = JSON.parse(localStorage.getItem(KEY) ?? '{}')
    return found && typeof found === 'object' ? Object.fromEntries(Object.entries(found).filter((e): e is [string, string] => typeof e[1] === 'string')) : {}
  } catch (cause) {
    // A person may have edited or blocked the storage: then there are none.
    if (cause instanceof SyntaxError || cause instanceof DOMException || cause instanceof ReferenceError) return {}
    throw cause
  }
}

export const saveDrafts = (drafts: Drafts): void => {
  try {
    localStorage.setItem(KEY, JSON.stringify(Object.fromEntries(Object.entries(drafts).map(([k, t]) => [k, t.slice(0, LONGEST)]))))
  } catch (cause) {
    // A full or blocked storage: the draft is in the field still.
    if (!(cause instanceof DOMException || cause instanceof ReferenceError)) throw cause
  }
}
