import { gzipSync } from 'node:zlib'
import type { Plugin } from 'vite'

/**
 * Fails the build when the script that the page needs before it can be used is over the budget.
 * Counted: every entry chunk and all that it imports statically, gzipped. Lazy chunks (terminal, editor, markdown) are not.
 */
export const budget = (limitKb: number): Plugin => ({
  name: 'initial-script-budget',
  apply: 'build',
  generateBundle(_options, bundle) {
    const initial = new Set<string>()
    const visit = (file: string) => {
      const chunk = bundle[file]
      if (chunk?.type !== 'chunk' || initial.has(file)) return
      initial.add(file)
      chunk.imports.forEach(visit)
    }
    for (const [file, chunk] of Object.entries(bundle)) if (chunk.type === 'chunk' && chunk.isEntry) visit(file)
    const bytes = [...initial].reduce((sum, file) => {
      const chunk = bundle[file]
      return sum + (chunk?.type === 'chunk' ? gzipSync(chunk.code).length : 0)
    }, 0)
    const kb = Math.round(bytes / 102.4) / 10
    if (kb > limitKb) this.error(`Initial script is ${kb} kB gzipped, the budget is ${limitKb} kB: load something lazily.`)
    this.info(`initial script ${kb} kB gzipped of ${limitKb} kB`)
  },
})
