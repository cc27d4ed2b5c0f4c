/** A unified patch of one file as rows to draw. */
export type Row = { kind: 'hunk' | 'add' | 'del' | 'same' | 'note'; old: number | null; new: number | null; text: string }

const HUNK = /^@@ -(\d+)(?:,\d+)? \+(\d+)(?:,\d+)? @@ ?(.*)$/

/** Header lines before the first hunk say nothing that the file's own row does not say. */
export const rowsOf = (patch: string): Row[] => {
  const rows: Row[] = []
  let before = 0
  let after = 0
  let inside = false
  const lines = patch.split('\n')
  if (lines.at(-1) === '') lines.pop()
  for (const line of lines) {
    const hunk = HUNK.exec(line)
    if (hunk) {
      inside = true
      before = Number(hunk[1])
      after = Number(hunk[2])
      rows.push({ kind: 'hunk', old: null, new: null, text: hunk[3] ?? '' })
    } else if (!inside) continue
    else if (line.startsWith('+')) rows.push({ kind: 'add', old: null, new: after++, text: line.slice(1) })
    else if (line.startsWith('-')) rows.push({ kind: 'del', old: before++, new: null, text: line.slice(1) })
    else if (line.startsWith('\\')) rows.push({ kind: 'note', old: null, new: null, text: line.slice(2) })
    else rows.push({ kind: 'same', old: before++, new: after++, text: line.slice(1) })
  }
  return rows
}

const GENERATED = /(^|\/)(package-lock\.json|npm-shrinkwrap\.json|pnpm-lock\.yaml|yarn\.lock|Cargo\.lock|poetry\.lock|uv\.lock|Gemfile\.lock|composer\.lock|go\.sum|bun\.lockb?)$|(^|\/)(dist|build|vendor|node_modules|__snapshots__)\/|\.min\.(js|css)$|\.snap$|\.map$/

/** Why a file starts folded; null when it starts open. */
export const foldReason = (f: { path: string; added: number; removed: number; binary: boolean; patch: string | null }): string | null => {
  if (f.binary) return 'binary'
  if (f.patch === null) return 'too large to show'
  if (GENERATED.test(f.path)) return 'generated'
  return f.added + f.removed > 800 ? 'large' : null
}
