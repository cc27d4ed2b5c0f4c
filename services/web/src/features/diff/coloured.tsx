import { getFiletypeFromFileName, getSingularPatch, setLanguageOverride } from '@pierre/diffs'
import { FileDiff, WorkerPoolContext } from '@pierre/diffs/react'
import { getOrCreateWorkerPoolSingleton } from '@pierre/diffs/worker'
// oxlint-disable-next-line import/default -- Vite makes a worker's class of it
import DiffWorker from '@pierre/diffs/worker/worker.js?worker'
import { useEffect, useMemo, useState, type ReactNode } from 'react'
import { bundledLanguages } from 'shiki/langs'
import { useLight } from '../../ui/theme.ts'
import { visible } from '../../ui/text.ts'

const colours = { theme: { dark: 'pierre-dark', light: 'pierre-light' }, lineDiffType: 'word-alt', tokenizeMaxLineLength: 1000 } as const
// The engine without WebAssembly: the content security policy allows none.
const base = { ...colours, preferredHighlighter: 'shiki-js', disableFileHeader: true, diffStyle: 'unified', diffIndicators: 'classic', hunkSeparators: 'metadata', overflow: 'wrap' } as const
const dark = { ...base, themeType: 'dark' } as const
const light = { ...base, themeType: 'light' } as const

/** Taking code apart costs 100 ms for 60 lines: a worker does it, the text is on the screen before. */
const pool = getOrCreateWorkerPoolSingleton({
  poolOptions: { workerFactory: () => new DiffWorker(), poolSize: 1 },
  highlighterOptions: { ...colours, preferredHighlighter: 'shiki-js' },
})

/** A file that an agent is writing is drawn plain at once and coloured when it has been quiet for this long. */
const QUIET_MS = 300

/** A patch with the colours of its language and the words that changed. Loaded lazily; plain rows are shown until it is there. */
const Coloured = ({ patch, instead }: { patch: string; /** shown until there is something to see */ instead: ReactNode }) => {
  const [calm, setCalm] = useState(patch)
  // The first rendering is empty until the worker has begun, which takes a second on a busy machine.
  const [drawn, setDrawn] = useState(false)
  useEffect(() => {
    const timer = setTimeout(() => setCalm(patch), QUIET_MS)
    return () => clearTimeout(timer)
  }, [patch])
  const parsed = useMemo(() => {
    const diff = getSingularPatch(visible(patch))
    // Only some languages are shipped: the others are text.
    return Object.hasOwn(bundledLanguages, getFiletypeFromFileName(diff.name)) ? diff : setLanguageOverride(diff, 'text')
  }, [patch])
  const diff = useMemo(() => (calm === patch ? parsed : setLanguageOverride(parsed, 'text')), [calm, patch, parsed])
  const mine = useLight() ? light : dark
  const options = useMemo(() => ({ ...mine, onPostRender: (node: HTMLElement) => { if (node.shadowRoot?.querySelector('[data-line]')) setDrawn(true) } }), [mine])
  return (
    <>
      {!drawn && instead}
      <div className={drawn ? '' : 'hidden'}><WorkerPoolContext value={pool}><FileDiff fileDiff={diff} options={options} /></WorkerPoolContext></div>
    </>
  )
}
export default Coloured
