/** An xterm in the page's looks that an agent can do nothing with but draw text. */
import { Unicode11Addon } from '@xterm/addon-unicode11'
import { Terminal } from '@xterm/xterm'
import type { ITerminalOptions } from '@xterm/xterm'
import { isLight, onTheme } from '../../ui/theme.ts'
import { gpuOn } from './gpu.ts'

const css = (name: string) => getComputedStyle(document.documentElement).getPropertyValue(name).trim()

const theme = () => ({
  background: css('--bg'), foreground: css('--text'), cursor: css('--accent'), selectionBackground: `${css('--accent')}55`,
  blue: css('--accent'), green: css('--work'), yellow: css('--ask'), red: css('--error'), cyan: css('--review'), magenta: css('--drift'),
})
const contrast = () => (isLight() ? 7 : 4.5)

/** Clipboard writes, titles, links, notifications and inline images are an agent's way out of its terminal: swallowed. */
const swallowed = [0, 1, 2, 7, 8, 9, 50, 52, 99, 777, 1337]

export type Screen = { term: Terminal; close: () => void }

/** @param onFont called when cells were measured anew, since the font came or the theme changed */
export const openScreen = (element: HTMLElement, options: ITerminalOptions, onFont: () => void): Screen => {
  const term = new Terminal({
    fontFamily: '"JetBrains Mono", ui-monospace, monospace', fontSize: 12.5, lineHeight: 1.2, scrollback: 5000, cursorBlink: true,
    minimumContrastRatio: contrast(), theme: theme(), allowProposedApi: true, macOptionIsMeta: true, rightClickSelectsWord: true, ...options,
  })
  term.loadAddon(new Unicode11Addon())
  term.unicode.activeVersion = '11'
  for (const code of swallowed) term.parser.registerOscHandler(code, () => true)
  term.open(element)
  const stopGpu = gpuOn(term)
  let open = true
  // Cells are measured with the font that is there; measured again when ours has come.
  void document.fonts.load('12.5px "JetBrains Mono"').then(() => {
    if (!open) return
    term.options.fontFamily = '"JetBrains Mono", monospace'
    onFont()
  })
  const stopTheme = onTheme(() => { term.options.theme = theme(); term.options.minimumContrastRatio = contrast() })
  const close = () => {
    open = false
    stopTheme()
    stopGpu()
    term.dispose()
  }
  return { term, close }
}

/** Copies what is selected, also where the page is not allowed to use the clipboard by itself (plain http on a network). */
export const copySelection = (term: Terminal): boolean => {
  const text = term.getSelection()
  if (!text) return false
  if (navigator.clipboard) void navigator.clipboard.writeText(text)
  else document.execCommand('copy')
  term.clearSelection()
  return true
}
