import { PatchDiff } from '@pierre/diffs/react'
import { useLight } from '../../ui/theme.ts'
import { visible } from '../../ui/text.ts'

const options = {
  disableFileHeader: true, theme: { dark: 'pierre-dark', light: 'pierre-light' }, diffStyle: 'unified', diffIndicators: 'classic', hunkSeparators: 'metadata',
  // The engine without WebAssembly: the content security policy allows none.
  overflow: 'wrap', preferredHighlighter: 'shiki-js', lineDiffType: 'word-alt', tokenizeMaxLineLength: 1000,
} as const

/** A patch with the colours of its language and the words that changed. Loaded lazily; plain rows are shown until it is there. */
const Coloured = ({ patch }: { patch: string }) => {
  const light = useLight()
  return <PatchDiff patch={visible(patch)} options={{ ...options, themeType: light ? 'light' : 'dark' }} disableWorkerPool />
}
export default Coloured
