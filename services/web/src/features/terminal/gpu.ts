/** Drawing by the graphics card, where there is one: asked for when a terminal is on the screen, given back when it no longer is. */
import type { Terminal } from '@xterm/xterm'

/** Browsers drop the oldest of about 16 contexts without a word. */
const MOST = 4
let used = 0

/** A card that is emulated by the processor is slower than the document; not every browser counts that as a caveat. */
const EMULATED = /swiftshader|llvmpipe|softpipe|software|basic render/i

const hasCard = (): boolean => {
  const context = document.createElement('canvas').getContext('webgl2', { failIfMajorPerformanceCaveat: true })
  if (!context) return false
  const info = context.getExtension('WEBGL_debug_renderer_info')
  const name = String(context.getParameter(info ? info.UNMASKED_RENDERER_WEBGL : context.RENDERER))
  context.getExtension('WEBGL_lose_context')?.loseContext()
  return !EMULATED.test(name)
}
let card: boolean | null = null

/** Lets `term` be drawn by the card while the page is visible; returns the stopper. Without one it is drawn by the document, as it is after a lost context. */
export const gpuOn = (term: Terminal): (() => void) => {
  let release: (() => void) | null = null
  let over = false
  const attach = async () => {
    card ??= hasCard()
    if (!card || release || over || document.hidden || used >= MOST) return
    used++
    let held = true
    release = () => { if (held) { held = false; used-- } release = null }
    const { WebglAddon } = await import('@xterm/addon-webgl')
    if (!release) return
    try {
      const gpu = new WebglAddon()
      const free = release
      gpu.onContextLoss(() => { gpu.dispose(); free() })
      term.loadAddon(gpu)
      release = () => { gpu.dispose(); free() }
    } catch (cause) {
      // The browser may refuse a context at any time; the document draws on.
      console.warn('terminal drawn without the graphics card', cause)
      release?.()
    }
  }
  const onVisibility = () => { if (document.hidden) release?.(); else void attach() }
  document.addEventListener('visibilitychange', onVisibility)
  void attach()
  return () => {
    over = true
    document.removeEventListener('visibilitychange', onVisibility)
    release?.()
  }
}
