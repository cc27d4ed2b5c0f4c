import { useState } from 'react'

const KEY = 'orchestra.viewed'
const MOST = 2000

const load = (): string[] => {
  try {
    const list: unknown = JSON.parse(localStorage.getItem(KEY) ?? '[]')
    return Array.isArray(list) ? list.filter((x) => typeof x === 'string') : []
  } catch (cause) {
    // A person may have edited or blocked the storage: then nothing is marked.
    if (cause instanceof SyntaxError || cause instanceof DOMException) return []
    throw cause
  }
}

/** Marks of a reader, keyed on the content that was read: a file that changes is unread again. */
export const useViewed = () => {
  const [marks, setMarks] = useState<ReadonlySet<string>>(() => new Set(load()))
  const keyOf = (f: { path: string; blob: string | null }) => `${f.path}@${f.blob ?? 'gone'}`
  return {
    has: (f: { path: string; blob: string | null }) => marks.has(keyOf(f)),
    set: (f: { path: string; blob: string | null }, viewed: boolean) => {
      const next = new Set(marks)
      if (viewed) next.add(keyOf(f))
      else next.delete(keyOf(f))
      setMarks(next)
      localStorage.setItem(KEY, JSON.stringify([...next].slice(-MOST)))
    },
  }
}
