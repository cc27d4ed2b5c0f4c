/** Lines added and removed between two texts, for a sentence; real diffs come from git objects. */

/** Above this many lines a side, what lies between the common ends counts as changed: enough for a number in a sentence. */
const exactUpTo = 400

const linesOf = (text: string): string[] => (text === '' ? [] : text.replace(/\n$/, '').split('\n'))

export const lineCount = (text: string): number => linesOf(text).length

export const changedLines = (from: string, to: string): { added: number; removed: number } => {
  let a = linesOf(from)
  let b = linesOf(to)
  let start = 0
  while (start < a.length && start < b.length && a[start] === b[start]) start += 1
  let end = 0
  while (end < a.length - start && end < b.length - start && a[a.length - 1 - end] === b[b.length - 1 - end]) end += 1
  a = a.slice(start, a.length - end)
  b = b.slice(start, b.length - end)
  const common = a.length <= exactUpTo && b.length <= exactUpTo ? commonLines(a, b) : 0
  return { added: b.length - common, removed: a.length - common }
}

/** Length of the longest common subsequence. */
const commonLines = (a: string[], b: string[]): number => {
  let row = new Array<number>(b.length + 1).fill(0)
  for (const line of a) {
    const next = [0]
    for (let j = 0; j < b.length; j += 1) next.push(line === b[j] ? (row[j] ?? 0) + 1 : Math.max(row[j + 1] ?? 0, next[j] ?? 0))
    row = next
  }
  return row.at(-1) ?? 0
}
